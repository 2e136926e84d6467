#!/usr/bin/env python3
"""Outputs of whole runs of the k6 command: run.py K6 SERVER.

As a test: several outputs at once say the same, in every way to ask for them; a backend that is dead leaves the run and
its exit code alone, and the summary says what did not arrive. With --rates: requests per second and memory with no
output and with backends that never answer, printed; bazel run //tests/outputs:run -- --rates
"""
import gzip
import json
import os
import re
import resource
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

SCRIPT = """
import http from 'k6/http';
import { check } from 'k6';
import { Counter } from 'k6/metrics';
const mine = new Counter('mine');
export default function () {
  check(http.get(`${__ENV.BASE_URL}/status/200`, { tags: { team: 'a,"b' } }), { ok: (r) => r.status === 200 });
  mine.add(2, { kind: 'x' });
}
"""
ITERATIONS = 150


class Server:
    """The demo server; ended by its process."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdout=subprocess.PIPE, text=True)
        self.url = next(line.split()[0] for line in self.process.stdout if line.startswith("http://"))
        # What it says later is read, too, lest it wait for a reader.
        threading.Thread(target=self.process.stdout.read, daemon=True).start()

    def end(self):
        self.process.terminate()
        self.process.wait()


class Silent:
    """Takes connections and never answers."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.taken = []
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                self.taken.append(self.listener.accept()[0])
            except OSError:
                return

    def end(self):
        self.listener.close()
        for connection in self.taken:
            connection.close()


def backends(port):
    """Arguments and environment of each network output, pointed at a port."""
    return {
        "influxdb": ([f"--out=influxdb=http://127.0.0.1:{port}/db"], {}),
        "prometheus": (["--out=experimental-prometheus-rw"],
                       {"K6_PROMETHEUS_RW_SERVER_URL": f"http://127.0.0.1:{port}/api/v1/write", "K6_PROMETHEUS_RW_PUSH_INTERVAL": "100ms"}),
        "opentelemetry": (["--out=opentelemetry"],
                          {"K6_OTEL_GRPC_EXPORTER_ENDPOINT": f"127.0.0.1:{port}", "K6_OTEL_GRPC_EXPORTER_INSECURE": "true",
                           "K6_OTEL_EXPORT_INTERVAL": "100ms"}),
        "statsd": (["--out=statsd"], {"K6_STATSD_ADDR": f"127.0.0.1:{port}"}),
    }


class Run(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = cls.folder.name + "/"
        cls.server = Server(SERVER)
        with open(cls.path + "script.js", "w") as file:
            file.write(SCRIPT)

    @classmethod
    def tearDownClass(cls):
        cls.server.end()
        cls.folder.cleanup()

    def k6(self, arguments, environment=None, config=None):
        """Runs the script; what it printed."""
        config_file = self.path + "config.json"
        with open(config_file, "w") as file:
            json.dump(config or {}, file)
        done = subprocess.run([K6, "run", "-q", "-c", config_file, "-u", "3", "-i", str(ITERATIONS), "-e", "BASE_URL=" + self.server.url]
                              + arguments + [self.path + "script.js"], cwd=self.path, env={**os.environ, **(environment or {})},
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def points(self, name):
        open_file = gzip.open if name.endswith(".gz") else open
        with open_file(self.path + name, "rt") as file:
            return [line for line in map(json.loads, file) if line["type"] == "Point"]

    def rows(self, name):
        open_file = gzip.open if name.endswith(".gz") else open
        with open_file(self.path + name, "rt") as file:
            return file.read().splitlines()[1:]

    def test_several_outputs_say_the_same(self):
        self.k6(["--out", "json=a.json", "--out", "json=b.json.gz", "-o", "csv=c.csv", "-o", "csv=fileName=d.csv.gz,timeFormat=rfc3339"])
        points = self.points("a.json")
        self.assertEqual(points, self.points("b.json.gz"))
        self.assertEqual(sum(p["data"]["value"] for p in points if p["metric"] == "http_reqs"), ITERATIONS)
        self.assertEqual(sum(p["data"]["value"] for p in points if p["metric"] == "mine"), 2 * ITERATIONS)
        self.assertEqual(len(self.rows("c.csv")), len(points))
        self.assertEqual(len(self.rows("d.csv.gz")), len(points))
        request = next(p for p in points if p["metric"] == "http_reqs")
        self.assertEqual(request["data"]["tags"]["team"], 'a,"b')
        self.assertIn('"team=a,""b"', next(row for row in self.rows("c.csv") if row.startswith("http_reqs,")))

    def test_variables_and_the_configuration_file_ask_for_outputs(self):
        self.k6([], {"K6_OUT": "json=e.json,csv", "K6_CSV_FILENAME": "f.csv"})
        self.assertEqual(len(self.rows("f.csv")), len(self.points("e.json")))
        self.k6([], config={"out": ["csv"], "collectors": {"csv": {"file_name": "g.csv", "time_format": "unix_nano"}}})
        self.assertTrue(all(re.fullmatch(r"\d{19}", row.split(",")[1]) for row in self.rows("g.csv")))
        self.assertGreater(len(self.rows("g.csv")), 9 * ITERATIONS)

    def test_json_to_standard_output(self):
        text = self.k6(["--out", "json", "--summary-mode=disabled"])
        lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
        self.assertEqual(sum(line["data"]["value"] for line in lines if line["type"] == "Point" and line["metric"] == "http_reqs"), ITERATIONS)

    def test_a_refusing_backend_leaves_the_run_alone(self):
        with socket.create_server(("127.0.0.1", 0)) as unused:
            port = unused.getsockname()[1]
        for name, (arguments, environment) in backends(port).items():
            if name == "statsd":
                continue
            with self.subTest(name):
                text = self.k6(arguments, environment)
                self.assertRegex(text, r"http_reqs\.*: *" + str(ITERATIONS))
                self.assertRegex(text, r"\d+ samples are lost to them; the summary has all of them")
                self.assertIn("Samples were lost, as the backend did not take them", text)


def rates(seconds=6):
    server = Server(SERVER)
    silent = Silent()
    runs = {"no output": ([], {}), **backends(silent.port)}
    with tempfile.TemporaryDirectory() as folder:
        with open(folder + "/script.js", "w") as file:
            file.write(SCRIPT)
        results = {name: [] for name in runs}
        for _ in range(3):
            for name, (arguments, environment) in runs.items():
                command = [K6, "run", "-q", "-u", "20", "-d", f"{seconds}s", "--workers", "1", "-e", "BASE_URL=" + server.url]
                process = subprocess.Popen(["taskset", "-c", "0"] + command + arguments + [folder + "/script.js"],
                                           env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
                text = process.stdout.read()
                _, _, usage = os.wait4(process.pid, 0)
                process.returncode = 0
                requests = int(re.search(r"http_reqs\.*: *(\d+)", text).group(1))
                lost = re.search(r"(\d+) samples are lost", text)
                results[name].append((requests / seconds, usage.ru_maxrss / 1024, int(lost.group(1)) if lost else 0, requests))
        best = max(rate for rate, *_ in results["no output"])
        print("backends that take connections and never answer; the best of three runs of each")
        for name, all_runs in results.items():
            rate, memory, lost, requests = max(all_runs)
            print(f"{name:14} {rate:8.0f} requests/s ({rate / best:4.0%})   {memory:5.0f} MB at most   {lost} samples lost of {requests} requests")
    silent.end()
    server.end()


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    K6, SERVER = (os.path.abspath(path) for path in sys.argv[1:3])
    if "--rates" in sys.argv:
        rates()
    else:
        unittest.main(argv=sys.argv[:1])
