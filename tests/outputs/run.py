#!/usr/bin/env python3
"""Outputs of whole runs of the k6 command: run.py K6 SERVER.

As a test: several outputs at once say the same, in every way to ask for them; a backend that is dead leaves the run and
its exit code alone, and the summary says what did not arrive.

    bazel run //tests/outputs:run -- --rates [SECONDS]

takes 80 times SECONDS (6 unless told) and half a minute, and prints requests per second, memory and what was lost: with
no output, and with backends that take everything, that take connections and never answer, and that are not there.
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


class Backend:
    """Takes connections, and each request on them or none; takes datagrams."""

    def __init__(self, answers):
        self.answers = answers
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.datagrams.bind(("127.0.0.1", self.port))
        self.taken = []
        for work in (self.accept, self.take_datagrams):
            threading.Thread(target=work, daemon=True).start()

    def accept(self):
        while True:
            try:
                self.taken.append(self.listener.accept()[0])
            except OSError:
                return
            if self.answers:
                threading.Thread(target=self.answer, args=(self.taken[-1],), daemon=True).start()

    def answer(self, connection):
        """Requests with a Content-Length, one after the other; bodies are not kept."""
        with connection, connection.makefile("rb", buffering=1 << 20) as stream:
            while head := stream.readline():
                left = 0
                while (line := stream.readline()) not in (b"\r\n", b""):
                    if line.lower().startswith(b"content-length:"):
                        left = int(line[15:])
                while left > 0 and (part := stream.read1(left)):
                    left -= len(part)
                try:
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" if head.startswith(b"POST /v1") else b"HTTP/1.1 204 No Content\r\n\r\n")
                except OSError:
                    return

    def take_datagrams(self):
        while self.answers:
            try:
                self.datagrams.recv(65536)
            except OSError:
                return

    def end(self):
        self.listener.close()
        self.datagrams.close()
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
                self.assertRegex(text, r"\d+ samples are lost to them \(\S+ \d+\); the summary has all of them")
                self.assertIn("Samples were lost, as the backend did not take them", text)


class Measured:
    """A run of k6 on the first core; the servers have the others."""

    def __init__(self, folder, server, shape, arguments, environment):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        process = subprocess.Popen(["taskset", "-c", "0", K6, "run", "-q", "--workers", "1", "-e", "BASE_URL=" + server.url] + shape + arguments + [folder + "/script.js"],
                                   env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.memory = []  # MB, once a second
        self.most_memory = 0
        ended = threading.Event()
        watcher = threading.Thread(target=self.watch, args=(process.pid, ended))
        watcher.start()
        text = process.stdout.read()
        ended.set()
        watcher.join()
        process.wait()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        number = lambda pattern: int(found.group(1)) if (found := re.search(pattern, text)) else 0  # noqa: E731
        self.requests = number(r"http_reqs\.*: *(\d+)")
        self.rate = float(re.search(r"http_reqs\.*: *\d+ +([\d.]+)/s", text).group(1))
        # Does not depend on what else the machine does, as the rate does.
        self.cpu = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1e6 / self.requests
        self.dropped = number(r"dropped_iterations\.*: *(\d+)")
        self.lost = number(r"(\d+) samples are lost")

    def watch(self, pid, ended):
        while not ended.wait(1):
            try:
                with open(f"/proc/{pid}/status") as file:
                    kilobytes = dict(re.findall(r"(VmRSS|VmHWM):\s*(\d+) kB", file.read()))
                self.memory.append(int(kilobytes["VmRSS"]) / 1024)
                self.most_memory = int(kilobytes["VmHWM"]) / 1024
            except (OSError, KeyError):
                return


def rates(seconds):
    server = Server(SERVER)
    live, silent = Backend(True), Backend(False)
    with socket.create_server(("127.0.0.1", 0)) as unused:
        nobody = unused.getsockname()[1]
    for process in (os.getpid(), server.process.pid):
        os.sched_setaffinity(process, set(range(1, os.cpu_count())) or {0})
    runs = {("no output", ""): ([], {})}
    for state, port in (("takes all", live.port), ("never answers", silent.port), ("is not there", nobody)):
        for name, run in backends(port).items():
            runs[(name, state)] = run
        runs[("opentelemetry", state)] = (["--out=opentelemetry"], {
            "K6_OTEL_EXPORTER_PROTOCOL": "http/protobuf", "K6_OTEL_HTTP_EXPORTER_ENDPOINT": f"127.0.0.1:{port}", "K6_OTEL_HTTP_EXPORTER_INSECURE": "true",
            "K6_OTEL_EXPORT_INTERVAL": "100ms"})
    shapes = {"1,000 iterations a second": None, "20 VUs, as fast as they can": ["-u", "20", "-d", f"{seconds}s"]}
    with tempfile.TemporaryDirectory() as folder:
        with open(folder + "/script.js", "w") as file:
            file.write(SCRIPT)
        paced = {"scenarios": {"s": {"executor": "constant-arrival-rate", "rate": 1000, "duration": f"{seconds}s", "preAllocatedVUs": 50, "maxVUs": 200}}}
        with open(folder + "/paced.json", "w") as file:
            json.dump(paced, file)
        for title, shape in shapes.items():
            results = {case: [] for case in runs}
            for _ in range(3):
                for case, (arguments, environment) in runs.items():
                    results[case].append(Measured(folder, server, shape or ["-c", folder + "/paced.json"], arguments, environment))
            alone = max(run.rate for run in results[("no output", "")])
            print(f"\n{title}, {seconds} s; the best of three runs")
            for (name, state), all_runs in results.items():
                run = max(all_runs, key=lambda one: one.rate)
                print(f"  {name:14} {state:14} {run.rate:8.1f} requests/s ({run.rate / alone:4.0%})  {min(one.cpu for one in all_runs):5.1f} us of CPU each  "
                      f"{run.dropped:3} iterations dropped  {run.most_memory:4.0f} MB  {run.lost:8} samples lost of {run.requests} requests")
        long = 30
        arguments, environment = backends(silent.port)["influxdb"]
        run = Measured(folder, server, ["-u", "20", "-d", f"{long}s"], arguments, environment)
        half = len(run.memory) // 2
        print(f"\ninfluxdb that never answers, 20 VUs for {long} s: {run.lost} samples lost; memory {max(run.memory[:half]):.0f} MB at most in the first half, "
              f"{max(run.memory[half:]):.0f} MB in the second")
    for backend in (live, silent):
        backend.end()
    server.end()


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    K6, SERVER = (os.path.abspath(path) for path in sys.argv[1:3])
    if "--rates" in sys.argv:
        after = sys.argv[sys.argv.index("--rates") + 1:]
        rates(int(after[0]) if after else 6)
    else:
        unittest.main(argv=sys.argv[:1])
