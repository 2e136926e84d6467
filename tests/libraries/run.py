#!/usr/bin/env python3
"""npm libraries at work in a VU: run.py K6 NODE_MODULES [PROGRAM ...]

    bazel test //tests/libraries
    bazel run //tests/libraries -- lodash       one program, with what differs

Each file of programs/ uses one library in earnest and says what it finds. Its first line lists the forms in which the
library reaches k6:

    bundle           esbuild makes one file of program and library: as an ES module, as CommonJS from the package's CommonJS
                     entry, and minified
    alias:NAME       the same, as an ES module, with another package in the library's place
    path:FILE        the library's own file, imported by path

What k6 prints, in the first and in the second iteration of a VU, must be what Node prints for the same program. pending.txt
names the programs that do not work yet, one a line.
"""
import concurrent.futures
import os
import re
import shutil
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from same_as_node import Failed, bundle, difference, find_esbuild, lines_of_k6, lines_of_node, show, wanted_programs  # noqa: E402

BUNDLES = {
    "ES module": ["--format=esm"],
    "CommonJS": ["--format=cjs", "--main-fields=main", "--external:stream", "--external:fs"],
    "minified": ["--format=esm", "--minify", "--keep-names", "--target=es2020"],
}

class Libraries:
    def __init__(self, k6, modules):
        self.k6, self.modules = k6, modules
        self.esbuild = find_esbuild(modules)

    def bundle(self, program, flags, out, folder):
        # Beside node_modules as far as esbuild can see, so that packages are found.
        entry = os.path.join(folder, os.path.basename(program))
        if not os.path.exists(entry):
            shutil.copy(program, entry)
        if not os.path.islink(os.path.join(folder, "node_modules")):
            os.symlink(self.modules, os.path.join(folder, "node_modules"))
        bundle(self.esbuild, entry, out, ["--platform=browser"] + flags, folder)

    def in_node(self, program, folder):
        self.bundle(program, ["--format=cjs"], os.path.join(folder, "program.cjs"), folder)
        return lines_of_node(folder)

    def forms(self, program):
        """The name of each form, and what prepares a folder for it."""
        with open(program, encoding="utf-8") as file:
            source = file.read()
        named = re.match(r"// forms: (.+)\n", source)
        if not named:
            raise SystemExit(f"{program}: the first line must be `// forms: …`")
        for form in named.group(1).split():
            kind, _, what = form.partition(":")
            if kind == "bundle":
                for name, flags in BUNDLES.items():
                    yield name, lambda folder, flags=flags: self.bundle(program, flags, os.path.join(folder, "program.js"), folder)
            elif kind == "alias":
                library = re.search(r"from '([^.'][^']*)'", source).group(1)
                flags = ["--format=esm", f"--alias:{library}={what}"]
                yield form, lambda folder, flags=flags: self.bundle(program, flags, os.path.join(folder, "program.js"), folder)
            elif kind == "path":
                def place(folder, what=what):
                    shutil.copy(os.path.join(self.modules, what), os.path.join(folder, "library.js"))
                    with open(os.path.join(folder, "program.js"), "w", encoding="utf-8") as out:
                        out.write(re.sub(r"(from|import) '[^.'][^']*'", r"\1 './library.js'", source))
                yield form, place
            else:
                raise SystemExit(f"{program}: unknown form {form}")

    def check(self, program):
        """Rows of (form, what is wrong or None)."""
        with tempfile.TemporaryDirectory(prefix="library.") as folder:
            try:
                expected = self.in_node(program, folder)
            except Failed as error:
                return [("Node", str(error))]
        if len(expected) == 0:
            return [("Node", "the program says nothing")]
        rows = []
        for name, prepare in self.forms(program):
            with tempfile.TemporaryDirectory(prefix="library.") as folder:
                try:
                    prepare(folder)
                    got = lines_of_k6(self.k6, folder, "./program.js", iterations=2)
                    rows.append((name, difference(expected * 2, got)))
                except Failed as error:
                    rows.append((name, str(error)))
        return rows


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    libraries = Libraries(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]))
    folder = os.path.join(HERE, "programs")
    names = wanted_programs(folder, sys.argv[3:])
    with open(os.path.join(HERE, "pending.txt"), encoding="utf-8") as file:
        pending = set(file.read().split())
    failed = forms = unexpected = 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        results = pool.map(lambda name: libraries.check(os.path.join(folder, name + ".js")), names)
        for name, rows in zip(names, results):
            works = all(wrong is None for _, wrong in rows)
            if not works and name not in pending:
                unexpected += 1
            if works and name in pending:
                print(f"works: {name}: take it out of pending.txt")
            for form, wrong in rows:
                forms += 1
                failed += wrong is not None
                show("ok" if wrong is None else "pending" if name in pending else "FAILED", f"{name}, {form}", wrong)
    print(f"{forms - failed} of {forms} forms of {len(names)} programs give what Node gives")
    sys.exit(1 if unexpected or not names else 0)


if __name__ == "__main__":
    main()
