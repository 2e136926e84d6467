#!/usr/bin/env python3
"""The layering of the folders: a lower layer never includes a higher one, and every header has a guard.

The order is that of the README: base → metrics → engine → proto_* → js, dsl → tools; outputs sits on metrics.
"""
import os
import re
import sys
import unittest

ALLOWED = {
    "base": set(),
    "metrics": {"base"},
    "outputs": {"base", "metrics"},
    "engine": {"base", "metrics"},
    "proto_http": {"base", "metrics", "engine"},
    "proto_ws": {"base", "metrics", "engine", "proto_http"},
    "js": {"base", "metrics", "engine", "proto_http", "proto_ws"},
    "dsl": {"base", "metrics", "engine", "proto_http", "proto_ws"},
    "tools": {"base", "metrics", "outputs", "engine", "proto_http", "proto_ws", "js", "dsl"},
}
# Within a folder, too, order matters: sub-folder → those of the same folder that it may include.
INNER = {
    "engine/plan": set(),
    "engine/runtime": set(),
    "engine/exec": {"engine/plan", "engine/runtime"},
    "js/syntax": set(),
    "js/lower": {"js/syntax"},
    "js/regexp": {"js/syntax"},
    "js/mujs": {"js/regexp"},
    "js/builtins": {"js/mujs", "js/regexp"},
    "js/support": {"js/lower", "js/mujs", "js/builtins"},
    "js/html": set(),
    "js/json_select": set(),
    "js/modules": {"js/mujs", "js/builtins", "js/support", "js/html", "js/json_select"},
    "js/runner": {"js/syntax", "js/lower", "js/mujs", "js/builtins", "js/support", "js/modules"},
}
# What a test may use besides: a real server, and fibers to run on.
TESTS_ALSO = {"js/runner", "tools/demo_server", "engine/runtime", "js/syntax", "js/lower", "js/builtins", "js/support", "js/mujs"}
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)


def sources():
    for top in ALLOWED:
        for folder, _, names in os.walk(top):
            for name in names:
                if name.endswith((".h", ".cc")):
                    yield os.path.join(folder, name)


def is_test(path):
    return re.search(r"_(test|benchmark|fuzz)(_\w+)?\.(cc|h)$", path) or "/testing/" in path


class Layers(unittest.TestCase):
    def test_no_lower_layer_includes_a_higher_one(self):
        seen = 0
        for path in sources():
            seen += 1
            top, inner = path.split("/")[0], "/".join(path.split("/")[:2])
            with open(path, encoding="utf-8") as text:
                included = INCLUDE.findall(text.read())
            for header in included:
                other, other_inner = header.split("/")[0], "/".join(header.split("/")[:2])
                if other not in ALLOWED or (is_test(path) and other_inner in TESTS_ALSO):
                    continue
                if other == top:
                    if inner != other_inner and inner in INNER:
                        self.assertIn(other_inner, INNER[inner], f"{path} includes {header}")
                    continue
                self.assertIn(other, ALLOWED[top], f"{path} includes {header}")
        self.assertGreater(seen, 100, "the sources were not found")

    def test_headers_are_guarded(self):
        for path in sources():
            if path.endswith(".h"):
                with open(path, encoding="utf-8") as text:
                    self.assertRegex(text.read(), r"#pragma once|#ifndef K6_\w+_H", path)


if __name__ == "__main__":
    # The workspace's own files, found through the link that the test's data folder holds.
    os.chdir(os.path.dirname(os.path.realpath(sys.argv[1])))
    unittest.main(argv=sys.argv[:1])
