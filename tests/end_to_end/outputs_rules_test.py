#!/usr/bin/env python3
"""The rules of outputs, by the section that gives them (Sx_y), that need a whole run.

Arguments and settings of each kind: outputs/output_arguments_test.cc. Each kind against the real service, and dead
backends: tests/outputs. What requests look like is read here by a server that keeps them.
"""
import base64
import gzip
import http.server
import json
import os
import re
import socket
import sys
import threading
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from k6_process import main  # noqa: E402
from samples_case import SamplesCase  # noqa: E402

NOTHING = "export default () => {};"


class Keeper:
    """An HTTP server that takes everything and keeps it: (method, path, headers, body)."""

    def __init__(self, test, status=200):
        self.requests = []
        keeper = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                keeper.requests.append((self.command, self.path, self.headers, body))
                self.send_response(status)
                self.send_header("Content-Length", "4")
                self.end_headers()
                self.wfile.write(b"ill\n")

            do_GET = do_POST

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        thread.start()
        test.addCleanup(thread.join)
        test.addCleanup(self.server.server_close)
        test.addCleanup(self.server.shutdown)


class Selection(SamplesCase):
    def banner(self, *flags, **more):
        run = self.script(NOTHING, *flags, plain=True, **more)
        return re.search(r"(?m)^ *output: (.*)$", run.stdout).group(1)

    def test_S1_the_banner(self):
        self.assertEqual(self.banner(), "-")
        self.assertEqual(self.banner("--out", "json=o.json", "-o", "csv"), "json (o.json), csv (file.csv)")
        self.assertEqual(self.banner("-o", "influxdb=http://127.0.0.1:1/db", "-o", "json=/dev/null"), "InfluxDBv1 (http://127.0.0.1:1), json (/dev/null)")

    def test_S1_the_same_type_twice_and_everything_behind_the_first_equals_sign(self):
        run = self.script(NOTHING, "-o", "json=a=b.json", "-o", "json=c.json", plain=True)
        self.assertEqual(run.content("a=b.json"), run.content("c.json"))

    def test_S1_an_unknown_type_is_told_the_known_ones(self):
        for more in ({"flags": ["-o", "nope"]}, {"environment": {"K6_OUT": "json=a,nope"}}):
            run = self.script(NOTHING, *more.pop("flags", []), plain=True, code=255, **more)
            self.assertRegex(run.stderr, "invalid output type 'nope', available types are: csv, .*influxdb, json, ")
            self.assertNotIn("TOTAL RESULTS", run.stdout)

    def test_S1_what_cannot_be_made_or_started(self):
        run = self.script(NOTHING, "-o", "influxdb=http://h/db?foo=1", plain=True, code=255)
        self.assertIn("could not create the 'influxdb' output: unknown query parameter: foo", run.stderr)
        run = self.script(NOTHING, "-o", "opentelemetry", plain=True, code=104, environment={"K6_OTEL_EXPORTER_PROTOCOL": "foo"})
        self.assertIn('error validating OpenTelemetry output config: unsupported exporter protocol "foo", only "grpc" and "http/protobuf" are supported', run.stderr)
        run = self.script("export default () => console.log('iteration');", "-o", "json=first.json", "-o", "json=/nonexistent/a.json", plain=True, code=255)
        self.assertIn("open /nonexistent/a.json: no such file or directory", run.stderr)
        self.assertNotIn("iteration", run.stderr)
        self.assertEqual(run.content("first.json"), "")

    def test_S1_settings_of_flags_variables_and_the_configuration_file(self):
        files = {"config.json": json.dumps({"collectors": {"csv": {"file_name": "of_file.csv", "time_format": "unix_milli"}}})}
        digits = lambda run, name: len(run.content(name).splitlines()[1].split(",")[1])  # noqa: E731
        self.assertEqual(digits(self.script(NOTHING, "-c", "config.json", "-o", "csv", plain=True, files=files), "of_file.csv"), 13)
        run = self.script(NOTHING, "-c", "config.json", "-o", "csv", plain=True, files=files, environment={"K6_CSV_TIME_FORMAT": "unix_micro"})
        self.assertEqual(digits(run, "of_file.csv"), 16)
        run = self.script(NOTHING, "-c", "config.json", "-o", "csv=timeFormat=UNIX_NANO,fileName=of_flag.csv", plain=True, files=files, environment={"K6_CSV_TIME_FORMAT": "unix_micro"})
        self.assertEqual(digits(run, "of_flag.csv"), 19)

    def test_S2_a_period_must_be_positive(self):
        run = self.script(NOTHING, "-o", "csv=fileName=a.csv,saveInterval=0s", plain=True, code=255)
        self.assertIn("metric flush period should be positive but was 0s", run.stderr)


class Files(SamplesCase):
    def test_S2_S3_only_json_and_csv_have_metadata(self):
        run = self.script("export default () => { exec.vu.metrics.metadata.trace = 'x1'; check(1, { ok: true }); };", "-o", "csv=a.csv", "--system-tags=check,vu,iter,scenario")
        self.assertEqual(run.one("checks")["metadata"], {"iter": "0", "trace": "x1", "vu": "1"})
        line = next(line for line in run.content("a.csv").splitlines() if line.startswith("checks,"))
        self.assertEqual(set(line.split(",")[-1].split("&")), {"iter=0", "trace=x1", "vu=1"})
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
            receiver.bind(("127.0.0.1", 0))
            self.script("export default () => { exec.vu.metrics.metadata.trace = 'x1'; check(1, { ok: true }); };", "-o", f"influxdb=udp://127.0.0.1:{receiver.getsockname()[1]}/db",
                        "--system-tags=check,vu,iter", plain=True)
            text = receiver.recv(65536).decode()
        self.assertNotIn("x1", text)
        self.assertNotIn("vu=", text)

    def test_S3_lines(self):
        run = self.script("const c = new Counter('my_counter');\nexport default () => { c.add(1.5, { b: '<&>', a: 'é\"' }); c.add(2); };", "--system-tags=scenario")
        lines = [line for line in run.content("samples.json").splitlines() if "my_counter" in line]
        self.assertEqual(lines[0], '{"type":"Metric","data":{"name":"my_counter","type":"counter","contains":"default","thresholds":[],"submetrics":null},"metric":"my_counter"}')
        self.assertRegex(lines[1], r'^\{"metric":"my_counter","type":"Point","data":\{"time":"[^"]+","value":1\.5,"tags":\{"a":"é\\"","b":"<&>","scenario":"default"\}\}\}$')
        self.assertRegex(lines[2], r'"value":2,"tags":\{"scenario":"default"\}\}\}$')
        self.assertEqual(len(lines), 3)

    def test_S3_times_are_of_the_local_zone(self):
        for zone, end in (("UTC", "Z"), ("XXX-05:30", "+05:30"), ("XXX3", "-03:00")):
            time = self.script(NOTHING, environment={"TZ": zone}).one("iterations")["time"]
            self.assertRegex(time, r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,8}[1-9])?" + re.escape(end) + "$")

    def test_S3_what_is_not_finite_is_left_out(self):
        run = self.script("const t = new Trend('t1');\nexport default () => { t.add(Infinity); t.add(1); };", log="text")
        self.assertEqual(run.values("t1"), [1])
        self.assertRegex(run.stderr, r"level=error msg=\"Sample\(s\) couldn't be marshalled to JSON\".*count=1")

    def test_S3_S4_gzip_by_the_name(self):
        run = self.script(NOTHING, "-o", "json=a.json.gz", "-o", "csv=a.csv.gz", plain=True)
        with gzip.open(os.path.join(run.folder, "a.json.gz"), "rt") as file:
            self.assertIn('"metric":"iterations"', file.read())
        with gzip.open(os.path.join(run.folder, "a.csv.gz"), "rt") as file:
            self.assertTrue(file.read().startswith("metric_name,timestamp,metric_value,"))

    def test_S4_columns(self):
        run = self.script("export default () => { http.get(`${__ENV.URL}/get`, { tags: { team: 'a b,c=d\"e' } }); };", "-o", "csv=a.csv", "-o", "csv=-", plain=True)
        header, first = run.content("a.csv").splitlines()[:2]
        self.assertEqual(header, "metric_name,timestamp,metric_value,check,error,error_code,expected_response,group,method,name,proto,scenario,service,status,subproto,tls_version,url,extra_tags,metadata")
        url = self.url() + "/get"
        self.assertRegex(first, re.escape(",1.000000,,,,true,,GET," + url + ",HTTP/1.1,default,,200,,," + url + ',"team=a b,c=d""e",') + "$")
        self.assertRegex(first, r"^http_reqs,\d{10},1\.000000,")
        self.assertIn(header, run.stdout)
        run = self.script(NOTHING, "-o", "csv=a.csv", "--system-tags=vu,iter,status,ip", plain=True)
        self.assertEqual(run.content("a.csv").splitlines()[0], "metric_name,timestamp,metric_value,ip,status,extra_tags,metadata")

    def test_S4_mistakes(self):
        for argument, says in (("a=b", 'unknown key "a" as argument for csv output'), ("timeFormat=", 'couldn\'t parse "timeFormat=" as argument for csv output'),
                               ("timeFormat=foo", "foo does not belong to TimeFormat values")):
            self.assertIn(says, self.script(NOTHING, "-o", "csv=" + argument, plain=True, code=255, log="raw").stderr)


class Influxdb(SamplesCase):
    SCRIPT = "const c = new Counter('my_counter');\nexport default () => group('g,1 =x', () => c.add(2, { team: 'a b,c=d\"e', empty: '' }));"

    def test_S5_requests(self):
        keeper = Keeper(self)
        self.script(self.SCRIPT, "-o", f"influxdb=http://us%40er:pw@127.0.0.1:{keeper.port}/some_db?tagsAsFields=team&consistency=any", plain=True)
        create, *writes = keeper.requests
        path, query = create[1].split("?")
        self.assertEqual((create[0], path, urllib.parse.parse_qsl(query, keep_blank_values=True)),
                         ("POST", "/query", [("db", ""), ("params", "{}"), ("q", "CREATE DATABASE some_db")]))
        for method, path, headers, _ in writes:
            self.assertEqual((method, path), ("POST", "/write?consistency=any&db=some_db&precision=ns&rp="))
            self.assertEqual(headers["User-Agent"], "k6")
            self.assertEqual(headers["Authorization"], "Basic " + base64.b64encode(b"us@er:pw").decode())
            self.assertNotIn("Content-Encoding", headers)
        lines = b"".join(body for *_, body in writes).decode().splitlines()
        mine = next(line for line in lines if line.startswith("my_counter"))
        self.assertRegex(mine, r'^my_counter,group=::g\\,1\\ \\=x,scenario=default team="a b,c=d\\"e",value=2 \d{19}$')

    def test_S5_a_batch_that_is_not_taken(self):
        keeper = Keeper(self, status=400)
        run = self.script(self.SCRIPT, "-o", f"influxdb=http://127.0.0.1:{keeper.port}/db", plain=True, log="text")
        self.assertIn("Couldn't write stats", run.stderr)
        self.assertIn("ill", run.stderr)
        self.assertRegex(run.stdout, r"! outputs did not keep up, or their backends failed: \d+ samples are lost to them \(influxdb \d+\); the summary has all of them")

    def test_S5_datagrams(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
            receiver.bind(("127.0.0.1", 0))
            receiver.settimeout(60)
            self.script("const c = new Counter('my_counter');\nexport default () => { for (let i = 0; i < 50; ++i) c.add(i); };",
                        "-o", f"influxdb=udp://127.0.0.1:{receiver.getsockname()[1]}/db?payload_size=200", plain=True)
            values = []
            while len(values) < 50:
                datagram = receiver.recv(65536)
                self.assertLessEqual(len(datagram), 200)
                values += re.findall(r"my_counter\S* value=(\d+)", datagram.decode())
        self.assertEqual(sorted(map(int, values)), list(range(50)))


class Statsd(SamplesCase):
    def lines(self, kind, environment, text):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
            receiver.bind(("127.0.0.1", 0))
            receiver.settimeout(60)
            address = f"127.0.0.1:{receiver.getsockname()[1]}"
            self.script(text, "-o", kind, plain=True, environment={"K6_STATSD_ADDR": address, "K6_DATADOG_ADDR": address, **environment})
            lines = []
            while not any("data_received" in line for line in lines):
                datagram = receiver.recv(65536)
                self.assertLessEqual(len(datagram), 1432)
                lines += datagram.decode().split("\n")
        return lines

    TEXT = ("const c = new Counter('c1');\nconst g = new Gauge('g1');\nconst r = new Rate('r1');\nconst t = new Trend('t1');\n"
            "export default () => { c.add(1.9); g.add(5); r.add(1); t.add(12.345, { a: 'b' }); check(1, { 'is ok': true, 'is not': false }); };")

    def test_S7_lines(self):
        lines = self.lines("statsd", {}, self.TEXT)
        self.assertEqual(lines[:6], ["k6.c1:1|c", "k6.g1:5.000000|g", "k6.r1:1|c", "k6.t1:12.345000|ms", "k6.check.is ok.pass:1|c", "k6.check.is not.fail:1|c"])

    def test_S7_tags(self):
        for kind, environment in (("statsd", {"K6_STATSD_ENABLE_TAGS": "true", "K6_STATSD_NAMESPACE": "x.", "K6_STATSD_TAG_BLOCKLIST": "scenario"}),
                                  ("datadog", {"K6_DATADOG_NAMESPACE": "x.", "K6_DATADOG_TAG_BLACKLIST": "scenario"})):
            self.assertIn("x.t1:12.345000|ms|#a:b", self.lines(kind, environment, self.TEXT))


class Pushes(SamplesCase):
    def test_S8_requests_of_remote_write(self):
        keeper = Keeper(self)
        self.script(NOTHING, "-o", "experimental-prometheus-rw", plain=True, environment={
            "K6_PROMETHEUS_RW_SERVER_URL": f"http://127.0.0.1:{keeper.port}/api/v1/write", "K6_PROMETHEUS_RW_USERNAME": "u", "K6_PROMETHEUS_RW_PASSWORD": "p",
            "K6_PROMETHEUS_RW_HTTP_HEADERS": "X-A:1,X-B:2", "K6_PROMETHEUS_RW_HEADERS_X-C": "3"})
        self.assertTrue(keeper.requests)
        for method, path, headers, body in keeper.requests:
            self.assertEqual((method, path), ("POST", "/api/v1/write"))
            self.assertEqual([headers[name] for name in ("User-Agent", "Content-Encoding", "Content-Type", "X-Prometheus-Remote-Write-Version", "X-A", "X-B", "X-C")],
                             ["k6-prometheus-rw-output", "snappy", "application/x-protobuf", "0.1.0", "1", "2", "3"])
            # Headers of one's own do not take the others away.
            self.assertEqual(headers["Authorization"], "Basic dTpw")
            self.assertTrue(body)

    def test_S8_a_receiver_that_refuses(self):
        keeper = Keeper(self, status=500)
        run = self.script(NOTHING, "-o", "experimental-prometheus-rw", plain=True, log="text",
                          environment={"K6_PROMETHEUS_RW_SERVER_URL": f"http://127.0.0.1:{keeper.port}/api/v1/write"})
        self.assertIn("Failed to send the time series data to the endpoint", run.stderr)

    def test_S9_requests_of_otlp(self):
        keeper = Keeper(self)
        run = self.script(NOTHING, "-o", "experimental-opentelemetry", plain=True, environment={
            "K6_OTEL_EXPORTER_PROTOCOL": "http/protobuf", "K6_OTEL_HTTP_EXPORTER_ENDPOINT": f"127.0.0.1:{keeper.port}", "K6_OTEL_HTTP_EXPORTER_INSECURE": "true",
            "K6_OTEL_HEADERS": "X-A=a%20b,X-B=2", "K6_OTEL_METRIC_PREFIX": "load.", "K6_OTEL_SERVICE_NAME": "mine"})
        self.assertIn(f"opentelemetry (http/protobuf, http://127.0.0.1:{keeper.port}/v1/metrics)", run.stdout)
        self.assertIn("opentelemetry", run.stderr)
        method, path, headers, body = keeper.requests[-1]
        self.assertEqual((method, path), ("POST", "/v1/metrics"))
        self.assertEqual((headers["Content-Type"], headers["X-A"], headers["X-B"]), ("application/x-protobuf", "a b", "2"))
        self.assertNotIn("Content-Encoding", headers)
        for text in (b"load.iterations", b"service.name", b"mine", b"telemetry.sdk."):
            self.assertIn(text, body)

    def test_S9_a_collector_that_is_not_there(self):
        run = self.script(NOTHING, "-o", "opentelemetry", plain=True, log="text", environment={
            "K6_OTEL_EXPORTER_PROTOCOL": "http/protobuf", "K6_OTEL_HTTP_EXPORTER_ENDPOINT": "127.0.0.1:1", "K6_OTEL_HTTP_EXPORTER_INSECURE": "true"})
        self.assertIn("can't shutdown OpenTelemetry metric provider", run.stderr)


if __name__ == "__main__":
    main(sys.argv)
