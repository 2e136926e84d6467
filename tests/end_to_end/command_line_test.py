#!/usr/bin/env python3
"""What the command line, the environment and configuration files say, as the real command takes it (rules in cli and
options). Most cases look at `k6 run --plan` or `k6 inspect`, which run nothing."""
import http.server
import json
import os
import sys
import threading
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from k6_process import K6, main  # noqa: E402

DEFAULT = "export default function () { console.log('begun'); }\n"


def script(options=None):
    return (f"export const options = {json.dumps(options)};\n" if options is not None else "") + DEFAULT


class Case(unittest.TestCase):
    def k6(self, *arguments, options=None, text=None, code=0, **more):
        files = {"script.js": text if text is not None else script(options), **more.pop("files", {})}
        run = K6(self, arguments, files, **more)
        self.assertEqual(run.exit_code(), code, run.output)
        return run

    def plan(self, *flags, **more):
        """The plan, the scenario `default` in it, and what was logged."""
        run = self.k6("run", "--plan", "script.js", *flags, **more)
        plan = json.loads(run.stdout)
        return plan, plan["scenarios"].get("default"), run.stderr


class Precedence(Case):
    """The worked examples of options §13, one by one."""

    def test_row_1_the_highest_layer_wins(self):
        _, scenario, _ = self.plan("-u", "10", "-c", "config.json", options={"vus": 30}, environment={"K6_VUS": "20"}, files={"config.json": '{"vus":1}'})
        self.assertEqual((scenario["executor"], scenario["vus"], scenario["iterations"]), ("shared-iterations", 10, 10))

    def test_row_2_iterations_on_the_command_line_replace_a_duration(self):
        _, scenario, _ = self.plan("-i", "10", options={"duration": "1m", "vus": 5})
        self.assertEqual((scenario["executor"], scenario["vus"], scenario["iterations"], scenario["maxDuration"]), ("shared-iterations", 5, 10, "10m0s"))

    def test_row_3_a_duration_in_the_environment_replaces_stages(self):
        _, scenario, _ = self.plan(options={"stages": [{"duration": "5s", "target": 3}]}, environment={"K6_DURATION": "10s"})
        self.assertEqual((scenario["executor"], scenario["vus"], scenario["duration"]), ("constant-vus", 1, "10s"))

    def test_row_4_flags_override_scenarios_with_a_warning(self):
        scenarios = {"scenarios": {"a": {"executor": "constant-vus", "duration": "5s"}}}
        _, scenario, log = self.plan("-d", "5s", "-u", "2", options=scenarios)
        self.assertEqual((scenario["executor"], scenario["vus"], scenario["duration"]), ("constant-vus", 2, "5s"))
        self.assertIn('\\"cli\\" level configuration overrode scenarios configuration entirely', log)

    def test_row_5_vus_alone_override_scenarios_with_a_warning(self):
        scenarios = {"scenarios": {"a": {"executor": "constant-vus", "duration": "5s"}}}
        _, scenario, log = self.plan(options=scenarios, environment={"K6_VUS": "3"})
        self.assertEqual((scenario["executor"], scenario["vus"], scenario["iterations"]), ("shared-iterations", 3, 3))
        self.assertIn("`vus=3` overrides scenarios configuration", log)

    def test_row_6_tags_are_replaced_or_with_a_feature_merged(self):
        plan, _, _ = self.plan("--tag", "b=2", options={"tags": {"a": "1"}})
        self.assertEqual(plan["tags"], {"b": "2"})
        plan, _, log = self.plan("--tag", "b=2", "--features=merge-run-tags,nope", options={"tags": {"a": "1", "b": "0"}})
        self.assertEqual(plan["tags"], {"a": "1", "b": "2", "k6_feature_merge_run_tags": "true"})
        self.assertRegex(log, "level=info msg=\"Experimental feature enabled\" feature=merge-run-tags lifecycle=experimental")
        self.assertRegex(log, "level=error msg=\"Unknown feature flag\" feature=nope")

    def test_row_7_dns_merges_by_field(self):
        plan, _, _ = self.plan(options={"dns": {"select": "first"}}, environment={"K6_DNS": "ttl=0"})
        self.assertEqual(plan["dns"], {"ttl": "0s", "select": "first", "policy": "preferIPv4"})

    def test_row_8_an_empty_variable_is_unset(self):
        _, scenario, _ = self.plan(options={"vus": 2, "iterations": 4}, environment={"K6_ITERATIONS": ""})
        self.assertEqual((scenario["executor"], scenario["vus"], scenario["iterations"]), ("shared-iterations", 2, 4))


class OldForms(Case):
    def test_duration_0_runs_until_it_is_stopped(self):
        _, scenario, log = self.plan("-d", "0", "-u", "3")
        self.assertEqual((scenario["executor"], scenario["vus"], scenario["maxVUs"], scenario["duration"]), ("externally-controlled", 3, 3, "0s"))
        self.assertIn("level=warning", log)

    def test_max_in_every_spelling(self):
        for flags, more in ((["-m", "9"], {}), (["--max=9"], {}), ([], {"environment": {"K6_VUS_MAX": "9"}}), ([], {"options": {"vusMax": 9}})):
            _, scenario, log = self.plan("-d", "1m", "-u", "3", *flags, **more)
            self.assertEqual((scenario["executor"], scenario["vus"], scenario["maxVUs"], scenario["duration"]), ("externally-controlled", 3, 9, "1m0s"))
            self.assertIn("vusMax", log)

    def test_max_means_nothing_to_other_executors(self):
        for flags in (["-i", "5"], ["-s", "5s:3"]):
            _, scenario, log = self.plan("-m", "9", *flags)
            self.assertNotEqual(scenario["executor"], "externally-controlled")
            self.assertIn("`vusMax` (--max) has no effect here", log)

    def test_log_format(self):
        self.assertIn('"level":"warning"', self.k6("run", "--logformat=json", "script.js").stderr)
        run = self.k6("run", "script.js", environment={"K6_LOGFORMAT": "json"})
        self.assertIn("K6_LOG_FORMAT", run.stderr)

    def test_summary_modes(self):
        self.assertNotIn("iteration_duration", self.k6("run", "script.js", environment={"K6_NO_SUMMARY": "true"}).stdout)

    def test_configuration_folder(self):
        for old in (False, True):
            folder = "config/loadimpact/k6/config.json" if old else "config/k6/config.json"
            run = K6(self, ["run", "--plan", "script.js"], {"script.js": script(), folder: '{"vus":4}'}, environment={"XDG_CONFIG_HOME": "config"})
            self.assertEqual(run.exit_code(), 0, run.output)
            self.assertEqual(json.loads(run.stdout)["scenarios"]["default"]["vus"], 4)
            self.assertEqual("former days" in run.stderr, old)


class Configuration(Case):
    def test_what_only_a_configuration_file_has(self):
        config = {"out": ["json=samples.json"], "noThresholds": True, "summaryExport": "summary.json", "nobodyKnows": 1, "collectors": {"cloud": {}}}
        run = self.k6("run", "-c", "config.json", "script.js", options={"thresholds": {"iterations": ["count<1"]}}, files={"config.json": json.dumps(config)})
        self.assertIn('"metric":"iterations"', run.content("samples.json"))
        self.assertIn("iterations", json.loads(run.content("summary.json"))["metrics"])

    def test_flags_and_variables_come_first(self):
        config = json.dumps({"out": ["json=config.json.out"], "summaryExport": "config.summary", "noSummary": True})
        run = self.k6("run", "-c", "config.json", "-o", "json=flag.out", "script.js", environment={"K6_SUMMARY_EXPORT": "env.summary", "K6_SUMMARY_MODE": "compact"},
                      files={"config.json": config})
        self.assertEqual(sorted(os.listdir(run.folder)), ["config.json", "env.summary", "flag.out", "script.js"])
        self.assertIn("iteration_duration", run.stdout)
        run = self.k6("run", "script.js", environment={"K6_CONFIG": "config.json", "K6_OUT": "json=one.out,json=two.out", "K6_SUMMARY_EXPORT": "x"},
                      files={"config.json": config})
        self.assertEqual(sorted(os.listdir(run.folder)), ["config.json", "one.out", "script.js", "two.out"])

    def test_wrong_files(self):
        self.assertIn("nope.json", self.k6("run", "-c", "nope.json", "script.js", code=104).stderr)
        self.assertIn("nope.json", self.k6("run", "script.js", environment={"K6_CONFIG": "nope.json"}, code=104).stderr)
        for text, where in (('{\n  "vus": 1,\n  }', r"config.json: malformed JSON in options, line 3 column 3"), ('{"vus": "many"}', 'option \\\\"vus\\\\"'),
                            ('{"linger": 1}', 'option \\\\"linger\\\\" must be true or false'), ('{"out": "json"}', 'option \\\\"out\\\\"'), ("[]", "must be an object")):
            run = self.k6("run", "-c", "config.json", "script.js", files={"config.json": text}, code=104)
            self.assertRegex(run.stderr, where)

    def test_wrong_values_name_their_place(self):
        for name, value, says in (("K6_VUS", "many", "K6_VUS: option .*vus.*many"), ("K6_PAUSED", "1", "K6_PAUSED.*paused.*converting '1'"),
                                  ("K6_DURATION", "10 bananas", "K6_DURATION"), ("K6_STAGES", "x", "K6_STAGES"), ("K6_DNS", "select=zz", "zz does not belong to DNSSelect values")):
            self.assertRegex(self.k6("run", "script.js", environment={name: value}, code=104).stderr, says)
        self.assertRegex(self.k6("run", "script.js", options={"setupTimeout": "x"}, code=104).stderr, "could not initialize 'script.js'.*setupTimeout")
        self.assertRegex(self.k6("run", "script.js", environment={"K6_NO_THRESHOLDS": "maybe"}, code=255).stderr, "maybe.*K6_NO_THRESHOLDS")
        run = self.k6("run", "script.js", options={"vus": 1, "zzz": 1, "localIPs": "x"})
        self.assertRegex(run.stderr, "unknown fields in the options exported in the script.*zzz")
        self.assertRegex(run.stderr, "unknown fields in the options exported in the script.*localIPs")

    def test_mistyped_flags(self):
        for flags in (["--nope"], ["-u", "x"], ["-d", "10"], ["--tag", "x"], ["-s", ":5"], ["--dns", "x=1"], ["--execution-segment", "x"], ["--summary-trend-stats", "x"],
                      ["-e", "1x=2"], ["-o", "nope"], ["--compatibility-mode", "x"], ["--summary-mode", "x"], ["--summary-time-unit", "m"], ["--log-output", "x"], ["--type", "x"]):
            self.assertNotEqual(self.k6("run", *flags, "script.js", code=255).stderr, "", flags)
        self.k6("run", "--execution-segment=0:1/3", "--execution-segment-sequence=0,1/2,1", "script.js", code=104)
        self.assertIn("accepts 1 arg(s), received 0", self.k6("run", code=255).stderr)
        self.assertIn("accepts 1 arg(s), received 2", self.k6("run", "a.js", "b.js", code=255).stderr)
        self.assertIn("not found", self.k6("run", "nope.js", code=255).stderr.replace("couldn't be found", "not found"))


class Flags(Case):
    def test_every_form(self):
        for flags in (["-u", "5"], ["-u5"], ["--vus", "5"], ["--vus=5"], ["-u", "1", "-u", "5"]):
            self.assertEqual(self.plan(*flags)[1]["vus"], 5)
        self.k6("run", "-qv", "--", "script.js")
        self.assertEqual(json.loads(self.k6("-u", "5", "run", "--plan", "script.js").stdout)["scenarios"]["default"]["vus"], 5)

    def test_every_option_has_its_effect_on_the_plan(self):
        flags = {"--paused": ("paused", True), "--no-setup": ("noSetup", True), "--no-teardown": ("noTeardown", True), "--max-redirects=3": ("maxRedirects", 3),
                 "--batch=4": ("batch", 4), "--batch-per-host=5": ("batchPerHost", 5), "--rps=6": ("rps", 6), "--user-agent=x": ("userAgent", "x"), "--user-agent=": ("userAgent", ""),
                 "--http-debug": ("httpDebug", "headers"), "--http-debug=full": ("httpDebug", "full"), "--insecure-skip-tls-verify": ("insecureSkipTLSVerify", True),
                 "--no-connection-reuse": ("noConnectionReuse", True), "--no-vu-connection-reuse": ("noVUConnectionReuse", True), "--min-iteration-duration=2s": ("minIterationDuration", "2s"),
                 "-w": ("throw", True), "--blacklist-ip=10.0.0.1/8": ("blacklistIPs", ["10.0.0.0/8"]), "--block-hostnames=*.a,b": ("blockHostnames", ["*.a", "b"]),
                 "--summary-trend-stats=min,p(99.5)": ("summaryTrendStats", ["min", "p(99.5)"]), "--summary-time-unit=ms": ("summaryTimeUnit", "ms"),
                 "--system-tags=url,status": ("systemTags", ["status", "url"]), "--discard-response-bodies": ("discardResponseBodies", True),
                 "--execution-segment=25%:0.5": ("executionSegment", "1/4:1/2"), "--dns=ttl=1m,policy=any": ("dns", {"ttl": "1m0s", "select": "random", "policy": "any"})}
        plan, _, _ = self.plan(*[flag for flag in flags if flag not in ("--user-agent=", "--http-debug")])
        for flag, (key, value) in flags.items():
            if flag not in ("--user-agent=", "--http-debug"):
                self.assertEqual(plan[key], value if key != "dns" else {**value, "ttl": plan[key]["ttl"]}, flag)
        plan, _, _ = self.plan("--user-agent=", "--http-debug")
        self.assertEqual((plan["userAgent"], plan["httpDebug"]), ("", "headers"))

    def test_help_is_made_of_the_tables(self):
        text = self.k6("run", "--help").stdout
        for flag in ("-u, --vus N", "--http-debug[=TEXT]", "--summary-mode MODE", "[K6_VUS]", "-l, --linger", "-c, --config FILE"):
            self.assertIn(flag, text)
        for old in ("--max ", "--logformat", "--no-summary "):
            self.assertNotIn(old, text)
        self.assertEqual(self.k6("help", "run").stdout, text)
        self.assertNotIn("--vus", self.k6("inspect", "--help").stdout)
        commands = self.k6("help").stdout
        for command in ("run", "archive", "inspect", "status", "stats", "pause", "resume", "scale", "features", "version"):
            self.assertRegex(commands, f"(?m)^  {command} ")
            self.assertIn("k6", self.k6("help", command).stdout)
        self.assertEqual(self.k6().stdout, commands)
        self.assertIn("Did you mean this?\n\tinspect", self.k6("insp", code=255).stderr)

    def test_variables_of_scripts(self):
        text = "export default function () { console.log(__ENV.A, __ENV.B, __ENV.C, typeof global, typeof __ENV.K6_FEATURES); }"
        run = self.k6("run", "-e", "A=1", "-e", "B", "script.js", text=text, environment={"C": "3"})
        self.assertIn('msg="1  3 object undefined"', run.stderr)
        run = self.k6("run", "-e", "A=1", "script.js", text=text, environment={"C": "3", "K6_INCLUDE_SYSTEM_ENV_VARS": "f", "K6_COMPATIBILITY_MODE": "base"})
        self.assertIn('msg="1 undefined undefined undefined undefined"', run.stderr)
        run = self.k6("run", "--features=freeze-env", "script.js", text="export default function () { console.log(__ENV.K6_FEATURES); try { __ENV.A = 1; } catch (e) { console.log('no: ' + e); } }")
        self.assertIn("msg=freeze-env", run.stderr)
        self.assertIn("no: TypeError", run.stderr)

    def test_where_the_log_goes(self):
        run = self.k6("run", "--log-output=file=k6.log,level=warning", "script.js", text="export default function () { console.log('info'); console.warn('warned'); }")
        self.assertEqual(run.stderr, "")
        self.assertRegex(run.content("k6.log"), "^time=.* level=warning msg=warned source=console\n$")
        self.assertEqual(self.k6("run", "--log-output=none", "script.js").stderr, "")
        self.assertIn("msg=begun", self.k6("run", "--log-output=stdout", "script.js").stdout)
        self.k6("run", "--log-output=file=nowhere/k6.log", "script.js", code=255)
        self.assertEqual(self.k6("run", "--log-format=raw", "script.js").stderr, "begun\n")
        run = self.k6("run", "--console-output=console.log", "script.js")
        self.assertEqual(run.stderr, "")
        self.assertRegex(run.content("console.log"), "^time=.* level=info msg=begun\n$")
        self.assertIn("msg=begun", self.k6("run", "script.js", environment={"K6_CONSOLE_OUTPUT": "c.log"}).content("c.log"))

    def test_a_log_goes_to_loki(self):
        pushes = []

        class Loki(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                pushes.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        server = http.server.HTTPServer(("127.0.0.1", 0), Loki)
        self.addCleanup(server.server_close)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.shutdown)
        url = f"http://127.0.0.1:{server.server_port}/loki/api/v1/push"
        run = self.k6("run", f"--log-output=loki={url},label.team=shop,allowedLabels=[source]", "script.js")
        self.assertEqual(run.stderr, "")
        values = [(stream["stream"], value[1]) for path, body in pushes if path == "/loki/api/v1/push"
                  for stream in body["streams"] for value in stream["values"]]
        self.assertIn(({"source": "console", "team": "shop"}, "begun level=info"), values)
        server.shutdown()
        server.server_close()
        run = self.k6("run", f"--log-output=loki={url}", "script.js")
        self.assertIn("Couldn't push log messages to Loki", run.stderr)

    def test_secrets_are_blotted_out_of_every_log(self):
        text = """import secrets from 'k6/secrets';
            export default async function () {
                const password = await secrets.get('password');
                console.log(`${password.length} ${password}`, { password });
                console.log(await secrets.source('second').get('token'));
                throw new Error(`not ${password}`);
            }"""
        sources = ("--secret-source=file=secrets.txt,default", "--secret-source=mock=name=second,token=t0ken")
        files = {"secrets.txt": "password=s3cret\n"}
        blot = r"\*\*\*SECRET_REDACTED\*\*\*"
        run = self.k6("run", "script.js", *sources, text=text, files=files)
        self.assertRegex(run.stderr, f'msg="6 {blot} {{ password: .*{blot}.* }}"')
        self.assertRegex(run.stderr, f'msg="{blot}"')
        self.assertRegex(run.stderr, f"not {blot}")
        run = self.k6("run", "script.js", "--console-output=c.log", "--log-format=raw", *sources, text=text, files=files)
        self.assertRegex(run.content("c.log"), f"^6 {blot}")
        for everything in (run.output, run.content("c.log")):
            self.assertNotRegex(everything, "s3cret|t0ken")
        run = self.k6("run", "script.js", text=text, environment={"K6_SECRET_SOURCE": "mock=password=other"})
        self.assertIn("no secret source with name", run.stderr)
        self.k6("run", "script.js", "--secret-source=mock=name=cloud", text=text, code=104)
        self.k6("run", "script.js", "--secret-source=file=none.txt", text=text, code=104)

    def test_quiet_leaves_summary_and_log(self):
        run = self.k6("run", "-q", "script.js")
        self.assertNotIn("execution: local", run.stdout)
        self.assertNotIn("running (", run.stdout)
        self.assertIn("iteration_duration", run.stdout)
        self.assertIn("msg=begun", run.stderr)

    def test_the_type_of_the_argument(self):
        self.assertEqual(K6(self, ["archive", "--type=archive", "script.js"], {"script.js": DEFAULT}).exit_code(), 255)
        made = self.k6("archive", "script.js", "--compatibility-mode=base", text="export default function () { console.log(typeof global); }")
        run = K6(self, ["run", "--type", "archive", "archive.tar"], folder=made.folder)
        self.assertEqual(run.exit_code(), 0, run.output)
        self.assertIn("msg=undefined", run.output)


class Inspect(Case):
    def test_what_the_script_itself_says(self):
        run = self.k6("inspect", "script.js", options={"vus": 2, "userAgent": "<&>"}, environment={"K6_VUS": "9"})
        seen = json.loads(run.stdout)
        self.assertEqual((seen["vus"], seen["duration"], seen["userAgent"]), (2, None, "<&>"))
        self.assertIn("\\u003c\\u0026\\u003e", run.stdout)
        self.assertTrue(run.stdout.startswith('{\n  "paused": null,\n  "vus": 2,\n'))
        self.assertNotIn("totalDuration", seen)

    def test_what_it_comes_to(self):
        seen = json.loads(self.k6("inspect", "--execution-requirements", "script.js", options={"duration": "90s"}).stdout)
        self.assertEqual((seen["totalDuration"], seen["maxVUs"]), ("2m0s", 1))
        self.assertEqual(list(seen)[-2:], ["totalDuration", "maxVUs"])
        self.assertEqual(seen["scenarios"]["default"]["executor"], "constant-vus")
        seen = json.loads(self.k6("inspect", "--execution-requirements", "script.js", environment={"K6_VUS": "9"}).stdout)
        self.assertEqual((seen["totalDuration"], seen["maxVUs"]), ("10m30s", 9))

    def test_errors_and_prints_leave_standard_output_alone(self):
        self.assertEqual(self.k6("inspect", "script.js", text="throw new Error('early');", code=107).stdout, "")
        run = self.k6("inspect", "script.js", text="console.log('from init');" + DEFAULT)
        json.loads(run.stdout)
        self.assertIn("from init", run.stderr)
        self.k6("inspect", "--execution-requirements", "script.js", options={"iterations": 1, "stages": [{"duration": "1s", "target": 1}]}, code=104)
        self.k6("inspect", "-u", "5", "script.js", code=255)


class Progress(Case):
    def test_logs_are_readable_without_a_terminal(self):
        run = self.k6("run", "script.js", options={"scenarios": {"one": {"executor": "per-vu-iterations", "vus": 2, "iterations": 3},
                                                                 "two": {"executor": "constant-arrival-rate", "rate": 20, "duration": "1s", "preAllocatedVUs": 20}}})
        self.assertNotIn("\x1b", run.stdout)
        self.assertRegex(run.stdout, r"running \(00m\d\d\.\ds\), 00/22 VUs, 26 complete and 0 interrupted iterations")
        self.assertRegex(run.stdout, r"(?m)^one ✓ \[ 100% \] 2 VUs +\d.* 6/6 iters, 3 per VU$")
        self.assertRegex(run.stdout, r"(?m)^two ✓ \[ 100% \] 00/20 VUs +1s +20\.00 iters/s$")
        self.assertIn("scenarios: (100.00%) 2 scenarios, 22 max VUs, 10m30s max duration (incl. graceful stop):", run.stdout)


if __name__ == "__main__":
    main(sys.argv)
