#!/usr/bin/env python3
"""What a scenario costs to compile, in CPU seconds of one core: the median of some runs, with the flags of an optimised build.

    bazel run //tests/misuse:compile_time [-- ROUNDS]

An edited scenario costs the same again, and a link; aims: the header alone under 3 s, a page under 10 s, again under 8 s.
"""
import os
import resource
import statistics
import subprocess
import sys
import tempfile

FLAGS = ["-std=c++20", "-O2", "-DNDEBUG", "-fno-omit-frame-pointer", "-Wall", "-Wextra", "-Wno-missing-field-initializers", "-I."]


def cpu(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with tempfile.TemporaryDirectory() as work:
        header = os.path.join(work, "header.cc")
        with open(header, "w", encoding="utf-8") as file:
            file.write('#include "dsl/scenario.h"\n')
        rows = [("the header alone", header, 3.0)]
        rows += [(name, name, 10.0) for name in ("tests/examples/shop_scenario.cc", "tests/scenarios/login.cc", "tests/scenarios/mixed.cc")]
        for name, source, aim in rows:
            seconds = [cpu(["g++", *FLAGS, "-c", source, "-o", os.path.join(work, "out.o")]) for _ in range(rounds)]
            print(f"{name:34} {statistics.median(seconds):5.2f} s CPU ({min(seconds):.2f} to {max(seconds):.2f}), aim {aim:.0f} s", flush=True)


if __name__ == "__main__":
    main()
