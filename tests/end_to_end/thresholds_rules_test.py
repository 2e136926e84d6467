#!/usr/bin/env python3
"""The rules of thresholds, by the section that gives them (Sx_y), in whole runs.

The grammar, the comparison and every message of the parser: metrics/threshold_test.cc. Simulated time, in which an abort
comes at the right tick: engine/exec.
"""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from k6_process import K6, clean_environment, main  # noqa: E402
from samples_case import SamplesCase  # noqa: E402

NOTHING = "export default () => {};"
ALL_KINDS = ("const counter = new Counter('counter');\nconst gauge = new Gauge('gauge');\nconst rate = new Rate('rate');\nconst trend = new Trend('trend');\n"
             "export default () => { counter.add(3); counter.add(2); gauge.add(-4); gauge.add(-2); rate.add(1); rate.add(0); for (const v of [1, 2, 3, 10]) trend.add(v); };")


class ThresholdsCase(SamplesCase):
    def judged(self, thresholds, text=ALL_KINDS, **more):
        """What became of each expression: {"metric expression": passed}."""
        expected = more.pop("code", None)
        run = self.script(text, code=expected if expected is not None else 0, options={"thresholds": thresholds}, **more)
        metrics = run.summary()["metrics"]
        return {f"{name} {source}": not failed for name in thresholds for source, failed in metrics[name]["thresholds"].items()}


class Declaration(ThresholdsCase):
    def test_S1_items_are_texts_or_objects(self):
        run = self.script("export default () => check(1, { c: true });", options={"thresholds": {
            "checks": ["rate>0.5", {"threshold": "rate>0.6"}, {"threshold": "rate>0.7", "abortOnFail": True}, {"threshold": "rate>0.8", "abortOnFail": True, "delayAbortEval": "10s"}],
            "checks{a:b}": [], "iterations": [{"threshold": "count>0", "abortOnFail": True, "delayAbortEval": 1500}]}})
        announced = {line["metric"]: line["data"] for line in run.lines() if line["type"] == "Metric"}
        # Also §8: of this very name, and sub-metrics beside them.
        self.assertEqual(announced["checks"]["thresholds"], [
            "rate>0.5", "rate>0.6", {"threshold": "rate>0.7", "abortOnFail": True, "delayAbortEval": None}, {"threshold": "rate>0.8", "abortOnFail": True, "delayAbortEval": "10s"}])
        self.assertEqual(announced["checks"]["submetrics"], [{"name": "checks{a:b}", "suffix": "a:b", "tags": {"a": "b"}}])
        self.assertEqual(announced["iterations"]["thresholds"], [{"threshold": "count>0", "abortOnFail": True, "delayAbortEval": "1.5s"}])
        self.assertEqual((announced["data_sent"]["thresholds"], announced["data_sent"]["submetrics"]), ([], None))

    def test_S1_a_text_is_no_list(self):
        for wrong in ("rate>0.5", [5], [{"threshold": 5}], [{"threshold": "rate>0.5", "abortOnFail": "x"}], [{"threshold": "rate>0.5", "delayAbortEval": "x"}]):
            self.assertIn("thresholds", self.script(NOTHING, code=104, plain=True, options={"thresholds": {"checks": wrong}}).stderr, wrong)

    def test_S1_a_higher_source_replaces_all_of_them(self):
        config = {"config.json": json.dumps({"thresholds": {"iterations": ["count<1"]}})}
        self.script(NOTHING, "-c", "config.json", code=99, files=config, plain=True)
        run = self.script(NOTHING, "-c", "config.json", files=config, plain=True, options={"thresholds": {"data_sent": ["count>=0"]}})
        self.assertNotIn("count<1", run.stdout)


class Expressions(ThresholdsCase):
    def test_S2_S3_every_method_and_operator(self):
        passing = {"counter": ["count==5", "count===5", "count >= 5", "count<=5", "count!=4", "rate>0", "count<1e3", "count<0x1p4", "count < Inf"],
                   "gauge": ["value==-2", "value>-3", "value<-1"], "rate": ["rate==0.5", "rate>=.5"],
                   "trend": ["avg==4", "min==1", "max==10", "med==2.5", "p(0)==1", "p(100)==10", "p(50)==2.5", "p(90)>7.89", "p(90)<7.91", "p<2"]}
        self.assertEqual([name for name, passed in self.judged(passing).items() if not passed], [])
        failing = {"counter": ["count==4", "count<5", "count>5", "count!=5"], "gauge": ["value==-4"], "rate": ["rate>0.5"], "trend": ["avg<4", "p(99.9)<9"]}
        self.assertEqual([name for name, passed in self.judged(failing, code=99).items() if passed], [])

    def test_S4_mistakes(self):
        left, right = "failed parsing threshold expression's", "failed parsing threshold expresion's"
        for metric, text, says in (
                ("counter", "count ~ 5", 'failed parsing threshold expression "count ~ 5"; reason: malformed threshold expression'),
                ("counter", "count >", 'failed parsing threshold expression "count >"; reason: malformed threshold expression'),
                ("counter", "foo>5", f'{left} "foo>5" left hand side; reason: failed parsing method from expression'),
                ("trend", "p(ab)<5", f'{left} "p(ab)<5" left hand side; reason: malformed percentile value; reason: '),
                ("trend", "p(101)<5", f'{left} "p(101)<5" left hand side; reason: malformed percentile value, provide a number between 0 and 100'),
                ("trend", "p(NaN)<5", f'{left} "p(NaN)<5" left hand side; reason: malformed percentile value'),
                ("counter", "count>abc", f'{right} "count>abc" right hand side; reason: '), ("counter", "count<5<6", f'{right} "count<5<6" right hand side; reason: '),
                ("rate", "rate<1%", f'{right} "rate<1%" right hand side; reason: '), ("counter", "count<1_000", f'{right} "count<1_000" right hand side; reason: '),
                ("counter", "avg<5", 'invalid threshold "avg<5" applied on metric counter; reason: unsupported aggregation method avg on metric of type counter. '
                                     "supported aggregation methods for this metric are: count, rate"),
                ("gauge", "count<5", "supported aggregation methods for this metric are: value"), ("rate", "value<5", "supported aggregation methods for this metric are: rate"),
                ("trend", "count<5", "supported aggregation methods for this metric are: avg, min, max, med, p"),
                ("nope", "count<5", 'invalid threshold defined on nope; reason: no metric name "nope" found'),
                ("nope{a:b}", "count<5", 'invalid threshold defined on nope{a:b}; reason: no metric name "nope{a:b}" found')):
            run = self.script(ALL_KINDS + "\nexport function setup() { console.log('begun'); }", code=104, plain=True, options={"thresholds": {metric: [text]}})
            self.assertIn(says, run.stderr)
            self.assertNotIn("begun", run.stderr)

    def test_S4_without_thresholds(self):
        for more in ({"environment": {"K6_NO_THRESHOLDS": "true"}}, {"flags": ["--no-thresholds"]}):
            run = self.script(ALL_KINDS, *more.get("flags", []), environment=more.get("environment"),
                              options={"thresholds": {"counter{kind:x}": ["not even parsed"], "nope": ["count<5"], "trend": ["p(101)<5"]}})
            self.assertIn("{ kind:x }", run.stdout)
            self.assertNotIn("THRESHOLDS", run.stdout)
            self.assertIn("Invalid metric 'nope' in threshold definitions", run.stderr)


class Evaluation(ThresholdsCase):
    def test_S5_without_samples(self):
        thresholds = {"counter": ["count>0", "count==0", "rate==0"], "gauge": ["value>2", "value==0"], "trend": ["avg>5", "max==0", "p(95)==0"], "rate": ["rate>0.5", "rate<0.5"],
                      "http_req_failed": ["rate>0.5"]}
        text = ALL_KINDS[:ALL_KINDS.index("export default")] + NOTHING
        judged = self.judged(thresholds, text, code=99, environment={"K6_THRESHOLDS_WITHOUT_DATA": "as-k6"})
        self.assertEqual([name for name, passed in judged.items() if not passed], ["counter count>0", "gauge value>2", "trend avg>5"])

    def test_S5_the_last_evaluation_counts(self):
        text = ("const gauge = new Gauge('gauge');\nexport default () => { gauge.add(9); sleep(2.5); gauge.add(1); };")
        self.assertEqual(self.judged({"gauge": ["value<5"]}, text), {"gauge value<5": True})

    def test_S5_an_abort_still_tears_down_and_sums_up(self):
        run = self.script("export default () => { check(0, { never: false }); sleep(0.1); };\nexport function teardown() { console.log('torn down'); }", code=99,
                          options={"vus": 1, "duration": "1m", "thresholds": {"checks": [{"threshold": "rate>0.5", "abortOnFail": True, "delayAbortEval": "2500ms"}], "iterations": ["count<1"]}})
        self.assertIn("torn down", run.stderr)
        self.assertIn("TOTAL RESULTS", run.stdout)
        self.assertIn("✗ [", run.stdout)
        self.assertIn("thresholds on metrics 'checks, iterations' were crossed; at least one has abortOnFail enabled, stopping test prematurely", run.stderr)
        # Not at the first look, after two seconds, but after the delay.
        iterations = run.summary()["metrics"]["iterations"]
        self.assertGreater(iterations["count"] / iterations["rate"], 2.5)


class Reporting(ThresholdsCase):
    CROSSED = {"iterations": ["count<1"], "http_reqs{kind:slow}": ["count>0"], "checks": ["rate>=0"]}

    def test_S6_all_breached_metrics_are_named_in_order(self):
        run = self.script(NOTHING, "--thresholds-without-data=as-k6", code=99, options={"thresholds": self.CROSSED})
        self.assertIn("thresholds on metrics 'http_reqs{kind:slow}, iterations' have been crossed", run.stderr)

    def test_S6_another_error_wins(self):
        for text, code in (("export default () => exec.test.abort('enough');", 108), ("export default () => exec.test.fail('bad');", 110),
                           ("export function setup() { throw new Error('no'); }\n" + NOTHING, 107)):
            run = self.script(text, "--thresholds-without-data=as-k6", code=code, options={"thresholds": {"http_reqs": ["count>5"]}})
            self.assertNotIn("have been crossed", run.stderr)
            self.assertIn("✗ 'count>5' count=0", run.stdout)

    def test_S6_the_summary_comes_first(self):
        run = self.script(NOTHING, code=99, plain=True, options={"thresholds": {"iterations": ["count<1"]}})
        both = subprocess.run([K6.program, "run", "-q", "script.js"], cwd=run.folder, env=clean_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.assertLess(both.stdout.index("TOTAL RESULTS"), both.stdout.index("have been crossed"))

    def test_S7_submetrics_without_samples_have_a_line(self):
        run = self.script(NOTHING, "--thresholds-without-data=as-k6", options={"thresholds": {"http_reqs{kind:x}": ["count==0"]}})
        self.assertRegex(run.stdout, r"(?m)^      { kind:x }\.+: 0 +0/s$")


if __name__ == "__main__":
    main(sys.argv)
