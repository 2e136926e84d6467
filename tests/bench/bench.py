#!/usr/bin/env python3
"""Measures the client's cost against wrk, on this machine, and prints figures and ratios.

    bazel run //tests/bench -- cpu            CPU per request: wrk, a C++ scenario and a script, in alternation
    bazel run //tests/bench -- http           HTTP in many ways against wrk and ab; --only=REGEX chooses among them
    bazel run //tests/bench -- h2             CPU per request over HTTP/2 against h2load, with 1 and 10 streams
    bazel run //tests/bench -- memory         resident memory per idle VU that holds a connection
    bazel run //tests/bench -- arrival        constant arrival rates: kept, and told as truly as by a bare paced client
    bazel run //tests/bench -- rate           constant arrival rates of a script on two cores: kept within 0.2 %, none dropped
    bazel run //tests/bench -- vus            10,000 script VUs that get and sleep, 50,000 C++ VUs: start, run, stop
    bazel run //tests/bench -- js             scripts: time to the first iteration, memory per VU, growth
    bazel run //tests/bench -- engine         the JavaScript engine against stock MuJS

Nothing here passes or fails by a time; the figures are for reading. The server runs on the last core, clients on the
first, both at a real-time priority where that is allowed. Loopback only; every load is bounded in time.
"""
import argparse
import json
import os
import re
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import types

ROOT = os.environ.get("RUNFILES_DIR", "") and os.path.join(os.environ["RUNFILES_DIR"], "k6") or os.getcwd()


def path(name):
    return os.path.join(ROOT, name)


sys.path.insert(0, path("tests/bench"))
import bench_arrival  # noqa: E402
import bench_h2  # noqa: E402
import bench_http  # noqa: E402
import bench_js  # noqa: E402

K6 = path("tools/k6/k6")
SERVER = path("tools/demo_server/demo_server")
LOOP = path("tests/bench/get_loop_scenario_bin")
LOOP_JS = path("tests/bench/get_loop.js")
IDLE = path("tests/bench/get_and_sleep_scenario_bin")
IDLE_JS = path("tests/bench/get_and_sleep.js")


def _real_time():
    """What runs a command ahead of everything else, so that a busy machine falls on nobody's figures; root may."""
    first = ["chrt", "--fifo", "1"]
    try:
        return first if subprocess.run(first + ["true"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0 else []
    except FileNotFoundError:
        return []


REAL_TIME = _real_time()


def pinned(cpu, command):
    return REAL_TIME + ["taskset", "-c", str(cpu)] + command


class Server:
    """The demo server on the last core."""

    def __enter__(self):
        cpu = os.cpu_count() - 1
        self.process = subprocess.Popen(pinned(cpu, [SERVER]), stdout=subprocess.PIPE, text=True)
        for line in self.process.stdout:
            if line.startswith("http://"):
                self.url = line.split()[0]
            if line.startswith("https://"):
                self.https_url = line.split()[0]
                return self
        raise SystemExit("the demo server printed no URL")

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def run(command, environment=None):
    """Runs a command; returns its output, CPU seconds and peak memory in bytes."""
    process = subprocess.Popen(command, env={**os.environ, **(environment or {})}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)} exited with {process.returncode}:\n{output}")
    return output, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def wrk(url, connections, seconds):
    output, cpu, _ = run(pinned(0, ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", url]))
    return cpu / int(re.search(r"(\d+) requests in", output).group(1))


def ours(command, url, connections, seconds, environment=None, without_start=False):
    def cost(*amount):
        with tempfile.NamedTemporaryFile(suffix=".json") as summary:
            _, cpu, _ = run(pinned(0, command[:-1] + ["--quiet", "--workers", "1", "-u", str(connections), *amount, "-e", f"URL={url}",
                                                      f"--summary-export={summary.name}"] + command[-1:]), environment)
            metrics = json.load(open(summary.name))["metrics"]
            if metrics["http_req_failed"]["value"] != 0:
                sys.exit("requests failed: the figures would mean nothing")
            return cpu, metrics["http_reqs"]["count"]

    cpu, requests = cost("-d", f"{seconds}s")
    if without_start:
        start_cpu, start_requests = cost("-i", str(connections))
        return (cpu - start_cpu) / (requests - start_requests)
    return cpu / requests


def cpu(arguments):
    clients = {
        "wrk": lambda url: wrk(url, arguments.connections, arguments.seconds),
        "C++ scenario": lambda url: ours([LOOP, "--no-color"], url, arguments.connections, arguments.seconds),
        "script": lambda url: ours([K6, "run", LOOP_JS], url, arguments.connections, arguments.seconds),
    }
    samples = {name: [] for name in clients}
    with Server() as server:
        for round_number in range(arguments.rounds):
            for name, measure in clients.items():
                samples[name].append(measure(server.url + arguments.path) * 1e6)
                print(f"round {round_number + 1}: {name:13} {samples[name][-1]:6.2f} µs", flush=True)
    print(f"\nclient CPU per request (user + system), {arguments.connections} connections, keep-alive, GET {arguments.path}, "
          f"{arguments.rounds} rounds of {arguments.seconds} s")
    for name, values in samples.items():
        ratios = [value / base for value, base in zip(values, samples["wrk"])]
        print(f"  {name:13} median {statistics.median(values):6.2f} µs   {statistics.median(ratios):5.2f} × wrk"
              f"   ({min(ratios):.2f} to {max(ratios):.2f})")


def resident(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return int(re.search(r"VmRSS:\s+(\d+) kB", status.read()).group(1)) * 1024


def idle_memory(command, url, vus):
    """Resident memory of a process whose VUs all hold a connection and sleep."""
    process = subprocess.Popen(command[:-1] + ["--quiet", "-u", str(vus), "-d", "60s", "-e", f"URL={url}", "-e", "PAUSE=120"] + command[-1:],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        # All VUs sleep when the process stops using the processor.
        deadline = time.monotonic() + 50
        before = -1.0
        while time.monotonic() < deadline:
            time.sleep(1)
            with open(f"/proc/{process.pid}/stat", encoding="ascii") as stat:
                fields = stat.read().rsplit(")", 1)[1].split()
            used = int(fields[11]) + int(fields[12])
            if used - before <= 2 and established(process.pid) >= vus:
                return resident(process.pid)
            before = used
        sys.exit(f"{vus} VUs did not come to rest")
    finally:
        process.kill()
        process.wait()


def established(pid):
    return sum(1 for entry in os.scandir(f"/proc/{pid}/fd") if os.readlink(entry.path).startswith("socket:"))


def memory(arguments):
    with Server() as server:
        for name, command in (("C++ scenario", [IDLE, "--no-color"]), ("script", [K6, "run", IDLE_JS])):
            few = idle_memory(command, server.url + arguments.path, 10)
            many = idle_memory(command, server.url + arguments.path, arguments.vus)
            each = (many - few) / (arguments.vus - 10)
            print(f"{name:13} {arguments.vus} idle VUs with a connection: {many / 1e6:7.1f} MB resident, "
                  f"{each / 1024:6.1f} KB each ({few / 1e6:.1f} MB with 10)", flush=True)


def vus(arguments):
    with Server() as server, tempfile.NamedTemporaryFile(suffix=".json") as summary:
        begin = time.monotonic()
        _, cpu_seconds, peak = run([K6, "run", "--quiet", "-u", str(arguments.vus), "-d", "10s", "-e", f"URL={server.url}{arguments.path}", "-e", "PAUSE=1",
                                    f"--summary-export={summary.name}", IDLE_JS])
        metrics = json.load(open(summary.name))["metrics"]
        print(f"{arguments.vus} script VUs of get and sleep(1) for 10 s: {metrics['iterations']['count']} iterations, "
              f"{metrics['http_req_failed']['passes']} failed requests, {cpu_seconds:.1f} s CPU, {peak / 1e6:.0f} MB peak, "
              f"{time.monotonic() - begin:.1f} s wall", flush=True)
    many_scenario_vus(arguments)


def many_scenario_vus(arguments):
    """50,000 C++ VUs in one process, each with a connection of its own; from several source addresses, as one has ports for
    28,000. Where fewer files may be open, connections are closed between iterations, and the VUs take turns."""
    vus = arguments.scenario_vus
    _, limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    keep = limit >= vus + 200
    with Server() as server, tempfile.NamedTemporaryFile(suffix=".json") as summary:
        begin = time.monotonic()
        spread = 30
        process = subprocess.Popen([IDLE, "--quiet", "--no-color", "-u", str(vus), "-i", str(vus), "-e", f"URL={server.url}{arguments.path}", "-e", f"SPREAD={spread}",
                                    "-e", f"PAUSE={spread + 10}", "--local-ips", "127.0.0.2-127.0.0.5", f"--summary-export={summary.name}"]
                                   + ([] if keep else ["-e", "CLOSE=1"]), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        peak = 0
        while process.poll() is None:
            time.sleep(0.5)
            try:
                peak = max(peak, resident(process.pid))
            except (OSError, AttributeError):
                break
        if process.wait() != 0:
            sys.exit(f"{vus} scenario VUs: exit code {process.returncode}")
        metrics = json.load(open(summary.name))["metrics"]
        print(f"{vus} C++ VUs in one process, {'a connection each' if keep else f'connections in turns ({limit} files may be open)'}: "
              f"{metrics['http_reqs']['count']} requests, {metrics['http_req_failed']['passes']} failed, {metrics['vus_max']['max']:.0f} VUs, "
              f"{peak / 1e6:.0f} MB peak ({peak / 1024 / vus:.1f} KB each), {time.monotonic() - begin:.1f} s wall", flush=True)


def idle_script_memory(command, vus):
    """Resident memory of a process whose VUs all sleep in their first iteration."""
    with tempfile.NamedTemporaryFile() as log:
        process = subprocess.Popen(command[:2] + ["--quiet", "-u", str(vus), "-d", "300s", "-e", "PAUSE=600"] + command[2:], stdout=log, stderr=log)
        try:
            before = -1.0
            for _ in range(280):
                time.sleep(1)
                if process.poll() is not None:
                    sys.exit(open(log.name, encoding="utf-8").read()[:3000])
                with open(f"/proc/{process.pid}/stat", encoding="ascii") as stat:
                    fields = stat.read().rsplit(")", 1)[1].split()
                used = int(fields[11]) + int(fields[12])
                if used - before <= 1 and used > 0:
                    return resident(process.pid)
                before = used
            sys.exit(f"{vus} VUs did not come to rest")
        finally:
            process.kill()
            process.wait()


def javascript(arguments):
    modules = os.path.abspath(path("../npm/node_modules"))
    found = [os.path.join(modules, "@esbuild", name, "bin/esbuild") for name in os.listdir(os.path.join(modules, "@esbuild"))]
    paths = types.SimpleNamespace(k6=K6, modules=modules, esbuild=next(name for name in found if os.path.exists(name)), bundle=path("tests/bench/bundle.js"),
                                  classes=path("tests/bench/classes_and_checks.js"))
    bench_js.start(paths, arguments.rounds * 2 + 1)
    bench_js.many_vus(paths, arguments.rounds)
    bench_js.memory(paths, arguments.vus, idle_script_memory)


def engine(arguments):
    bench_js.engine(path("tests/bench/engine_ours"), path("tests/bench/engine_stock"), min(arguments.rounds, 3))


def http(arguments):
    bench_http.measure(sys.modules[__name__], arguments)


def http2(arguments):
    bench_h2.measure(sys.modules[__name__], arguments)


def arrival(arguments):
    with Server() as server:
        bench_arrival.run(pinned, server.url + arguments.path, path("tests/bench/paced_client"),
                          {"C++ scenario": [LOOP, "--no-color"], "script": [K6, "run", LOOP_JS]},
                          [arguments.rate] if arguments.rate else [2000, 5000, 10000, 20000], arguments.seconds, min(arguments.rounds, 3))


def rate(arguments):
    with Server() as server:
        bench_arrival.two_cores(server.url + arguments.path, [K6, "run", LOOP_JS], [arguments.rate] if arguments.rate else [2000, 10000], 10, min(arguments.rounds, 3))


def main():
    # Thousands of connections, at both ends.
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["cpu", "http", "h2", "memory", "vus", "js", "engine", "arrival", "rate"])
    parser.add_argument("--connections", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--vus", type=int)
    parser.add_argument("--scenario-vus", type=int, default=50000, help="of `vus`: the C++ ones")
    parser.add_argument("--rate", type=int, help="of `arrival` and `rate`: this one alone")
    parser.add_argument("--only", help="of `http` and `h2`: the rows whose name matches")
    parser.add_argument("--path", default="/bytes/128")
    arguments = parser.parse_args()
    if arguments.vus is None:
        arguments.vus = {"memory": 5000, "js": 5000, "vus": 10000}.get(arguments.what, 0)
    {"cpu": cpu, "http": http, "h2": http2, "memory": memory, "vus": vus, "js": javascript, "engine": engine, "arrival": arrival, "rate": rate}[arguments.what](arguments)


if __name__ == "__main__":
    main()
