#!/usr/bin/env python3
"""TypeScript as users write it means here what it means elsewhere: run.py K6 NODE_MODULES [PROGRAM ...]

    bazel test //tests/typescript
    bazel run //tests/typescript -- page_objects      one program, with what differs

Each folder of programs/ is a program of one or more files. k6 runs its main.ts as it is; Node runs what esbuild makes of
it. Both must print the same.
"""
import concurrent.futures
import os
import shutil
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from same_as_node import Failed, bundle, difference, find_esbuild, lines_of_k6, lines_of_node, show, wanted_programs  # noqa: E402


def check(k6, esbuild, program):
    """What is wrong, or None."""
    with tempfile.TemporaryDirectory(prefix="typescript.") as folder:
        try:
            bundle(esbuild, os.path.join(program, "main.ts"), os.path.join(folder, "program.cjs"),
                   ["--format=cjs", "--platform=node", "--keep-names"], folder)
            expected = lines_of_node(folder)
            shutil.copytree(program, os.path.join(folder, "program"))
            got = lines_of_k6(k6, folder, "./program/main.ts")
        except Failed as error:
            return str(error)
    return difference(expected, got) if expected else "the program says nothing"


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    k6, modules = (os.path.abspath(argument) for argument in sys.argv[1:3])
    esbuild = find_esbuild(modules)
    folder = os.path.join(HERE, "programs")
    names = wanted_programs(folder, sys.argv[3:])
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        results = pool.map(lambda name: check(k6, esbuild, os.path.join(folder, name)), names)
        for name, wrong in zip(names, results):
            failed += wrong is not None
            show("ok" if wrong is None else "FAILED", name, wrong)
    print(f"{len(names) - failed} of {len(names)} programs print what Node prints")
    sys.exit(1 if failed or not names else 0)


if __name__ == "__main__":
    main()
