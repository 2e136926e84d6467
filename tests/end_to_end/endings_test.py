#!/usr/bin/env python3
"""How runs end: every exit code, and what teardown and summary do meanwhile (rules in execution §8, cli §5 and §8)."""
import os
import signal
import socket
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from k6_process import K6, DemoServer, main  # noqa: E402

SUMMARY = "TOTAL RESULTS"
# Two VUs that are in the middle of an iteration, and a teardown that can be seen.
BUSY = """
import { sleep } from 'k6';
export const options = { vus: 2, duration: '10m' };
export default function () { console.log('begun'); sleep(600); console.log('finished'); }
export function teardown() { console.log('torn down'); }
"""


class Endings(unittest.TestCase):
    def run_script(self, script, *flags, **more):
        run = K6(self, ["run", "script.js", *flags], {"script.js": script}, **more)
        run.code = run.exit_code()
        return run

    def expect(self, run, code, *patterns, without=()):
        self.assertEqual(run.code, code, run.output)
        for pattern in patterns:
            self.assertRegex(run.output, pattern)
        for pattern in without:
            self.assertNotRegex(run.output, pattern)


class Signals(Endings):
    def test_first_signal_interrupts_iterations_then_tears_down_and_summarises(self):
        for number, name in ((signal.SIGINT, "interrupt"), (signal.SIGTERM, "terminated")):
            run = K6(self, ["run", "script.js"], {"script.js": BUSY})
            run.wait_for("begun")
            run.send(number)
            run.code = run.exit_code()
            self.expect(run, 105, "torn down", SUMMARY, f"test run was aborted because k6 received a '{name}' signal", without=["finished"])

    def test_second_signal_ends_at_once(self):
        script = BUSY.replace("console.log('torn down')", "console.log('tearing down'); sleep(600); console.log('torn down')")
        run = K6(self, ["run", "script.js"], {"script.js": script})
        run.wait_for("begun")
        run.send(signal.SIGINT)
        run.wait_for("tearing down")
        run.send(signal.SIGINT)
        run.code = run.exit_code()
        self.expect(run, 105, "Aborting k6 in response to signal", without=["torn down", SUMMARY])

    def test_second_signal_ends_a_teardown_that_never_waits(self):
        script = BUSY.replace("console.log('torn down')", "console.log('tearing down'); while (true) {}")
        run = K6(self, ["run", "script.js"], {"script.js": script})
        run.wait_for("begun")
        run.send(signal.SIGTERM)
        run.wait_for("tearing down")
        run.send(signal.SIGTERM)
        run.code = run.exit_code()
        self.expect(run, 105, without=[SUMMARY])

    def test_signal_during_setup_leaves_out_teardown(self):
        run = K6(self, ["run", "script.js"], {"script.js": BUSY + "export function setup() { console.log('setting up'); sleep(600); }"})
        run.wait_for("setting up")
        run.send(signal.SIGINT)
        run.code = run.exit_code()
        self.expect(run, 105, without=["torn down", "begun"])

    def test_signal_during_a_setup_that_never_waits(self):
        run = K6(self, ["run", "script.js"], {"script.js": BUSY + "export function setup() { console.log('setting up'); while (true) {} }"})
        run.wait_for("setting up")
        run.send(signal.SIGINT)
        run.code = run.exit_code()
        self.expect(run, 105, without=["torn down", "begun"])

    def test_signal_before_the_first_vu(self):
        run = K6(self, ["run", "script.js"], {"script.js": "console.log('init'); while (true) {}\nexport default function () {}"})
        run.wait_for("init")
        run.send(signal.SIGINT)
        run.code = run.exit_code()
        self.expect(run, 105)

    def test_signal_while_paused(self):
        run = K6(self, ["run", "--paused", "--address", "127.0.0.1:0", "-v", "script.js"], {"script.js": BUSY})
        run.api().wait_for(lambda status: status["status"] == 4)
        run.send(signal.SIGINT)
        run.code = run.exit_code()
        self.expect(run, 105, without=["torn down", "begun"])

    def test_iterations_that_never_wait_are_interrupted(self):
        run = K6(self, ["run", "script.js"], {"script.js": BUSY.replace("sleep(600)", "while (true) {}")})
        run.wait_for("begun")
        run.send(signal.SIGINT)
        run.code = run.exit_code()
        self.expect(run, 105, "torn down", SUMMARY)


class Targets(Endings):
    SCRIPT = """
import http from 'k6/http';
import { sleep } from 'k6';
export const options = { vus: 3, iterations: 3, thresholds: { http_reqs: ['count>0'] } };
export default function () {
  let r;
  do {
    r = http.get(`${__ENV.URL}/get`);
    console.log(`status ${r.status}`);
    sleep(0.05);
  } while (r.status === 200);
}
export function teardown() { console.log('torn down'); }
"""

    def test_a_killed_target_is_a_matter_of_the_test_not_of_the_tool(self):
        server = DemoServer(self)
        run = K6(self, ["run", "-e", f"URL={server.url}", "script.js"], {"script.js": self.SCRIPT})
        run.wait_for("status 200")
        server.kill()
        run.code = run.exit_code()
        self.expect(run, 0, "torn down", SUMMARY, "status 0", "3 complete and 0 interrupted", "Request Failed.*connection refused", "iterations")

    def test_a_target_that_dies_while_it_is_waited_for(self):
        server = DemoServer(self)
        script = self.SCRIPT.replace("/get", "/delay/10")
        run = K6(self, ["run", "-v", "-e", f"URL={server.url}", "script.js"], {"script.js": "console.log('init');" + script})
        run.wait_for(r"running \(")
        server.kill()
        run.code = run.exit_code()
        self.expect(run, 0, "torn down", "status 0", SUMMARY)


class Lifecycle(Endings):
    def test_setup_that_waits_too_long(self):
        run = self.run_script(BUSY + "export function setup() { sleep(600); }", environment={"K6_SETUP_TIMEOUT": "1s"})
        self.expect(run, 100, r"setup\(\) execution timed out after 1 seconds", without=["torn down", "begun"])

    def test_setup_that_never_ends(self):
        run = self.run_script("export const options = { setupTimeout: '1s' }; export function setup() { while (true) {} }\n"
                              "export default function () { console.log('begun'); } export function teardown() { console.log('torn down'); }")
        self.expect(run, 100, r"setup\(\) execution timed out after 1 seconds", without=["torn down", "begun"])

    def test_setup_that_throws(self):
        run = self.run_script(BUSY + "export function setup() { throw new Error('no setup'); }")
        self.expect(run, 107, "no setup", without=["torn down", "begun"])

    def test_setup_data_that_is_no_json(self):
        for value in ("() => 1", "NaN", "(() => { const a = {}; a.a = a; return a; })()"):
            run = self.run_script("export function setup() { return { x: " + value + " }; } export default function () { console.log('begun'); }")
            self.expect(run, 255, r"error marshaling setup\(\) data to JSON", without=["begun"])

    def test_teardown_that_throws(self):
        run = self.run_script("export default function () {} export function teardown() { throw new Error('no teardown'); }")
        self.expect(run, 107, "no teardown", SUMMARY)

    def test_teardown_that_waits_too_long(self):
        for body in ("sleep(600)", "while (true) {}"):
            run = self.run_script("import { sleep } from 'k6'; export default function () {} export function teardown() { " + body + "; }",
                                  environment={"K6_TEARDOWN_TIMEOUT": "1s"})
            self.expect(run, 101, r"teardown\(\) execution timed out after 1 seconds", SUMMARY)

    def test_leaving_out_setup_and_teardown(self):
        script = ("export function setup() { console.log('set up'); } export function teardown() { console.log('torn down'); }"
                  "export default function () { console.log('begun'); }")
        self.expect(self.run_script(script), 0, "set up", "torn down", "begun")
        self.expect(self.run_script(script, "--no-setup"), 0, "torn down", "begun", without=["set up"])
        self.expect(self.run_script(script, environment={"K6_NO_TEARDOWN": "true"}), 0, "set up", "begun", without=["torn down"])

    def test_init_code_that_throws(self):
        self.expect(self.run_script("throw new Error('early'); export default function () {}"), 107, "Error: early", without=[SUMMARY])
        self.expect(self.run_script("export default function () {"), 107, "script.js: Line 1")

    def test_init_code_of_a_later_vu_that_throws(self):
        run = self.run_script("if (__VU === 3) throw new Error('third'); export default function () { console.log('begun'); }\n"
                              "export function teardown() { console.log('torn down'); }", "-u", "5", "-i", "5")
        self.expect(run, 107, "Error: third", "VU #3", without=["begun", "torn down", SUMMARY])

    def test_a_vu_that_never_waits_at_the_end_of_the_graceful_stop(self):
        for graceful in ("0s", "1s"):
            run = self.run_script("export const options = { scenarios: { a: { executor: 'constant-vus', vus: 3, duration: '1s', gracefulStop: '"
                                  + graceful + "' } } };\nexport default function () { while (true) {} }\n"
                                  "export function teardown() { console.log('torn down'); }", "--workers=3")
            self.expect(run, 0, "torn down", SUMMARY, "0 complete and [123] interrupted iterations", "No script iterations fully finished")

    def test_iterations_that_throw_change_nothing(self):
        self.expect(self.run_script("export default function () { throw new Error('boom'); }", "-i", "3"), 0, "boom", "3 complete")


class Summaries(Endings):
    def summary(self, body, *flags):
        return self.run_script("export default function () {}\nexport function handleSummary(data) { " + body + " }", *flags)

    def test_what_it_returns_is_written(self):
        run = self.summary("return { stdout: 'to stdout', stderr: 'to stderr', 'file.json': JSON.stringify(Object.keys(data.metrics)) };")
        self.expect(run, 0, without=[SUMMARY])
        self.assertIn("to stdout", run.stdout)
        self.assertIn("to stderr", run.stderr)
        self.assertIn("iteration_duration", run.content("file.json"))

    def test_throwing_brings_the_usual_one(self):
        run = self.summary("throw new Error('no summary');")
        self.expect(run, 0, "no summary", SUMMARY)

    def test_nothing_brings_the_usual_one(self):
        for value in ("undefined", "null"):
            self.expect(self.summary(f"return {value};"), 0, SUMMARY)

    def test_nonsense_is_an_error_and_nothing_is_written(self):
        for value in ("5", "'text'", "{ stdout: 'to stdout', other: 5 }", "{ stdout: { a: 1 } }"):
            run = self.summary(f"return {value};")
            self.expect(run, 0, "failed to handle the end-of-test summary", without=["to stdout"])

    def test_a_file_that_cannot_be_written_spares_the_others(self):
        run = self.summary("return { 'nowhere/at/all.txt': 'x', stdout: 'to stdout' };")
        self.expect(run, 0, "to stdout", "failed to handle the end-of-test summary.*nowhere/at/all.txt")

    def test_hanging_brings_the_usual_one(self):
        run = K6(self, ["run", "script.js"], {"script.js": "export default function () {}\nexport function handleSummary() { while (true) {} }"},
                 environment={"K6_HANDLE_SUMMARY_TIMEOUT": "1s"})
        run.code = run.exit_code()
        self.expect(run, 0, r"handleSummary\(\) execution timed out", SUMMARY)

    def test_disabled_it_is_not_even_called(self):
        for flag in ("--summary-mode=disabled", "--no-summary"):
            self.expect(self.summary("console.log('called'); return {};", flag), 0, without=["called", SUMMARY])

    def test_not_callable(self):
        run = self.run_script("export default function () {}\nexport const handleSummary = 5;")
        self.expect(run, 255, "handleSummary")


class Aborts(Endings):
    ABORT = "import exec from 'k6/execution';\n"

    def test_a_threshold_that_aborts(self):
        run = self.run_script("""
import { check, sleep } from 'k6';
export const options = { vus: 2, duration: '10m', thresholds: { checks: [{ threshold: 'rate>0.5', abortOnFail: true }] } };
export default function () { check(0, { never: false }); sleep(0.01); }
export function teardown() { console.log('torn down'); }
""")
        self.expect(run, 99, "torn down", SUMMARY, "thresholds on metrics 'checks' were crossed; at least one has abortOnFail enabled, stopping test prematurely")

    def test_a_threshold_at_the_end(self):
        script = "export const options = { thresholds: { iterations: ['count<1'] } };\nexport default function () {}"
        self.expect(self.run_script(script), 99, "thresholds on metrics 'iterations' have been crossed", SUMMARY)
        self.expect(self.run_script(script, "--no-thresholds"), 0)
        self.expect(self.run_script(script, environment={"K6_NO_THRESHOLDS": "1"}), 0)

    def test_abort_everywhere(self):
        run = self.run_script(self.ABORT + "exec.test.abort('from init'); export default function () {}")
        self.expect(run, 108, "from init")
        run = self.run_script(self.ABORT + "export function setup() { exec.test.abort('from setup'); }\n"
                              "export default function () { console.log('begun'); } export function teardown() { console.log('torn down'); }")
        self.expect(run, 108, "from setup", without=["begun"])
        run = self.run_script(self.ABORT + "export const options = { vus: 3, duration: '10m' };\n"
                              "export default function () { try { exec.test.abort('from vu'); } finally { console.log('finally'); } }\n"
                              "export function teardown() { console.log('torn down'); }")
        self.expect(run, 108, "test aborted: from vu", "torn down", SUMMARY, without=["finally"])
        run = self.run_script(self.ABORT + "export default function () {} export function teardown() { exec.test.abort('from teardown'); }")
        self.expect(run, 108, "from teardown", SUMMARY)

    def test_fail_marks_the_run(self):
        run = self.run_script(self.ABORT + "export default function () { exec.test.fail('not good'); console.log('goes on'); }")
        self.expect(run, 110, "not good", "goes on", SUMMARY)

    def test_the_first_failure_is_the_one_that_counts(self):
        thresholds = "export const options = { thresholds: { iterations: ['count<0'] } };\n"
        self.expect(self.run_script(self.ABORT + thresholds + "export default function () { exec.test.abort(); }"), 108)
        self.expect(self.run_script(self.ABORT + thresholds + "export default function () { exec.test.fail(); }"), 110)

    def test_the_control_api_stops(self):
        run = K6(self, ["run", "--address", "127.0.0.1:0", "-v", "script.js"], {"script.js": BUSY})
        api = run.api()
        run.wait_for("begun")
        status, body = api.patch(stopped=True)
        self.assertEqual(status, 200, body)
        run.code = run.exit_code()
        self.expect(run, 103, "torn down", SUMMARY, "test run stopped from REST API")

    def test_an_address_that_is_taken(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            script = "export default function () { console.log('begun'); }"
            self.expect(self.run_script(script, "--address", address), 106, address, without=["begun"])
            self.expect(self.run_script(script, environment={"K6_ADDRESS": address}), 0, "begun", "level=warning.*REST API")


if __name__ == "__main__":
    main(sys.argv)
