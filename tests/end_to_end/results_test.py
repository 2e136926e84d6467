#!/usr/bin/env python3
"""What is left when a run is over: summaries in all modes, their JSON, reports, records and their merging.

The texts are compared with tests/golden/summary_*; numbers that depend on time are normalised. After a change on purpose:
bazel run //tests/end_to_end:results_test -- Golden, with UPDATE_GOLDEN=/path/to/tests/golden in the environment.
"""
import json
import os
import re
import sys
import unittest
import xml.etree.ElementTree

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from k6_process import K6, DemoServer, main  # noqa: E402

GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden")

# Everything that a summary can show, without a network.
SHOW = """
import { check, group, fail } from 'k6';
import { Counter, Gauge, Rate, Trend } from 'k6/metrics';
const boxes = new Counter('boxes');
const level = new Gauge('level');
const luck = new Rate('luck');
const size = new Trend('size');
const wait = new Trend('wait_time', true);
export const options = {
  scenarios: {
    default: { executor: 'per-vu-iterations', vus: 1, iterations: 2 },
    other: { executor: 'per-vu-iterations', vus: 1, iterations: 1, exec: 'other' },
  },
  thresholds: {
    boxes: ['count>=6', 'count<3'],
    'size{kind:big}': ['max<50'],
    size: ['p(50)<100', 'avg < 5'],
    luck: ['rate>0.1'],
    checks: ['rate>0.5'],
    wait_time: ['p(95)<100 over 30s'],
    'wait_time{kind:none}': ['max<5'],
  },
};
export function setup() { group('before', () => check(1, { 'prepared': (v) => v === 1 })); return { made: 3 }; }
export default function () {
  boxes.add(3); level.add(7); luck.add(__ITER % 2); wait.add(12.5);
  size.add(1); size.add(99, { kind: 'big' });
  check(1, { 'is one': (v) => v === 1 });
  group('outer', () => {
    check(__ITER, { 'is zero': (v) => v === 0 });
    group('inner', () => check(2, { 'deep': (v) => v === 2 }));
  });
}
export function other() {
  boxes.add(1);
  group('elsewhere', () => check(3, { 'is one': (v) => v === 1 }));
}
"""


def normalised(text):
    """Times, rates and amounts of data are not the same twice; and with them the width of columns."""
    text = re.sub(r"\d+(\.\d+)?(h\d+m\d+s|m\d+s|s|ms|µs|ns)(?![\w/])", "TIME", text)
    text = re.sub(r"\d+(\.\d+)?( [kMG]?B)?/s", "RATE", text)
    text = re.sub(r"(?m)^(\s+(?:vus|vus_max)\.+: ).*$", r"\1GAUGE", text)
    text = re.sub(r"(TIME|RATE|GAUGE) +", r"\1 ", text)
    text = re.sub(r"(?m)(TIME|RATE|GAUGE) $", r"\1", text)
    return re.sub(r"(?m)(\S) {2,}", r"\1 ", text)


class Results(unittest.TestCase):
    maxDiff = None

    def k6(self, *arguments, files=None, code=0, environment=None, folder=None):
        run = K6(self, list(arguments), files, environment, folder)
        self.assertEqual(run.exit_code(), code, run.output)
        return run

    def run_show(self, *flags, code=99, script=SHOW, folder=None):
        # On one worker VUs take turns in a fixed order: so do the first occurrences of groups and checks.
        return self.k6("run", "--quiet", "--workers=1", *flags, "show.js", files={"show.js": script}, code=code, folder=folder)


class Golden(Results):
    def compare(self, name, text):
        path = os.path.join(GOLDEN, name)
        # Shorter than a second, there are no VUs to report; on a slow machine there are.
        text = re.sub(r"(?m)^\s+vus(_max)?\.+: GAUGE\n", "", normalised(text))
        text = re.sub(r"\.{3,}:", "...:", text)
        if "UPDATE_GOLDEN" in os.environ:
            with open(os.path.join(os.environ["UPDATE_GOLDEN"], name), "w", encoding="utf-8") as file:
                file.write(text)
            return
        with open(path, encoding="utf-8") as file:
            self.assertEqual(text, file.read())

    def test_compact(self):
        self.compare("summary_compact.txt", self.run_show().stdout)

    def test_full(self):
        self.compare("summary_full.txt", self.run_show("--summary-mode=full").stdout)

    def test_full_with_tracked_tags(self):
        self.compare("summary_tracked.txt", self.run_show("--summary-mode=full", "--track=scenario,kind").stdout)

    def test_legacy(self):
        self.compare("summary_legacy.txt", self.run_show("--summary-mode=legacy").stdout)

    def test_other_columns_and_unit(self):
        self.compare("summary_columns.txt", self.run_show("--summary-trend-stats=avg,count,p(99.99)", "--summary-time-unit=us").stdout)


class Modes(Results):
    def test_disabled(self):
        script = SHOW + "export function handleSummary() { console.log('called'); return {}; }"
        for flag in ("--summary-mode=disabled", "--no-summary"):
            run = self.run_show(flag, "--summary-export=out.json", script=script)
            self.assertEqual(run.stdout, "")
            self.assertNotIn("called", run.stderr)
            self.assertNotIn("out.json", os.listdir(run.folder))

    def test_from_the_environment(self):
        run = self.k6("run", "--quiet", "show.js", files={"show.js": SHOW}, code=99, environment={"K6_SUMMARY_MODE": "full"})
        self.assertIn("SCENARIO: other", run.stdout)

    def test_quiet_runs_have_one_too(self):
        self.assertIn("TOTAL RESULTS", self.run_show("--quiet").stdout)

    def test_wrong_arguments(self):
        for flag, message in (("--summary-mode=short", "invalid summary mode"),
                              ("--summary-trend-stats=foo", "invalid trend stat 'foo', unknown format"),
                              ("--summary-trend-stats=p(101)", "invalid percentile trend stat value 'p(101)', provide a number between 0 and 100"),
                              ("--summary-time-unit=m", "invalid summary time unit 'm', use 's', 'ms' or 'us'")):
            run = self.run_show(flag, code=255)
            self.assertIn(message, run.stderr)

    def test_a_failed_setup_is_summarised(self):
        run = self.k6("run", "--quiet", "s.js", code=107,
                      files={"s.js": "export function setup() { throw new Error('no'); }\nexport default () => {};\n"
                                     "export function handleSummary() { return { stdout: 'SUMMED' }; }"})
        self.assertEqual(run.stdout, "SUMMED")


class Json(Results):
    def test_the_data_of_handle_summary(self):
        run = self.run_show("--no-color", script=SHOW + "export function handleSummary(data) { return { 'data.json': JSON.stringify(data) }; }")
        self.assertEqual(run.stdout, "")
        data = json.loads(run.content("data.json"))
        self.assertEqual(data["options"], {"summaryTrendStats": ["avg", "min", "med", "max", "p(90)", "p(95)"], "summaryTimeUnit": "", "noColor": True})
        self.assertEqual(set(data["state"]), {"isStdOutTTY", "isStdErrTTY", "testRunDurationMs"})
        self.assertEqual(data["setup_data"], {"made": 3})
        metrics = data["metrics"]
        self.assertEqual(metrics["boxes"]["type"], "counter")
        self.assertEqual(metrics["boxes"]["values"]["count"], 7)
        self.assertEqual(metrics["boxes"]["thresholds"], {"count>=6": {"ok": True}, "count<3": {"ok": False}})
        self.assertEqual(metrics["luck"]["values"], {"rate": 0.5, "passes": 1, "fails": 1})
        self.assertEqual(metrics["level"]["values"], {"value": 7, "min": 7, "max": 7})
        self.assertEqual(metrics["size"]["values"], {"avg": 50, "min": 1, "med": 50, "max": 99, "p(90)": 99, "p(95)": 99})
        self.assertEqual(metrics["wait_time"]["contains"], "time")
        self.assertEqual(metrics["wait_time{kind:none}"]["thresholds"], {"max<5": {"ok": False, "noData": True}})
        self.assertEqual(data["percentiles"], {"exact_up_to": 4096, "from_histogram": [], "error_at_most": 0.002})
        self.assertEqual(data["root_group"]["id"], "d41d8cd98f00b204e9800998ecf8427e")
        self.assertEqual([group["name"] for group in data["root_group"]["groups"]], ["setup", "outer", "elsewhere"])
        outer = data["root_group"]["groups"][1]
        self.assertEqual(outer["path"], "::outer")
        self.assertEqual(outer["checks"][0]["path"], "::outer::is zero")
        self.assertEqual((outer["checks"][0]["passes"], outer["checks"][0]["fails"]), (1, 1))

    def test_what_handle_summary_may_return(self):
        def summary(code):
            return self.run_show("--summary-export=export.json", script=SHOW + f"export function handleSummary(data) {{ {code} }}")
        run = summary("return {};")
        self.assertEqual(run.stdout, "")
        run = summary("return { stdout: 'to out', stderr: 'to err', 'a.txt': 'text', 'b.bin': new Uint8Array([65, 66]).buffer };")
        self.assertEqual(run.stdout, "to out")
        self.assertIn("to err", run.stderr)
        self.assertEqual((run.content("a.txt"), run.content("b.bin")), ("text", "AB"))
        self.assertIn("TOTAL RESULTS", summary("").stdout)
        self.assertIn("TOTAL RESULTS", summary("throw new Error('broken');").stdout)
        run = summary("return 'text';")
        self.assertIn("handleSummary() should return a map with string keys", run.stderr)
        self.assertNotIn("export.json", os.listdir(run.folder))
        run = summary("return { stdout: 5, 'a.txt': 'text' };")
        self.assertIn("error handling summary object stdout: invalid type", run.stderr)
        self.assertNotIn("a.txt", os.listdir(run.folder))
        run = summary("return { '/nonexistent/x': '1', 'a.txt': 'text' };")
        self.assertIn("Could not save some summary information:", run.stderr)
        self.assertIn("could not open '/nonexistent/x'", run.stderr)
        self.assertEqual(run.content("a.txt"), "text")
        run = summary("return Promise.resolve({ stdout: 'later' });")
        self.assertEqual(run.stdout, "later")

    def test_the_old_export(self):
        run = self.run_show("--summary-export=out.json")
        text = run.content("out.json")
        self.assertTrue(text.startswith('{\n    "metrics": {\n'), text[:40])
        data = json.loads(text)
        self.assertNotIn("state", data)
        self.assertNotIn("options", data)
        self.assertEqual(data["metrics"]["luck"], {"value": 0.5, "passes": 1, "fails": 1, "thresholds": {"rate>0.1": False}})
        self.assertEqual(data["metrics"]["boxes"]["thresholds"], {"count>=6": False, "count<3": True})
        self.assertEqual(data["root_group"]["groups"]["outer"]["checks"]["is zero"]["fails"], 1)
        self.assertEqual(data["setup_data"], {"made": 3})

    def test_the_new_form(self):
        run = self.run_show("--new-machine-readable-summary", "--summary-export=out.json", "--track=kind",
                            script=SHOW + "export function handleSummary(data) { return { 'data.json': JSON.stringify(data) }; }")
        export = json.loads(run.content("out.json"))
        given = json.loads(run.content("data.json"))
        self.assertEqual(export["results"], given["results"])
        self.assertEqual(export["version"], "1.0.0")
        self.assertEqual(export["config"]["execution"], "local")
        self.assertTrue(export["config"]["script"].startswith(SHOW[:40]))
        self.assertRegex(export["metadata"]["generated_at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$")
        checks = export["results"]["checks"]
        self.assertEqual([metric["name"] for metric in checks["metrics"]], ["checks_total", "checks_failed", "checks_succeeded"])
        self.assertEqual(checks["metrics"][1]["values"], {"matches": 2, "total": 8, "rate": 0.25})
        self.assertIn({"name": "is one", "passes": 2, "fails": 1}, checks["results"])
        metrics = {metric["name"]: metric for metric in export["results"]["metrics"]}
        self.assertNotIn("checks", metrics)
        self.assertNotIn("group_duration", metrics)
        self.assertEqual(metrics["boxes"]["values"], {"count": 7})
        self.assertEqual(metrics["luck"]["values"], {"matches": 1, "total": 2, "rate": 0.5})
        self.assertEqual(metrics["size"]["values"], {"avg": 50, "max": 99, "med": 50, "min": 1, "p90": 99, "p95": 99})
        self.assertIn("size{kind:big}", metrics)

    def test_tracked_series(self):
        run = self.run_show("--track=kind", "--summary-export=out.json")
        tracked = json.loads(run.content("out.json"))["tracked"]
        self.assertEqual([one["by"] for one in tracked], [["kind"]])
        series = {one["tags"]["kind"]: one["metrics"] for one in tracked[0]["series"]}
        self.assertEqual(set(series), {"", "big"})
        self.assertEqual(series["big"]["size"]["max"], 99)
        self.assertEqual(series[""]["size"]["max"], 1)

    def test_a_bound_on_tracked_series(self):
        script = ("import { Counter } from 'k6/metrics';\nconst c = new Counter('cc');\nexport const options = { iterations: 20 };\n"
                  "export default () => c.add(1, { id: String(__ITER) });")
        run = self.k6("run", "--quiet", "--track=id", "--track-limit=5", "--workers=1", "--summary-export=out.json", "s.js", files={"s.js": script})
        series = json.loads(run.content("out.json"))["tracked"][0]["series"]
        self.assertEqual(len(series), 6)
        self.assertTrue(series[-1]["other"])
        self.assertEqual(sum(one["metrics"]["cc"]["count"] for one in series if "cc" in one["metrics"]), 20)


class NoData(Results):
    SCRIPT = ("import { Trend } from 'k6/metrics';\nnew Trend('never');\n"
              "export const options = { thresholds: { never: ['p(95)<5'], http_req_failed: ['rate>0.5'], http_reqs: ['count<1'] } };\nexport default () => {};")

    def test_is_a_failure_of_its_own(self):
        run = self.k6("run", "--quiet", "s.js", files={"s.js": self.SCRIPT}, code=99)
        self.assertIn("✗ 'p(95)<5' no data", run.stdout)
        self.assertIn("✗ 'rate>0.5' no data", run.stdout)
        self.assertIn("✓ 'count<1' count=0", run.stdout)
        self.assertIn("had no data to judge", run.stderr)
        self.assertIn("thresholds on metrics 'http_req_failed, never' have been crossed", run.stderr)

    def test_counts_as_nothing_where_k6_is_asked_for(self):
        run = self.k6("run", "--quiet", "--thresholds-without-data=as-k6", "s.js", files={"s.js": self.SCRIPT})
        self.assertIn("✓ 'p(95)<5' p(95)=0", run.stdout)
        self.k6("run", "--quiet", "s.js", files={"s.js": self.SCRIPT}, environment={"K6_THRESHOLDS_WITHOUT_DATA": "as-k6"})


class Reports(Results):
    def test_junit(self):
        run = self.run_show("--out=junit=results.xml")
        suites = xml.etree.ElementTree.fromstring(run.content("results.xml"))
        cases = {case.get("name"): case for case in suites.iter("testcase")}
        self.assertEqual(int(suites.get("tests")), len(list(suites.iter("testcase"))))
        self.assertIsNone(cases["boxes - count>=6"].find("failure"))
        self.assertEqual(cases["boxes - count<3"].find("failure").get("message"), "counter threshold failed: count = 7")
        self.assertEqual(cases["wait_time{kind:none} - max<5"].find("failure").get("message"), "no data")
        self.assertEqual(cases["outer › is zero"].find("failure").get("message"), "1 of 2 failed")
        self.assertIsNone(cases["show.js"].find("failure"))
        self.assertEqual(int(suites.get("failures")), len(list(suites.iter("failure"))))

    def test_html(self):
        run = self.run_show("--out=html=report.html", "--track=kind")
        page = run.content("report.html")
        for text in (">failed<", "count&gt;=6", "no data", "is zero", "outer › inner", "wait_time", "<svg", "By kind"):
            self.assertIn(text, page)
        # Nothing comes from elsewhere.
        self.assertIsNone(re.search(r"""(src|href)=|url\(|@import|https?://""", page))

    def test_standard_output(self):
        run = self.run_show("--out=junit=-", "--summary-mode=disabled")
        self.assertTrue(run.stdout.startswith("<?xml"), run.stdout[:80])

    def test_a_file_that_cannot_be_written(self):
        run = self.run_show("--out=html=/nonexistent/report.html", code=255)
        self.assertIn("open /nonexistent/report.html: No such file or directory", run.stderr)

    def test_the_banner_names_them(self):
        run = self.k6("run", "--out=html=r.html", "--out=json=s.json", "s.js", files={"s.js": "export default () => {};"})
        self.assertRegex(run.stdout, r"output: json \(s\.json\), html \(r\.html\)")


class Merging(Results):
    SCRIPT = ("import http from 'k6/http';\nimport { check } from 'k6';\n"
              "export const options = { scenarios: { s: { executor: 'shared-iterations', vus: 4, iterations: 40 } },\n"
              "  thresholds: { http_reqs: ['count>=40'], checks: ['rate==1'] } };\n"
              "export default () => { check(http.get(`${__ENV.URL}/get`), { ok: (r) => r.status === 200 }); };")

    def part(self, segment, name, folder=None, script=None, code=99):
        # A part alone has too few requests.
        return self.k6("run", "--quiet", f"--execution-segment={segment}", "-e", f"URL={self.server.url}", f"--out=record={name}", "s.js",
                       files={"s.js": script or self.SCRIPT}, code=code, folder=folder)

    def setUp(self):
        self.server = DemoServer(self)

    def test_parts_make_a_whole(self):
        first = self.part("0:1/4", "a.k6r")
        folder = first.folder
        self.part("1/4:1/2", "b.k6r", folder)
        self.part("1/2:1", "c.k6r", folder)
        merged = self.k6("merge", "c.k6r", "a.k6r", "b.k6r", "--out=html=whole.html", "--out=record=whole.k6r", "--summary-export=whole.json",
                         folder=folder)
        self.assertIn("✓ 'count>=40' count=40", merged.stdout)
        whole = json.loads(merged.content("whole.json"))
        self.assertEqual(whole["metrics"]["http_reqs"]["count"], 40)
        self.assertEqual(whole["metrics"]["checks"]["passes"], 40)
        self.assertIn("passed", merged.content("whole.html"))
        again = self.k6("merge", "whole.k6r", folder=folder)
        self.assertEqual(again.stdout, merged.stdout)

        missing = self.k6("merge", "a.k6r", "c.k6r", code=255, folder=folder)
        self.assertIn("no record covers 1/4:1/2", missing.stderr)
        partial = self.k6("merge", "--allow-missing", "a.k6r", "c.k6r", code=99, folder=folder)
        self.assertIn("✗ 'count>=40' count=30", partial.stdout)
        self.assertIn("thresholds on metrics 'http_reqs' have been crossed", partial.stderr)
        twice = self.k6("merge", "a.k6r", "a.k6r", code=255, folder=folder)
        self.assertIn("'a.k6r' and 'a.k6r' ran the same part of the test", twice.stderr)
        self.part("1/4:1/2", "other.k6r", folder, self.SCRIPT.replace("iterations: 40", "iterations: 44"))
        other = self.k6("merge", "a.k6r", "other.k6r", code=255, folder=folder)
        self.assertIn("are records of different plans", other.stderr)
        self.k6("merge", "s.js", code=255, folder=folder)

    def test_tables_by_url_and_group(self):
        script = self.SCRIPT.replace("/get`)", "/get`, { tags: { name: 'the page' } })")
        run = self.k6("run", "--quiet", "-e", f"URL={self.server.url}", "--out=html=r.html", "s.js", files={"s.js": script})
        page = run.content("r.html")
        self.assertIn("the page", page)
        self.assertIn('id="requests"', page)


if __name__ == "__main__":
    main(sys.argv)
