#!/usr/bin/env python3
"""Prints what recording a request costs: bazel run //metrics:recorder_cost

CPU time from the difference of two runs, the best of several; and, where valgrind is installed, instructions, which do
not depend on what else the machine does.
"""
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile

LOOP = os.path.abspath(sys.argv[1])


def cpu_seconds(count):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    subprocess.run([LOOP, str(count)], check=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def instructions(count):
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out", LOOP, str(count)],
                             check=True, stderr=subprocess.PIPE, text=True)
    return int(re.search(r"Collected\s*:\s*(\d+)", run.stderr).group(1))


few, many = 1_000_000, 11_000_000
best = min((cpu_seconds(many) - cpu_seconds(few)) / (many - few) for _ in range(5))
print(f"a request of nine samples and eight tags: {best * 1e9:.0f} ns of CPU")
if shutil.which("valgrind"):
    print(f"                                          {(instructions(40_000) - instructions(20_000)) / 20_000:.0f} instructions")
else:
    print("(valgrind is not installed: no count of instructions)")
