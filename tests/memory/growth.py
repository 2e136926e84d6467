#!/usr/bin/env python3
"""Memory does not grow with the number of iterations: growth.py K6 SCRIPT [--iterations N]

    bazel test //tests/memory/...
    bazel run //tests/memory:growth_little -- --iterations 1000000

Runs the script with a tenth of the iterations and with all of them, and compares the peaks of resident memory: what an
iteration keeps would show as growth. Checks of the script must pass.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile


# Under the address sanitizer, freed memory is kept back for a while to catch its use; that is no growth of ours.
KEEP_NOTHING_BACK = {**os.environ, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=0:thread_local_quarantine_size_kb=0"}


def peak(k6, script, iterations):
    with tempfile.TemporaryDirectory() as folder:
        summary = os.path.join(folder, "summary.json")
        with open(os.path.join(folder, "log"), "w+", encoding="utf-8") as log:
            process = subprocess.Popen([k6, "run", "--quiet", "--workers", "1", "-u", "1", "-i", str(iterations), "-e", "HOME=/", f"--summary-export={summary}", "--no-thresholds",
                                        script], env=KEEP_NOTHING_BACK, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            log.seek(0)
            output = log.read()
        if process.returncode != 0 or "level=error" in output:
            sys.exit(f"k6 exited with {process.returncode}:\n{output[:4000]}")
        metrics = json.load(open(summary, encoding="utf-8"))["metrics"]
    if metrics["iterations"]["count"] != iterations or metrics["checks"]["fails"]:
        sys.exit(f"{metrics['iterations']['count']} iterations, {metrics['checks']['fails']} failed checks")
    seconds = usage.ru_utime + usage.ru_stime
    print(f"{iterations:9} iterations: {usage.ru_maxrss / 1024:.1f} MB at the peak, {seconds / iterations * 1e6:.0f} µs CPU each", flush=True)
    return usage.ru_maxrss * 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("k6")
    parser.add_argument("script")
    parser.add_argument("--iterations", type=int, default=6000)
    # A heap's own swings between two collections; at a million iterations this is two bytes for each.
    parser.add_argument("--allowed", type=int, default=2 * 1024 * 1024, help="bytes")
    arguments = parser.parse_args()
    few = peak(arguments.k6, arguments.script, arguments.iterations // 10)
    many = peak(arguments.k6, arguments.script, arguments.iterations)
    per_iteration = (many - few) / (arguments.iterations * 0.9)
    print(f"growth: {(many - few) / 1024:.0f} KB, {per_iteration:.1f} bytes an iteration")
    if many - few > arguments.allowed:
        sys.exit(f"memory grew by more than {arguments.allowed} bytes")


if __name__ == "__main__":
    main()
