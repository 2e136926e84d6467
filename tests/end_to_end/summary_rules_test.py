#!/usr/bin/env python3
"""The rules of the summary, by the section that gives them (Sx_y), that need a whole run.

Numbers, lines and columns: metrics/value_text_test.cc and summary_text_test.cc. Texts of whole runs, the modes and both
forms of JSON: results_test.py.
"""
import json
import os
import pty
import re
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from k6_process import K6, clean_environment, main  # noqa: E402
from samples_case import SamplesCase  # noqa: E402

NOTHING = "export default () => {};"
TREND = "const trend = new Trend('trend', true);\nexport default () => { for (const v of [1, 2, 3, 1234.5]) trend.add(v); };"


def on_terminal(folder, *arguments, environment=None):
    """What a run prints to a terminal."""
    ours, its = pty.openpty()
    process = subprocess.Popen([K6.program, "run", "-q", *arguments], cwd=folder, env={**clean_environment(), "TERM": "xterm", **(environment or {})},
                               stdin=subprocess.DEVNULL, stdout=its, stderr=subprocess.DEVNULL)
    os.close(its)
    text = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:
            break
        if not part:
            break
        text += part
    os.close(ours)
    process.wait()
    return text.decode()


class Switches(SamplesCase):
    def test_S1_flags_beat_variables_and_scripts(self):
        options = {"summaryTrendStats": ["count", "p(99.9)"], "summaryTimeUnit": "us"}
        columns = lambda run: re.search(r"trend\.+: (.*)", run.stdout).group(1)  # noqa: E731
        self.assertEqual(columns(self.script(TREND, options=options)), "count=4 p(99.9)=1230805.50µs")
        environment = {"K6_SUMMARY_TREND_STATS": "max,min", "K6_SUMMARY_TIME_UNIT": "ms"}
        self.assertEqual(columns(self.script(TREND, options=options, environment=environment)), "max=1234.50ms min=1.00ms")
        run = self.script(TREND, "--summary-trend-stats=med", "--summary-time-unit=s", options=options, environment=environment)
        self.assertEqual(columns(run), "med=0.00s")
        self.assertIn("SCENARIO", self.script(TREND, "--summary-mode=full", environment={"K6_SUMMARY_MODE": "disabled"},
                                              options={"scenarios": {"s": {"executor": "per-vu-iterations"}}}).stdout)

    def test_S1_an_unknown_unit_of_a_script_means_automatic(self):
        for more in ({"options": {"summaryTimeUnit": "m"}}, {"environment": {"K6_SUMMARY_TIME_UNIT": "m"}}):
            self.assertRegex(self.script(TREND, **more).stdout, r"trend\.+: avg=310\.12ms +min=1ms +med=2\.5ms +max=1\.23s ")

    def test_S1_colours_are_for_terminals(self):
        run = self.script(TREND, plain=True)
        self.assertNotIn("\x1b", run.stdout)
        self.assertIn("\x1b[1mTOTAL RESULTS\x1b[0m", on_terminal(run.folder, "script.js"))
        for flags, environment in ((["--no-color"], {}), ([], {"NO_COLOR": "1"}), ([], {"K6_NO_COLOR": "true"})):
            self.assertNotIn("\x1b[1mTOTAL", on_terminal(run.folder, *flags, "script.js", environment=environment))

    def test_S1_failures_are_summed_up_with_the_code_they_have(self):
        handler = "\nexport function handleSummary(data) { return { stdout: `SUMMED ${Object.keys(data.metrics).includes('iterations')}` }; }"
        for text, code, says in (("export default () => exec.test.abort('x');", 108, "SUMMED"), ("export function setup() { throw new Error('x'); }\n" + NOTHING, 107, "SUMMED false"),
                                 ("export function teardown() { throw new Error('x'); }\n" + NOTHING, 107, "SUMMED true")):
            self.assertIn(says, self.script(text + handler, plain=True, code=code).stdout)
            self.assertIn("TOTAL RESULTS", self.script(text, plain=True, code=code).stdout)

    def test_S1_mistakes_before_the_run_have_no_summary(self):
        run = self.script(NOTHING + "\nexport function handleSummary() { console.log('called'); }", plain=True, code=104, options={"thresholds": {"nope": ["count>0"]}})
        self.assertNotIn("TOTAL RESULTS", run.stdout)
        self.assertNotIn("called", run.stderr)

    def test_S1_errors_of_the_summary_leave_the_exit_code_alone(self):
        for body in ("throw new Error('x');", "return 5;", "return { stdout: 5 };", "return { '/nonexistent/x': 'y' };"):
            run = self.script(NOTHING + "\nexport function handleSummary() { " + body + " }", plain=True, log="text")
            self.assertIn('level=error msg="failed to handle the end-of-test summary"', run.stderr)


class Contents(SamplesCase):
    def test_S2_compact_leaves_the_phases_out(self):
        text = "export default () => { http.get(`${__ENV.URL}/get`); group('g', () => {}); };"
        compact, full = (self.script(text, f"--summary-mode={mode}").stdout for mode in ("compact", "full"))
        for metric in ("blocked", "connecting", "receiving", "sending", "tls_handshaking", "waiting"):
            self.assertNotIn(f"http_req_{metric}", compact)
            self.assertIn(f"http_req_{metric}", full)
        for text in (compact, full):
            self.assertIn("http_req_duration", text)
            self.assertNotRegex(text, "(?m)^ *(checks|group_duration)\\.")

    def test_S2_a_custom_metric_is_shown_whatever_its_name_begins_with(self):
        # Ours by intent: k6 leaves out what begins with `checks` or `group_duration`, as if it had not been recorded.
        run = self.script("const counter = new Counter('checks2');\nexport default () => counter.add(3);")
        self.assertRegex(run.stdout, r"checks2\.+: 3 ")

    def test_S2_rates_of_all_blocks_divide_by_the_whole_duration(self):
        run = self.script("const c = new Counter('mine');\nexport default () => { group('g', () => c.add(1)); sleep(0.4); };", "--summary-mode=full")
        rates = re.findall(r"mine\.+: 1 +(\S+)/s", run.stdout)
        self.assertEqual(len(rates), 2)
        self.assertEqual(rates[0], rates[1])

    def test_S2_scenarios_and_their_groups(self):
        run = self.script("const c = new Counter('mine');\nexport default () => { c.add(1); group('a', () => c.add(2)); };\nexport function setup() { c.add(5); group('x', () => c.add(7)); }",
                          "--summary-mode=full", options={"scenarios": {"zz": {"executor": "per-vu-iterations"}, "default": {"executor": "per-vu-iterations"}}})
        titles = re.findall(r"(?m)^( *)(?:█|↳) (.*) $", run.stdout)
        self.assertEqual(titles, [("  ", "TOTAL RESULTS"), ("  ", "GROUP: setup"), ("    ", "GROUP: x"), ("  ", "GROUP: a"), ("  ", "SCENARIO: zz"), ("    ", "GROUP: a")])
        # A group shows what is tagged with it alone; a scenario all of its own.
        self.assertEqual(re.findall(r"mine\.+: (\d+)", run.stdout), ["18", "7", "2", "3", "2"])

    def test_S3_what_a_threshold_shows(self):
        run = self.script(TREND, "--summary-trend-stats=avg", code=99, options={"thresholds": {"trend": ["med<1", "p(77)!=5", "p(50) < 9", "avg>1", "max >= 1"]}})
        lines = re.findall(r"(?m)^    [✓✗] '.*$", run.stdout)
        self.assertEqual(lines, ["    ✗ 'med<1' med=", "    ✓ 'p(77)!=5' p(77)!=", "    ✓ 'p(50) < 9' p(50)=2.5ms", "    ✓ 'avg>1' avg=310.12ms", "    ✓ 'max >= 1' max="])

    def test_S3_text_begins_and_ends_with_line_breaks(self):
        run = self.script(NOTHING, "-q", plain=True)
        self.assertTrue(run.stdout.startswith("\n\n  █ TOTAL RESULTS \n\n"), repr(run.stdout[:60]))
        self.assertTrue(run.stdout.endswith("\n\n\n"), repr(run.stdout[-60:]))

    def test_S4_time_counters_and_gauges(self):
        run = self.script("const c = new Counter('c1', true);\nconst g = new Gauge('g1', true);\nexport default () => { c.add(61234.567); g.add(0.9999); g.add(1234.5); };")
        self.assertRegex(run.stdout, r"c1\.+: 1m1s +\S+s/s")
        self.assertRegex(run.stdout, r"g1\.+: 1\.23s +min=999\.9µs +max=1\.23s")


class HandleSummary(SamplesCase):
    def test_S7_columns_are_the_chosen_ones(self):
        run = self.script(TREND + "\nexport function handleSummary(data) { return { 'data.json': JSON.stringify(data) }; }", "--summary-trend-stats=count,p(99)", "--summary-time-unit=ms")
        data = json.loads(run.content("data.json"))
        self.assertEqual(set(data["metrics"]["trend"]["values"]), {"count", "p(99)"})
        self.assertEqual(data["options"]["summaryTimeUnit"], "ms")
        self.assertNotIn("setup_data", data)
        self.assertFalse(data["state"]["isStdOutTTY"])
        self.assertGreater(data["state"]["testRunDurationMs"], 0)

    def test_S7_everything_observed_is_there_in_every_mode(self):
        text = ("export default () => { group('g', () => check(http.get(`${__ENV.URL}/get`), { ok: true })); };\n"
                "export function handleSummary(data) { return { 'data.json': JSON.stringify(data) }; }")
        for mode in ("compact", "full"):
            data = json.loads(self.script(text, f"--summary-mode={mode}", options={"thresholds": {"http_reqs{a:b}": ["count==0"]}}).content("data.json"))
            for metric in ("checks", "group_duration", "http_req_blocked", "http_req_duration{expected_response:true}", "http_reqs{a:b}"):
                self.assertIn(metric, data["metrics"])

    def test_S7_a_time_limit(self):
        run = self.script(NOTHING + "\nexport function handleSummary() { sleep(60); }", plain=True, log="text",
                          options={"handleSummaryTimeout": "300ms"})
        self.assertIn("handleSummary() execution timed out", run.stderr)
        self.assertIn("TOTAL RESULTS", run.stdout)

    def test_S7_it_must_be_a_function(self):
        run = self.script(NOTHING + "\nexport const handleSummary = 5;", plain=True, code=255)
        self.assertIn("exported identifier handleSummary must be a function", run.stderr)

    def test_S7_a_vu_of_its_own(self):
        run = self.script("export default () => { globalThis.seen = 1; };\nexport function handleSummary() { return { stdout: `${__VU} ${typeof globalThis.seen}` }; }", "-q", plain=True)
        self.assertEqual(run.stdout, "0 undefined")

    def test_S7_the_export_wins_over_the_same_key(self):
        run = self.script(NOTHING + "\nexport function handleSummary() { return { 'summary.json': 'mine' }; }")
        self.assertIn("iterations", run.summary()["metrics"])

    def test_S7_bytes_in_every_form(self):
        run = self.script(NOTHING + "\nexport function handleSummary() { const b = new Uint8Array([64, 65, 66, 67]); return { 'a.bin': b.subarray(1, 3), 'b.bin': b.buffer, 'c.txt': 'é' }; }", plain=True)
        self.assertEqual((run.content("a.bin"), run.content("b.bin"), run.content("c.txt")), ("AB", "@ABC", "é"))

    def test_S8_the_new_form_follows_the_mode(self):
        text = "export default () => { http.get(`${__ENV.URL}/get`); };"
        names = {}
        for mode in ("compact", "full"):
            run = self.script(text, f"--summary-mode={mode}", environment={"K6_NEW_MACHINE_READABLE_SUMMARY": "true"}, options={"summaryTrendStats": ["avg", "count", "p(99)"]})
            metrics = {metric["name"]: metric for metric in run.summary()["results"]["metrics"]}
            names[mode] = set(metrics)
            self.assertEqual(set(metrics["http_req_duration"]["values"]), {"avg"})
            self.assertEqual(metrics["http_req_failed"]["values"], {"matches": 0, "total": 1, "rate": 0})
        self.assertEqual({name for name in names["full"] - names["compact"]}, {f"http_req_{phase}" for phase in ("blocked", "connecting", "receiving", "sending", "tls_handshaking", "waiting")})


if __name__ == "__main__":
    main(sys.argv)
