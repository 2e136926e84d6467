#!/usr/bin/env python3
"""A test written as a script and as C++ is the same test: agree.py K6 DEMO_SERVER SCRIPT SCENARIO_BINARY

* Their plans are the same JSON.
* On the same run (one iteration of each scenario; where the test has no scenarios of its own also several VUs and
  iterations), they emit the same samples: as many of each metric with the same tags, and counters of the same sum.
* Their summaries have the same metrics, counts, shares and checks.

Times differ, of course, and so may what depends on them: gauges of VUs and the generator's own metrics.
"""
import collections
import json
import os
import subprocess
import sys
import tempfile

OF_TIME = {"vus", "vus_max"}


def fail(what):
    sys.exit(f"FAILED: {what}")


def differences(left, right):
    lines = []
    for key in sorted(set(left) | set(right), key=str):
        if left.get(key) != right.get(key):
            lines.append(f"  {key}: script {left.get(key)}, C++ {right.get(key)}")
    return "\n".join(lines)


def samples(path):
    """How many samples of each metric and tags, and the sums of counters and rates."""
    types, counts, sums = {}, collections.Counter(), collections.Counter()
    with open(path, encoding="utf-8") as file:
        for line in file:
            entry = json.loads(line)
            name = entry["metric"]
            if name in OF_TIME or name.startswith("generator_"):
                continue
            if entry["type"] == "Metric":
                data = dict(entry["data"])
                data.pop("thresholds", None)
                types[name] = (data["type"], data["contains"])
                continue
            key = (name, tuple(sorted(entry["data"]["tags"].items())))
            counts[key] += 1
            if types[name][0] in ("counter", "rate") and types[name][1] != "data":
                sums[key] += entry["data"]["value"]
    return types, counts, sums


def summary(path):
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    metrics = {}
    for name, values in document["metrics"].items():
        if name in OF_TIME or name.startswith("generator_"):
            continue
        of_count = {key: value for key, value in values.items() if key in ("count", "passes", "fails") and not name.startswith("data_")}
        metrics[name] = (sorted(values), of_count)
    return metrics, document["root_group"]


def main():
    k6, server, script, scenario = (os.path.abspath(path) for path in sys.argv[1:])
    work = tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR"))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("K6_")}
    process = subprocess.Popen([server, "--cert-out", f"{work}/ca.pem"], stdout=subprocess.PIPE, text=True)
    try:
        for line in process.stdout:
            if line.startswith("http://"):
                environment["BASE_URL"] = line.split()[0]
            if line.startswith("https://"):
                environment["BASE_URL_TLS"] = line.split()[0]
                break
        environment["SSL_CERT_FILE"] = f"{work}/ca.pem"
        commands = {"script": [k6, "run"], "cpp": [scenario]}
        last = {"script": [script], "cpp": []}

        def run(front, *arguments):
            got = subprocess.run(commands[front] + list(arguments) + last[front], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                 check=False)
            if got.returncode != 0:
                fail(f"{front} {' '.join(arguments)} exited with {got.returncode}:\n{got.stdout}\n{got.stderr}")
            return got.stdout

        plans = {front: run(front, "--plan") for front in commands}
        if json.loads(plans["script"]) != json.loads(plans["cpp"]) or plans["script"] != plans["cpp"]:
            fail(f"the plans differ\n--- script\n{plans['script']}\n--- C++\n{plans['cpp']}")

        loads = [["--smoke"]]
        if all(one["exec"] == "default" for one in json.loads(plans["script"])["scenarios"].values()):
            loads.append(["-u", "3", "-i", "9", "--no-thresholds"])
        for load in loads:
            results = {}
            for front in commands:
                files = [f"{work}/{front}.json", f"{work}/{front}.summary.json"]
                for file in files:
                    if os.path.exists(file):
                        os.unlink(file)
                run(front, "--quiet", *load, "--out", f"json={files[0]}", f"--summary-export={files[1]}")
                results[front] = samples(files[0]) + summary(files[1])
            for left, right, what in zip(results["script"], results["cpp"], ("metrics", "samples by tags", "sums by tags", "summary", "checks and groups")):
                if left != right:
                    fail(f"{' '.join(load)}: the {what} differ\n{differences(left, right)}")
            if not results["script"][1]:
                fail("no samples at all")
            print(f"{' '.join(load)}: {sum(results['script'][1].values())} samples in {len(results['script'][1])} series agree")
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
