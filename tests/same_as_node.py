"""Programs that k6 and Node both run, and that must print the same: what tests of libraries and of TypeScript share.

A program is a module whose default export is called with a function that prints:

    expected = lines_of_node(folder)               # folder/program.cjs, a bundle of it
    got = lines_of_k6(k6, folder, "./program.js")  # in a VU
    difference(expected, got)                      # None, or where they differ
"""
import json
import os
import subprocess

TIME_LIMIT = 120
MAIN = """import run from '%s';
export const options = { iterations: %d, vus: 1 };
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


def find_esbuild(modules):
    platforms = os.path.join(modules, "@esbuild")
    found = [os.path.join(platforms, name, "bin", "esbuild") for name in os.listdir(platforms)]
    found = [name for name in found if os.path.exists(name)]
    if not found:
        raise SystemExit("npm installed no esbuild for this machine")
    return found[0]


def bundle(esbuild, entry, out, flags, folder):
    code, _, errors = execute([esbuild, entry, "--bundle", "--log-level=warning", f"--outfile={out}"] + flags, folder)
    if code:
        raise Failed("esbuild: " + errors)


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def lines_of_node(folder):
    main = os.path.join(folder, "main.cjs")
    write(main, NODE_MAIN)
    code, output, errors = execute(["node", main], folder)
    if code:
        raise Failed("Node: " + errors)
    return [json.loads(line) for line in output.split("\n") if line]


def lines_of_k6(k6, folder, program, iterations=1):
    main = os.path.join(folder, "main.js")
    write(main, MAIN % (program, iterations))
    code, output, errors = execute([k6, "run", "--quiet", "--log-format", "json", main], folder)
    records = [json.loads(line) for line in (output + "\n" + errors).split("\n") if line.startswith("{")]
    wrong = [r["msg"] for r in records if r.get("source") != "console" and r["level"] == "error"]
    if code or wrong:
        raise Failed(f"k6 exited with {code}: " + (wrong[0] if wrong else errors))
    return [r["msg"] for r in records if r.get("source") == "console"]


def difference(expected, got):
    for index, (left, right) in enumerate(zip(expected, got)):
        if left != right:
            at = next((i for i, (a, b) in enumerate(zip(left, right)) if a != b), min(len(left), len(right)))
            start = max(0, at - 60)
            return f"line {index + 1}, character {at + 1}:\n  Node: {left[start:at + 120]!r}\n  k6:   {right[start:at + 120]!r}"
    return None if len(expected) == len(got) else f"{len(got)} lines, Node prints {len(expected)}"


def wanted_programs(folder, words):
    """Names of the folder's programs, without `.js`: those of the command line, or all."""
    names = sorted(name.removesuffix(".js") for name in os.listdir(folder))
    words = [word for word in words if not word.startswith("-")]
    return [name for name in names if not words or name in words]


def show(mark, title, wrong):
    print(f"{mark:7} {title}", flush=True)
    if wrong:
        print("    " + wrong[:3000].replace("\n", "\n    "), flush=True)
