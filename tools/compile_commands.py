#!/usr/bin/env python3
"""Writes compile_commands.json for clangd and clang-tidy, from Bazel's own action graph.

Offline, nothing but Python 3: `bazel aquery --output=jsonproto`. The workspace must have
been built or at least analysed once so that external/ exists in the execution root.
"""
import json
import os
import subprocess
import sys

# What clang-tidy would complain of: flags that only GCC knows, Bazel's redefined macros.
DROPPED = ("-fno-canonical-system-headers", "-Wno-free-nonheap-object", "-Wunused-but-set-parameter", "-Wno-restrict",
            "-Wno-tsan", "-Werror", "-flto=auto", "-fno-fat-lto-objects", "-pass-exit-codes")
DROPPED_PREFIXES = ("-Wno-error=", "-frandom-seed=", "-D__DATE__=", "-D__TIME__=", "-D__TIMESTAMP__=")


def bazel(*args):
    return subprocess.run([os.environ.get("BAZEL", "bazel"), *args], check=True, stdout=subprocess.PIPE,
                          stdin=subprocess.DEVNULL, stderr=subprocess.PIPE if "--quiet" in sys.argv else None, text=True).stdout


def main():
    workspace = bazel("info", "workspace").strip()
    execution_root = bazel("info", "execution_root").strip()
    os.chdir(workspace)
    graph = json.loads(bazel("aquery", "--output=jsonproto", "--include_artifacts=false", 'mnemonic("CppCompile", //...)'))
    entries = {}
    for action in graph.get("actions", []):
        arguments = action["arguments"]
        source = arguments[arguments.index("-c") + 1]
        if source.startswith("external/") or source in entries:
            continue
        kept = []
        skip = False
        for a in arguments:
            if skip:
                skip = False
            elif a == "-MF" or a == "-o":
                skip = True
            elif a in DROPPED or a == "-MD" or a.startswith(DROPPED_PREFIXES):
                pass
            else:
                kept.append(a)
        # Sources by their real path, so that editors jump to the workspace; external/... through the execution root.
        kept = [os.path.join(workspace, a) if a == source else a for a in kept]
        kept[kept.index("-iquote") + 1:kept.index("-iquote") + 2] = [workspace]
        entries[source] = {"directory": execution_root, "file": os.path.join(workspace, source), "arguments": kept}
    with open("compile_commands.json", "w", encoding="utf-8") as out:
        json.dump([entries[k] for k in sorted(entries)], out, indent=1)
    print(f"compile_commands.json: {len(entries)} files")


if __name__ == "__main__":
    main()
