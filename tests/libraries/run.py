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
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TIME_LIMIT = 120
BUNDLES = {
    "ES module": ["--format=esm"],
    "CommonJS": ["--format=cjs", "--main-fields=main", "--external:stream", "--external:fs"],
    "minified": ["--format=esm", "--minify", "--keep-names", "--target=es2020"],
}
MAIN = """import run from './program.js';
export const options = { iterations: 2, vus: 1 };
export default async function () {
  await run((...values) => console.log(values.map(String).join(' ')));
}
"""
NODE_MAIN = """globalThis.crypto ??= require('crypto').webcrypto;
const run = require('./program.cjs').default;
Promise.resolve(run((...values) => console.log(JSON.stringify(values.map(String).join(' '))))).catch((e) => {
  console.error(e);
  process.exitCode = 1;
});
"""


class Failed(Exception):
    pass


def execute(command, folder):
    environment = {"PATH": os.environ["PATH"], "HOME": folder, "TZ": "UTC", "LC_ALL": "C.UTF-8"}
    try:
        done = subprocess.run(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, timeout=TIME_LIMIT,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    except subprocess.TimeoutExpired as stuck:
        raise Failed(f"{os.path.basename(command[0])} did not end within {TIME_LIMIT} s") from stuck
    return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")


class Libraries:
    def __init__(self, k6, modules):
        self.k6, self.modules = k6, modules
        found = [os.path.join(modules, "@esbuild", name, "bin", "esbuild") for name in os.listdir(os.path.join(modules, "@esbuild"))]
        found = [name for name in found if os.path.exists(name)]
        if not found:
            raise SystemExit("npm installed no esbuild for this machine")
        self.esbuild = found[0]

    def bundle(self, program, flags, out, folder):
        # Beside node_modules as far as esbuild can see, so that packages are found.
        entry = os.path.join(folder, os.path.basename(program))
        if not os.path.exists(entry):
            shutil.copy(program, entry)
        if not os.path.islink(os.path.join(folder, "node_modules")):
            os.symlink(self.modules, os.path.join(folder, "node_modules"))
        code, _, errors = execute([self.esbuild, entry, "--bundle", "--platform=browser", "--log-level=warning", f"--outfile={out}"] + flags, folder)
        if code:
            raise Failed("esbuild: " + errors)

    def in_node(self, program, folder):
        self.bundle(program, ["--format=cjs"], os.path.join(folder, "program.cjs"), folder)
        main = os.path.join(folder, "main.cjs")
        with open(main, "w", encoding="utf-8") as file:
            file.write(NODE_MAIN)
        code, output, errors = execute(["node", main], folder)
        if code:
            raise Failed("Node: " + errors)
        return [json.loads(line) for line in output.split("\n") if line]

    def in_k6(self, folder):
        with open(os.path.join(folder, "main.js"), "w", encoding="utf-8") as file:
            file.write(MAIN)
        code, output, errors = execute([self.k6, "run", "--quiet", "--log-format", "json", os.path.join(folder, "main.js")], folder)
        records = []
        for line in (output + "\n" + errors).split("\n"):
            if line.startswith("{"):
                records.append(json.loads(line))
        wrong = [r["msg"] for r in records if r.get("source") != "console" and r["level"] == "error"]
        if code or wrong:
            raise Failed(f"k6 exited with {code}: " + (wrong[0] if wrong else errors))
        return [r["msg"] for r in records if r.get("source") == "console"]

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
                    got = self.in_k6(folder)
                    rows.append((name, difference(expected * 2, got)))
                except Failed as error:
                    rows.append((name, str(error)))
        return rows


def difference(expected, got):
    for index, (left, right) in enumerate(zip(expected, got)):
        if left != right:
            at = next((i for i, (a, b) in enumerate(zip(left, right)) if a != b), min(len(left), len(right)))
            start = max(0, at - 60)
            return f"line {index + 1}, character {at + 1}:\n  Node: {left[start:at + 120]!r}\n  k6:   {right[start:at + 120]!r}"
    if len(expected) != len(got):
        return f"{len(got)} lines, Node prints {len(expected)} in two iterations"
    return None


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    libraries = Libraries(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]))
    folder = os.path.join(HERE, "programs")
    names = sorted(name[:-3] for name in os.listdir(folder) if name.endswith(".js"))
    wanted = [word for word in sys.argv[3:] if not word.startswith("-")]
    names = [name for name in names if not wanted or name in wanted]
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
                print(f"{'ok     ' if wrong is None else 'pending' if name in pending else 'FAILED '} {name}, {form}", flush=True)
                if wrong:
                    print("    " + wrong[:3000].replace("\n", "\n    "), flush=True)
    print(f"{forms - failed} of {forms} forms of {len(names)} programs give what Node gives")
    sys.exit(1 if unexpected or not names else 0)


if __name__ == "__main__":
    main()
