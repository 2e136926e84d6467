#!/usr/bin/env python3
"""TypeScript as users write it means here what it means elsewhere: run.py K6 NODE_MODULES [PROGRAM ...]

    bazel test //tests/typescript
    bazel run //tests/typescript -- page_objects      one program, with what differs

Each folder of programs/ is a program of one or more files. k6 runs its main.ts as it is; Node runs what esbuild makes of
it. Both must print the same.
"""
import concurrent.futures
import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TIME_LIMIT = 120
MAIN = """import run from './program/main.ts';
export const options = { iterations: 1, vus: 1 };
export default async function () {
  await run((...values) => console.log(values.map(String).join(' ')));
}
"""
NODE_MAIN = """const run = require('./program.cjs').default;
Promise.resolve(run((...values) => console.log(JSON.stringify(values.map(String).join(' '))))).catch((e) => {
  console.error(e);
  process.exitCode = 1;
});
"""


class Failed(Exception):
    pass


def execute(command, folder):
    environment = {"PATH": os.environ["PATH"], "HOME": folder, "TZ": "UTC", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, timeout=TIME_LIMIT,
                          capture_output=True, text=True, errors="replace", check=False)
    return done.returncode, done.stdout, done.stderr


def in_node(esbuild, program, folder):
    flags = ["--bundle", "--format=cjs", "--platform=node", "--keep-names", "--log-level=error"]
    bundle = "--outfile=" + os.path.join(folder, "program.cjs")
    code, _, errors = execute([esbuild, os.path.join(program, "main.ts"), bundle] + flags, folder)
    if code:
        raise Failed("esbuild: " + errors)
    main = os.path.join(folder, "main.cjs")
    with open(main, "w", encoding="utf-8") as file:
        file.write(NODE_MAIN)
    code, output, errors = execute(["node", main], folder)
    if code:
        raise Failed("Node: " + errors)
    return [json.loads(line) for line in output.split("\n") if line]


def in_k6(k6, program, folder):
    shutil.copytree(program, os.path.join(folder, "program"))
    main = os.path.join(folder, "main.js")
    with open(main, "w", encoding="utf-8") as file:
        file.write(MAIN)
    code, output, errors = execute([k6, "run", "--quiet", "--log-format", "json", main], folder)
    records = [json.loads(line) for line in (output + "\n" + errors).split("\n") if line.startswith("{")]
    wrong = [r["msg"] for r in records if r.get("source") != "console" and r["level"] == "error"]
    if code or wrong:
        raise Failed(f"k6 exited with {code}: " + (wrong[0] if wrong else errors))
    return [r["msg"] for r in records if r.get("source") == "console"]


def check(k6, esbuild, program):
    """What is wrong, or None."""
    with tempfile.TemporaryDirectory(prefix="typescript.") as folder:
        try:
            expected = in_node(esbuild, program, folder)
            got = in_k6(k6, program, folder)
        except Failed as error:
            return str(error)
    if not expected:
        return "the program says nothing"
    for index, (left, right) in enumerate(zip(expected, got)):
        if left != right:
            return f"line {index + 1}:\n  Node: {left}\n  k6:   {right}"
    return None if len(expected) == len(got) else f"{len(got)} lines, Node prints {len(expected)}"


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    k6, modules = (os.path.abspath(argument) for argument in sys.argv[1:3])
    platforms = os.path.join(modules, "@esbuild")
    found = [os.path.join(platforms, name, "bin", "esbuild") for name in os.listdir(platforms)]
    found = [name for name in found if os.path.exists(name)]
    if not found:
        sys.exit("npm installed no esbuild for this machine")
    folder = os.path.join(HERE, "programs")
    names = sorted(os.listdir(folder))
    wanted = [word for word in sys.argv[3:] if not word.startswith("-")]
    names = [name for name in names if not wanted or name in wanted]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        results = pool.map(lambda name: check(k6, found[0], os.path.join(folder, name)), names)
        for name, wrong in zip(names, results):
            failed += wrong is not None
            print(f"{'ok     ' if wrong is None else 'FAILED '} {name}", flush=True)
            if wrong:
                print("    " + wrong[:3000].replace("\n", "\n    "), flush=True)
    print(f"{len(names) - failed} of {len(names)} programs print what Node prints")
    sys.exit(1 if failed or not names else 0)


if __name__ == "__main__":
    main()
