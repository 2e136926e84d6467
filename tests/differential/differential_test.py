#!/usr/bin/env python3
"""Programs mean here what they mean in Node.

The programs of corpus/ print what Node printed for them once (NAME.js and NAME.out); random ones (generate.py) are run
by both, now. By hand, for more of them or other seeds:

    bazel run //tests/differential:differential_test -- --seed 5000 --count 2000

prints every program that differs and leaves it in the folder named by --keep.
"""
import argparse
import difflib
import os
import shutil
import subprocess
import sys
import tempfile

import generate

HERE = os.path.dirname(os.path.abspath(__file__))


def outputs(command, files):
    """What the programs print, by file. A program that ends the process is found by what is missing."""
    result = {}
    left = list(files)
    while left:
        done = subprocess.run(command + left, capture_output=True, text=True, errors="replace", timeout=600, check=False)
        name = None
        for line in done.stdout.splitlines(keepends=True):
            if line.startswith("==== "):
                name = line[5:].rstrip("\n")
                result[name] = ""
            elif name is not None:
                result[name] += line
        missing = [file for file in left if file not in result]
        if not missing:
            break
        result[missing[0]] = f"ended with {done.returncode}: {done.stderr[-500:]}\n"
        left = missing[1:]
    return result


def differences(files, ours, expected, expected_name):
    count = 0
    for file in files:
        if ours[file] == expected[file] or "does not parse" in expected[file]:
            continue
        count += 1
        print(f"---- {file}: {expected_name} (-) and ours (+)")
        diff = difflib.unified_diff(expected[file].splitlines(), ours[file].splitlines(), lineterm="", n=1)
        for line in list(diff)[2:30]:
            print(line[:400])
    return count


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--runner", required=True, help="the program run_programs")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=150)
    parser.add_argument("--keep", help="a folder for the programs")
    options = parser.parse_args()
    runner = [os.path.abspath(options.runner)]
    failures = 0

    corpus = os.path.join(HERE, "corpus")
    recorded = sorted(os.path.join(corpus, name) for name in os.listdir(corpus) if name.endswith(".js"))
    assert len(recorded) > 30, "the corpus was not found"
    expected = {}
    for file in recorded:
        with open(file[:-3] + ".out", encoding="utf-8") as text:
            expected[file] = text.read()
    failures += differences(recorded, outputs(runner, recorded), expected, "Node, recorded")

    node = shutil.which("node", path=os.environ.get("PATH", "") + ":/usr/bin:/usr/local/bin")
    if node is None:
        sys.exit("node is not installed: apt-get install nodejs")
    folder = options.keep or tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR"))
    os.makedirs(folder, exist_ok=True)
    files = []
    for seed in range(options.seed, options.seed + options.count):
        files.append(os.path.join(folder, f"{seed}.js"))
        with open(files[-1], "w", encoding="utf-8") as out:
            out.write(generate.Generator(seed).program())
    theirs = outputs([node, os.path.join(HERE, "run_programs.js")], files)
    valid = sum("does not parse" not in text for text in theirs.values())
    assert valid > 0.9 * len(files), f"only {valid} of {len(files)} programs are valid"
    failures += differences(files, outputs(runner, files), theirs, "Node")
    print(f"{len(recorded)} recorded and {valid} random programs, {failures} differ")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
