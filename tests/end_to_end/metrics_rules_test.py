#!/usr/bin/env python3
"""The rules of metrics, by the section that gives them (Sx_y): what is emitted when, and with which tags.

Groups, checks, custom metrics and expected statuses are in tests/conformance (D1 to D22, F57 to F59); aggregation and
the syntax of sub-metrics in metrics/.
"""
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from k6_process import main  # noqa: E402
from samples_case import SamplesCase  # noqa: E402

GET = "export default () => { http.get(`${__ENV.URL}/get`); };"
NOTHING = "export default () => {};"
HTTP_METRICS = ["http_reqs", "http_req_duration", "http_req_blocked", "http_req_connecting", "http_req_tls_handshaking",
                "http_req_sending", "http_req_waiting", "http_req_receiving", "http_req_failed"]


class BuiltIn(SamplesCase):
    def test_S1_samples_of_a_request_share_time_and_tags(self):
        points = [point for point in self.script(GET).points() if point["metric"].startswith("http_")]
        self.assertEqual([point["metric"] for point in points], HTTP_METRICS)
        for point in points:
            self.assertEqual((point["time"], point["tags"]), (points[0]["time"], points[0]["tags"]))

    def test_S1_metadata_is_no_part_of_the_tags(self):
        run = self.script("export default () => { exec.vu.metrics.metadata.trace = 'x1'; check(1, { ok: true }); };", "--system-tags=check,vu,iter")
        self.assertEqual(run.one("checks")["tags"], {"check": "ok"})
        self.assertEqual(run.one("checks")["metadata"], {"iter": "0", "trace": "x1", "vu": "1"})

    def test_S2_vus_come_every_second_and_only_with_run_tags(self):
        run = self.script(NOTHING, "-i", "1", "--tag", "team=a")
        # Where it took no second: a machine with much else to do may need one.
        if run.summary()["metrics"]["iterations"]["rate"] > 2:
            self.assertEqual(run.points("vus") + run.points("vus_max"), [])
        run = self.script("export default () => sleep(2.5);", "-u", "2", "-i", "2", "--tag", "team=a")
        self.assertGreaterEqual(len(run.values("vus")), 2)
        self.assertEqual((run.values("vus")[0], set(run.values("vus_max"))), (2, {2}))
        for point in run.points("vus") + run.points("vus_max"):
            self.assertEqual(point["tags"], {"team": "a"})

    def test_S2_an_iteration_that_throws_is_complete(self):
        run = self.script("export default () => { throw new Error('x'); };")
        self.assertEqual(run.values("iterations"), [1])
        self.assertEqual(run.one("iterations")["time"], run.one("iteration_duration")["time"])
        self.assertEqual(run.tags("iterations"), {"group": "", "scenario": "default"})

    def test_S2_an_interrupted_iteration_is_not_but_its_data_counts(self):
        run = self.script("export default () => { http.get(`${__ENV.URL}/get`); sleep(60); };",
                          options={"scenarios": {"s": {"executor": "constant-vus", "vus": 1, "duration": "2s", "gracefulStop": "0s"}}})
        self.assertEqual(run.points("iterations") + run.points("iteration_duration"), [])
        self.assertGreater(run.one("data_received")["value"], 0)
        self.assertGreater(run.one("data_sent")["value"], 0)

    def test_S2_iteration_duration_leaves_padding_out(self):
        run = self.script(NOTHING, "-i", "1", "--min-iteration-duration=2s")
        self.assertLess(run.one("iteration_duration")["value"], 2000)

    def test_S2_data_is_counted_once_an_iteration_under_its_last_tags(self):
        run = self.script("export default () => { http.get(`${__ENV.URL}/get`); http.get(`${__ENV.URL}/get`); if (__ITER) exec.vu.tags.late = 'yes'; };", "-i", "2")
        self.assertEqual([point["tags"] for point in run.points("data_sent")],
                         [{"group": "", "scenario": "default"}, {"group": "", "late": "yes", "scenario": "default"}])
        self.assertEqual(self.script(NOTHING).values("data_sent"), [0])
        self.assertEqual(self.script(NOTHING).values("data_received"), [0])

    def test_S2_setup_and_teardown_have_data_but_no_iterations(self):
        run = self.script("export function setup() { http.get(`${__ENV.URL}/get`); }\nexport function teardown() {}\n" + NOTHING)
        self.assertEqual([point["tags"] for point in run.points("data_sent")],
                         [{"group": "::setup"}, {"group": "", "scenario": "default"}, {"group": "::teardown"}])
        self.assertEqual([value > 0 for value in run.values("data_received")], [True, False, False])
        self.assertEqual(run.values("iterations"), [1])
        self.assertEqual(run.tags("http_reqs")["group"], "::setup")
        self.assertNotIn("scenario", run.tags("http_reqs"))

    def test_S2_what_handle_summary_emits_is_discarded(self):
        run = self.script("const c = new Counter('mine');\nexport default () => c.add(1);\nexport function handleSummary() { c.add(5); check(1, { a: true }); return {}; }")
        self.assertEqual(run.values("mine"), [1])
        self.assertEqual(run.points("checks"), [])
        self.assertEqual(run.summary()["metrics"]["mine"]["count"], 1)

    def test_S2_dropped_iterations(self):
        cut_off = {"maxDuration": "1s", "gracefulStop": "0s"}
        run = self.script("export default () => sleep(60);", options={"scenarios": {"s": {"executor": "shared-iterations", "vus": 2, "iterations": 7, **cut_off}}})
        self.assertEqual(run.values("dropped_iterations"), [5])
        self.assertEqual(run.tags("dropped_iterations"), {"scenario": "s"})
        run = self.script("export default () => sleep(60);", "--tag", "team=a", options={
            "systemTags": ["vu", "scenario"], "scenarios": {"s": {"executor": "per-vu-iterations", "vus": 2, "iterations": 3, **cut_off}}})
        self.assertEqual(sorted((point["value"], point["tags"]["vu"]) for point in run.points("dropped_iterations")), [(2, "1"), (2, "2")])
        for point in run.points("dropped_iterations"):
            self.assertEqual(point["tags"] | {"vu": ""}, {"scenario": "s", "team": "a", "vu": ""})
        run = self.script("export default () => sleep(60);", options={"scenarios": {"s": {
            "executor": "constant-arrival-rate", "rate": 5, "duration": "1s", "preAllocatedVUs": 1, "maxVUs": 1, "gracefulStop": "0s"}}})
        self.assertEqual(run.values("dropped_iterations"), [1] * 4)
        self.assertEqual(run.points("dropped_iterations")[0]["tags"], {"scenario": "s"})

    def test_S2_a_group_that_throws_has_a_duration_too(self):
        run = self.script("export default () => { try { group('a', () => { throw new Error('x'); }); } catch (e) {} group('a', () => group('b', () => {})); };")
        self.assertEqual([point["tags"]["group"] for point in run.points("group_duration")], ["::a", "::a::b", "::a"])

    def test_S2_built_in_metrics_are_known_without_their_use(self):
        self.script(NOTHING, "--thresholds-without-data=as-k6", options={"thresholds": {
            name: ["avg<1"] for name in ("ws_connecting", "ws_session_duration", "ws_ping", "grpc_req_duration", "http_req_tls_handshaking")}})
        for lazy in ("grpc_streams", "browser_web_vital_lcp"):
            run = self.script(NOTHING, code=104, plain=True, options={"thresholds": {lazy: ["count<1"]}})
            self.assertIn(f'no metric name "{lazy}" found', run.stderr)

    def test_S2_each_request_counts_hops_of_redirects_too(self):
        run = self.script("export default () => { http.get(`${__ENV.URL}/redirect?n=2`); };")
        self.assertEqual([point["tags"]["status"] for point in run.points("http_reqs")], ["302", "302", "200"])
        self.assertEqual(len({point["tags"]["url"] for point in run.points("http_reqs")}), 3)

    def test_S3_the_duration_of_the_run_includes_setup_and_teardown(self):
        run = self.script("export function setup() { sleep(1); }\nexport function teardown() { sleep(1); }\n" + NOTHING)
        self.assertLess(run.summary()["metrics"]["iterations"]["rate"], 0.5)

    def test_S3_many_time_series_are_warned_of(self):
        text = ("const c = new Counter('mine');\nexport default () => { for (let i = 0; i < 1000; ++i) c.add(1, { id: `${__ITER}-${i}` }); };")
        run = self.script(text, "-i", "230", plain=True, environment={"K6_OUT": "csv=/dev/null"})
        said = re.findall(r"about (\d+) unique time series.* limit of (\d+)", run.stderr)
        self.assertEqual([int(limit) for _, limit in said][0], 100000)
        self.assertEqual(len(said), len(set(said)))
        self.assertGreater(int(said[0][0]), 100000)
        self.assertIn("high-cardinality", run.stderr)
        self.assertIn("`name`", run.stderr)
        self.assertNotIn("unique time series", self.script(text, "-i", "50", plain=True, environment={"K6_OUT": "csv=/dev/null"}).stderr)


class SystemTags(SamplesCase):
    def test_S4_1_defaults(self):
        self.assertEqual(set(self.script(GET).tags("http_reqs")),
                         {"expected_response", "group", "method", "name", "proto", "scenario", "status", "url"})
        self.assertEqual(self.script(GET).tags("http_reqs")["proto"], "HTTP/1.1")
        self.assertNotIn("metadata", self.script(GET).one("http_reqs"))

    def test_S4_1_a_list_replaces_the_defaults(self):
        for more in ({"options": {"systemTags": ["status", "nobody", "ip"]}}, {"environment": {"K6_SYSTEM_TAGS": "status,nobody,ip"}}):
            self.assertEqual(self.script(GET, **more).tags("http_reqs"), {"ip": "127.0.0.1", "status": "200"})
        self.assertEqual(self.script(GET, "--system-tags=status,nobody,ip").tags("http_reqs"), {"ip": "127.0.0.1", "status": "200"})

    def test_S4_1_an_empty_list_disables_all(self):
        run = self.script(GET, options={"systemTags": []})
        self.assertEqual(run.tags("http_reqs"), {})
        self.assertNotIn("http_req_duration{expected_response:true}", run.summary()["metrics"])

    def test_S4_1_vu_and_iter_are_metadata(self):
        run = self.script(GET, "-i", "2", options={"systemTags": ["vu", "iter"]})
        self.assertEqual([point["metadata"] for point in run.points("http_reqs")], [{"iter": "0", "vu": "1"}, {"iter": "1", "vu": "1"}])
        self.assertEqual([point["tags"] for point in run.points("http_reqs")], [{}, {}])
        run = self.script(NOTHING, "--thresholds-without-data=as-k6", options={"thresholds": {"http_reqs{vu:1}": ["count==0"]}})
        self.assertRegex(run.stderr, "http_reqs{vu:1}.*metadata")

    def test_S4_1_errors_of_transport_and_of_http(self):
        run = self.script("export default () => { http.get('http://127.0.0.1:1/x'); };")
        tags = run.tags("http_reqs")
        self.assertEqual({key: tags[key] for key in ("status", "error", "error_code", "expected_response", "method")},
                         {"status": "0", "error": "dial: connection refused", "error_code": "1212", "expected_response": "false", "method": "GET"})
        self.assertNotIn("proto", tags)
        tags = self.script("export default () => { http.post(`${__ENV.URL}/status/503`); };").tags("http_reqs")
        self.assertEqual((tags["status"], tags["error_code"], tags["method"]), ("503", "1503", "POST"))
        self.assertNotIn("error", tags)


class Layers(SamplesCase):
    def test_S4_2_the_highest_source_of_run_tags_replaces_the_others(self):
        config = {"config.json": '{"tags": {"config": "1"}}'}
        kwargs = {"options": {"tags": {"script": "1"}}, "files": config}
        own = lambda run: set(run.tags("iterations")) - {"group", "scenario"}  # noqa: E731
        self.assertEqual(own(self.script(NOTHING, "-c", "config.json", "--tag", "flag=1", "--tag", "two=2", environment={"K6_TAGS": "env:1"}, **kwargs)), {"flag", "two"})
        self.assertEqual(own(self.script(NOTHING, "-c", "config.json", environment={"K6_TAGS": "env:1,more:2"}, **kwargs)), {"env", "more"})
        self.assertEqual(own(self.script(NOTHING, "-c", "config.json", **kwargs)), {"script"})
        self.assertEqual(own(self.script(NOTHING, "-c", "config.json", files=config)), {"config"})
        merged = self.script(NOTHING, "-c", "config.json", "--tag", "flag=1", "--features=merge-run-tags", environment={"K6_TAGS": "env:1"}, **kwargs)
        self.assertEqual(own(merged), {"config", "script", "env", "flag", "k6_feature_merge_run_tags"})
        self.assertEqual(merged.tags("iterations")["k6_feature_merge_run_tags"], "true")

    def test_S4_2_each_layer_overrides_the_one_before(self):
        text = ("const c = new Counter('mine');\nexport default () => { c.add(1); exec.vu.tags.a = 'vu'; c.add(2); group('g', () => { c.add(3); c.add(4, { a: 'call', group: 'mine' }); });"
                " c.add(5); };")
        run = self.script(text, "--tag", "a=run", "--tag", "r=run", options={"scenarios": {"s": {
            "executor": "per-vu-iterations", "tags": {"a": "scenario", "scenario": "not me"}}}})
        self.assertEqual([point["tags"] for point in run.points("mine")], [
            {"a": "scenario", "group": "", "r": "run", "scenario": "s"},
            {"a": "vu", "group": "", "r": "run", "scenario": "s"},
            {"a": "vu", "group": "::g", "r": "run", "scenario": "s"},
            {"a": "call", "group": "mine", "r": "run", "scenario": "s"},
            {"a": "vu", "group": "", "r": "run", "scenario": "s"}])

    def test_S4_2_tags_of_the_protocol_override_all_but_the_name(self):
        run = self.script("export default () => { http.get(`${__ENV.URL}/get`, { tags: { status: 'x', method: 'x', url: 'x', proto: 'x' } }); };")
        tags = run.tags("http_reqs")
        self.assertEqual((tags["status"], tags["method"], tags["proto"], tags["url"]), ("200", "GET", "HTTP/1.1", self.url() + "/get"))
        for flags in (["--tag", "name=mine"], []):
            run = self.script("export default () => { http.get(`${__ENV.URL}/get`" + ("" if flags else ", { tags: { name: 'mine' } }") + "); };", *flags)
            self.assertEqual((run.tags("http_reqs")["name"], run.tags("http_reqs")["url"]), ("mine", "mine"))

    def test_S4_2_errors_of_tag(self):
        for value, says in (("foo", "error parsing tag 'foo': invalid tag, empty value"), ("foo=", "error parsing tag 'foo=': invalid tag, empty value"),
                            ("=x", "error parsing tag '=x': invalid tag, empty name"), ("", "error parsing tag '': invalid tag, empty string")):
            self.assertIn(says, self.script(NOTHING, "--tag", "a=b", "--tag", value, code=255, plain=True).stderr)

    def test_S4_3_tags_of_a_vu_stay_metadata_with_them(self):
        run = self.script("const c = new Counter('mine');\nexport default () => { if (__ITER === 0) { exec.vu.metrics.tags.n = 5; exec.vu.metrics.tags.b = true;"
                          " exec.vu.metrics.metadata.m = 's'; exec.vu.metrics.tags.gone = 'x'; delete exec.vu.metrics.tags.gone; }"
                          " console.log(Object.keys(exec.vu.metrics.tags).join(), 'n' in exec.vu.metrics.tags); c.add(1); };", "-i", "2")
        for point in run.points("mine"):
            self.assertEqual(point["tags"], {"b": "true", "group": "", "n": "5", "scenario": "default"})
            self.assertEqual(point["metadata"], {"m": "s"})
        self.assertEqual(run.stderr.count("b,group,n,scenario true") + run.stderr.count("group,scenario,n,b true"), 2, run.stderr)

    def test_S4_3_what_is_no_value_of_a_tag(self):
        run = self.script("const c = new Counter('mine');\nfunction say(f) { try { f(); console.log('no error'); } catch (e) { console.log(`${e}`); } }\n"
                          "export default () => { say(() => { exec.vu.metrics.tags.k = {}; }); say(() => { exec.vu.metrics.metadata.k = []; }); say(() => { exec.vu.metrics.tags = {}; });"
                          " say(() => c.add(1, { a: null })); };", plain=True)
        lines = run.stderr.splitlines()
        accepted = "only String, Boolean and Number types are accepted as a metric"
        self.assertIn(f"TypeError: invalid value for metric tag 'k': {accepted} tag value", lines[0])
        self.assertIn(f"TypeError: invalid value for metric metadata 'k': {accepted} metadata value", lines[1])
        self.assertIn("TypeError: Cannot assign to read only property 'tags'", lines[2])
        self.assertIn("cannot add tags for the 'mine' custom metric: invalid value for metric tag 'a'", lines[3])
        run = self.script("export default () => { http.get('http://127.0.0.1:1/', { tags: { a: {} } }); };", plain=True, log="text")
        self.assertIn("invalid HTTP request metric tags: invalid value for metric tag 'a'", run.stderr)


class Groups(SamplesCase):
    def test_S5_paths(self):
        run = self.script("export default () => { group('', () => {}); group('q', () => group('', () => {})); };")
        self.assertEqual([point["tags"]["group"] for point in run.points("group_duration")], ["", "::q::", "::q"])

    def test_S5_without_the_system_tag_there_are_durations_only(self):
        run = self.script("export default () => { group('a', () => check(1, { c: true })); };", "--system-tags=check")
        self.assertEqual(run.tags("group_duration"), {})
        self.assertEqual(run.tags("checks"), {"check": "c"})

    def test_S5_ids_are_hashes_of_paths(self):
        run = self.script("export default () => { group('outer', () => check(1, { 'inner check': true })); };")
        root = run.summary()["root_group"]
        self.assertEqual(root["id"], "d41d8cd98f00b204e9800998ecf8427e")
        self.assertEqual(root["groups"]["outer"]["id"], "c34b428ee7255085dfe7fef53d3394d5")
        self.assertRegex(root["groups"]["outer"]["checks"]["inner check"]["id"], "^3fdb")

    def test_S5_checks_of_one_call_share_their_time(self):
        points = self.script("export default () => { check(1, { a: () => { sleep(0.01); return 1; }, b: 0, c: '' }); };").points("checks")
        self.assertEqual([(point["tags"]["check"], point["value"]) for point in points], [("a", 1), ("b", 0), ("c", 0)])
        self.assertEqual(len({point["time"] for point in points}), 1)


class Http(SamplesCase):
    def test_S4_1_of_tls(self):
        run = self.script("export default () => { http.get(`${__ENV.TLS_URL}/get`); };", "-e", "TLS_URL=" + self.tls_url(), "--insecure-skip-tls-verify")
        tags = run.tags("http_reqs")
        self.assertEqual((tags["proto"], tags["tls_version"], tags["status"]), ("HTTP/2.0", "tls1.3", "200"))
        self.assertGreater(run.values("http_req_tls_handshaking")[0], 0)

    def test_S6_1_names_and_urls(self):
        run = self.script("export default () => { const u = __ENV.URL.replace('//', '//user:pw@'); http.get(`${u}/get?q=a b#frag`);"
                          " http.get(`${__ENV.URL.replace('//', '//user@')}/get`); http.get(http.url`${__ENV.URL}/get?id=${7}`); };")
        url = self.url()
        first, second, third = (point["tags"] for point in run.points("http_reqs"))
        self.assertEqual(first["url"], url.replace("//", "//****:****@") + "/get?q=a b#frag")
        self.assertEqual(second["url"], url.replace("//", "//****@") + "/get")
        self.assertEqual(third["name"], "${}/get?id=${}")
        for tags in (first, second, third):
            self.assertEqual(tags["name"], tags["url"])

    def test_S6_1_a_template_gives_way_to_a_name(self):
        run = self.script("export default () => { http.get(http.url`${__ENV.URL}/get?id=${7}`, { tags: { name: 'mine' } }); };")
        self.assertEqual(run.tags("http_reqs")["name"], "mine")
        run = self.script("export default () => { http.get(http.url`${__ENV.URL}/get?id=${7}`); };", "--system-tags=url")
        self.assertEqual(run.tags("http_reqs"), {"url": self.url() + "/get?id=7"})

    def test_S6_1_all_hops_of_a_name_keep_it(self):
        run = self.script("export default () => { http.get(`${__ENV.URL}/redirect?n=2`, { tags: { name: 'way' } }); };")
        self.assertEqual([point["tags"]["name"] for point in run.points("http_reqs")], ["way"] * 3)

    def test_S7_an_invalid_url_has_no_metrics(self):
        run = self.script("export default () => { console.log(http.get('http://[::1/').error_code); };")
        self.assertEqual(run.points("http_reqs"), [])
        self.assertIn("1020", run.stderr)

    def test_S7_codes_and_texts(self):
        run = self.script("export default () => { http.get('http://no.such.invalid/'); http.get('http://blocked.test/'); http.get('http://127.0.0.9/');"
                          " http.get(`${__ENV.URL}/delay/5`, { timeout: '100ms' }); http.get('ftp://x/'); http.get(__ENV.URL.replace('http:', 'https:')); http.get(`${__ENV.URL}/status/404`); };",
                          options={"blockHostnames": ["*.test"], "blacklistIPs": ["127.0.0.8/30"]})
        seen = [(tags["error_code"], tags.get("error", "")) for tags in (point["tags"] for point in run.points("http_reqs"))]
        # Where nobody answers about names, nobody says either that there is none.
        self.assertIn(seen[0][0], ("1101", "1100"))
        if seen[0][0] == "1101":
            self.assertEqual(seen[0][1], "lookup: no such host")
        self.assertEqual([code for code, _ in seen[1:]], ["1111", "1110", "1050", "1000", "1301", "1404"])
        self.assertEqual([text for code, text in seen[1:] if code != "1000"],
                         ["hostname is blocked", "ip is blacklisted", "request timeout", "tls: first record does not look like a TLS handshake", ""])

    def test_S8_expected_responses(self):
        run = self.script("export default () => { http.get(`${__ENV.URL}/status/404`); http.get(`${__ENV.URL}/status/404`, { responseCallback: http.expectedStatuses(404) });"
                          " http.get(`${__ENV.URL}/status/201`, { responseCallback: http.expectedStatuses({ min: 202, max: 299 }) }); http.get(`${__ENV.URL}/status/500`, { responseCallback: null }); };")
        self.assertEqual([point["tags"].get("expected_response") for point in run.points("http_reqs")], ["false", "true", "false", None])
        self.assertEqual(run.values("http_req_failed"), [1, 0, 1])
        self.assertIn("http_req_duration{expected_response:true}", run.summary()["metrics"])

    def test_S8_a_callback_for_all_requests_of_a_vu(self):
        run = self.script("http.setResponseCallback(http.expectedStatuses(404, { min: 500, max: 502 }));\n"
                          "const get = (status, params) => http.get(`${__ENV.URL}/status/${status}`, params);\n"
                          "export default () => { get(404); get(501); get(200); get(200, { responseCallback: http.expectedStatuses(200) }); http.get('http://127.0.0.1:1/');"
                          " http.setResponseCallback(null); get(404); http.setResponseCallback(http.expectedStatuses(0)); http.get('http://127.0.0.1:1/'); };")
        self.assertEqual([point["tags"].get("expected_response") for point in run.points("http_reqs")], ["true", "true", "false", "true", "false", None, "true"])
        self.assertEqual(run.values("http_req_failed"), [0, 0, 1, 0, 1, 0])

    def test_S8_what_is_no_callback(self):
        run = self.script("function say(f) { try { f(); console.log('no error'); } catch (e) { console.log(`${e}`); } }\n"
                          "export default () => { say(() => http.expectedStatuses()); say(() => http.expectedStatuses(200, 'x')); say(() => http.expectedStatuses({ min: 1, max: 'x' }));"
                          " say(() => http.setResponseCallback(200)); };", plain=True)
        for line, says in zip(run.stderr.splitlines(), ("no arguments", "argument number 2 to expectedStatuses was neither an integer nor an object like {min:100, max:329}",
                                                        "both min and max need to be integers for argument number 1", "unsupported argument, expected http.expectedStatuses")):
            self.assertIn(says, line)

    def test_S9_phases_of_a_connection_that_is_used_again(self):
        run = self.script("export default () => { http.get(`${__ENV.URL}/get`); http.get(`${__ENV.URL}/get`); };")
        self.assertGreater(run.values("http_req_connecting")[0], 0)
        self.assertEqual(run.values("http_req_connecting")[1], 0)
        self.assertEqual(run.values("http_req_tls_handshaking"), [0, 0])
        for sending, waiting, receiving, duration in zip(*(run.values("http_req_" + phase) for phase in ("sending", "waiting", "receiving", "duration"))):
            self.assertAlmostEqual(sending + waiting + receiving, duration, places=9)

    def test_S9_phases_of_a_dial_that_failed(self):
        run = self.script("export default () => { http.get('http://127.0.0.1:1/'); };")
        for phase in ("duration", "sending", "waiting", "receiving", "tls_handshaking"):
            self.assertEqual(run.values("http_req_" + phase), [0], phase)


class Custom(SamplesCase):
    def test_S10_values_that_are_none(self):
        run = self.script("const c = new Counter('mine');\nexport default () => { c.add(); c.add('x'.repeat(150)); c.add(Infinity); c.add([]); c.add('2'); };", plain=True)
        lines = run.stderr.splitlines()
        self.assertEqual(lines[0], "no value was provided for metric 'mine', a number or a boolean value is expected")
        self.assertEqual(lines[1], "'" + "x" * 50 + "... omitting 50 characters ..." + "x" * 50 + "' is an invalid value for metric 'mine', a number or a boolean value is expected")
        self.assertEqual(len(lines), 2)
        self.assertRegex(run.stdout, r"mine\.+: (Infinity|∞)")

    def test_S10_names(self):
        for name, code in (("ab", 0), ("_1", 0), ("x" * 129, 0), ("a", 107), ("1a", 107), ("a-b", 107), ("x" * 130, 107)):
            run = self.script(f"new Counter('{name}');\n" + NOTHING, plain=True, code=code)
            if code:
                self.assertIn(f"Invalid metric name: '{name}'. Metric names must only include up to 128 ASCII letters, numbers, or underscores and start with a letter or an underscore.",
                              run.stderr)

    def test_S10_declared_twice(self):
        self.script("new Counter('abc');\nnew Counter('abc');\nnew Trend('http_req_duration', true);\n" + NOTHING, plain=True)
        for text, says in (("new Counter('abc'); new Trend('abc');", "metric 'abc' already exists but with type counter, instead of trend"),
                           ("new Counter('abc'); new Counter('abc', true);", "metric 'abc' already exists but with a value type default, instead of time"),
                           ("new Trend('http_req_duration');", "metric 'http_req_duration' already exists but with a value type time, instead of default")):
            self.assertIn(says, self.script(text + "\n" + NOTHING, plain=True, code=107).stderr)


class Submetrics(SamplesCase):
    def test_S11_mistakes(self):
        for key, says in (("http_reqs{a:b", '"http_reqs{a:b" has unmatched opening/close curly brace'), ("http_reqs}a:b{", '"http_reqs}a:b{" closing curly brace appears before opening one'),
                          ("http_reqs{a:b}c", '"http_reqs{a:b}c" lacks a closing curly brace in its last position'), ("http_reqs{}", '"" tag expression is malformed'),
                          ("http_reqs{a}", '"a" tag expression is malformed'), ("http_reqs{a:}", '"a:" tag expression is malformed'), ("http_reqs{a:b,c}", '"c" tag expression is malformed')):
            run = self.script(NOTHING, code=104, plain=True, options={"thresholds": {key: ["count>0"]}})
            self.assertIn("unable to validate threshold expressions; reason: parsing metric name failed, metric " + says, run.stderr)

    def test_S11_all_pairs_must_match_exactly(self):
        run = self.script("const c = new Counter('mine');\nexport default () => { c.add(1, { a: 'x', b: 'y' }); c.add(2, { a: 'x' }); c.add(4, { a: 'xx', b: 'y' });"
                          " group('a', () => group('b', () => c.add(8))); };",
                          options={"thresholds": {"mine{a:x,b:y}": ["count==1"], "mine{ a : 'x' }": ["count==3"], "mine{group:::a::b}": ["count==8"], "mine": ["count==15"]}})
        self.assertIn("{a : 'x'}", run.stdout)
        self.assertIn("{group:::a::b}", run.stdout)
        self.assertEqual(run.summary()["metrics"]["mine{a : 'x'}"]["count"], 3)


if __name__ == "__main__":
    main(sys.argv)
