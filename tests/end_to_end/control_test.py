#!/usr/bin/env python3
"""The control API from outside: the commands status, stats, pause, resume and scale, and what orchestrators of many
instances do (rules in execution §9, cli §9, archive_cloud §7)."""
import json
import os
import re
import signal
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from k6_process import K6, main  # noqa: E402

PARTS = """
import exec from 'k6/execution';
import { sleep } from 'k6';
export const options = { scenarios: { a: { executor: 'shared-iterations', vus: 7, iterations: 60, maxDuration: '1m' } },
                         thresholds: { iterations: ['count>0'] }, ext: { loadimpact: { name: 'parts', projectID: 7 } } };
export function setup() { console.log('setup ran'); return { token: __ENV.TOKEN || 'own' }; }
export default function (data) {
  console.log(`iteration ${exec.scenario.iterationInTest} vu ${exec.vu.idInTest} token ${data.token}`);
}
export function teardown(data) { console.log(`teardown ran ${data.token}`); }
"""
EXTERNAL = """
import { sleep } from 'k6';
export const options = { scenarios: { a: { executor: 'externally-controlled', vus: 2, maxVUs: 5, duration: '0' } } };
export default function () { console.log('iteration'); sleep(0.01); }
"""


class Commands(unittest.TestCase):
    def ask(self, api, *arguments, code=0):
        command = K6(self, [arguments[0], "--address", f"127.0.0.1:{api.port}", *arguments[1:]])
        self.assertEqual(command.exit_code(), code, command.output)
        return command.output

    def test_status_scale_pause_resume_and_stats(self):
        run = K6(self, ["run", "--address=127.0.0.1:0", "-v", "script.js"], {"script.js": EXTERNAL})
        api = run.api()
        run.wait_for("msg=iteration")
        self.assertRegex(self.ask(api, "status"), r"(?m)^running: .*true")
        self.assertRegex(self.ask(api, "scale", "-u", "4"), "vus-max: .*5")
        api.wait_for(lambda status: status["vus"] == 4)
        self.ask(api, "scale", "--vus", "6", "--max", "8")
        api.wait_for(lambda status: status["vus"] == 6 and status["vus-max"] == 8)
        self.assertIn("maxVUs", self.ask(api, "scale", "-u", "9", code=255))
        self.assertIn("Specify either -u/--vus or -m/--max", self.ask(api, "scale", code=255))
        self.assertRegex(self.ask(api, "pause"), "paused: .*true")
        api.wait_for(lambda status: status["vus"] == 0)
        self.assertIn("already paused", self.ask(api, "pause", code=255))
        self.assertRegex(self.ask(api, "resume"), "paused: .*false")
        api.wait_for(lambda status: status["vus"] == 6)
        self.assertRegex(self.ask(api, "stats"), r"name: iterations")
        api.patch(stopped=True)
        self.assertEqual(run.exit_code(), 103, run.output)

    def test_nobody_there(self):
        command = K6(self, ["status"], environment={"K6_ADDRESS": "127.0.0.1:1"})
        self.assertEqual(command.exit_code(), 255)
        self.assertIn("127.0.0.1:1", command.output)

    def test_other_executors_take_no_orders(self):
        run = K6(self, ["run", "--address=127.0.0.1:0", "-v", "-d", "10m", "script.js"], {"script.js": EXTERNAL})
        api = run.api()
        run.wait_for("msg=iteration")
        self.assertIn("doesn't support pause and resume operations after its start", self.ask(api, "pause", code=255))
        self.assertEqual(api.patch(paused=False)[0], 500)
        self.assertEqual(api.patch(vus=3)[0], 500)
        self.assertEqual(api.call("PATCH", "/v1/status", "{nonsense")[0], 400)
        api.patch(stopped=True)
        run.exit_code()

    def test_the_api_is_off_unless_asked_for(self):
        run = K6(self, ["run", "-v", "script.js"], {"script.js": "export default function () {}"})
        self.assertEqual(run.exit_code(), 0)
        self.assertNotIn("REST API", run.output)


class Operator(unittest.TestCase):
    """The command lines of a Kubernetes operator, on one machine."""

    def archive(self):
        made = K6(self, ["archive", "script.js", "-e", "TOKEN=abc", "-O", "test.tar", "--tag", "a=b"], {"script.js": PARTS})
        self.assertEqual(made.exit_code(), 0, made.output)
        self.assertEqual(made.stdout, "")
        return os.path.join(made.folder, "test.tar")

    def test_what_the_initialiser_asks(self):
        made = K6(self, ["archive", "script.js", "-e", "TOKEN=abc", "-O", "test.tar", "--tag", "a=b"], {"script.js": PARTS})
        self.assertEqual(made.exit_code(), 0, made.output)
        inspect = K6(self, ["inspect", "--execution-requirements", os.path.join(made.folder, "test.tar")])
        self.assertEqual(inspect.exit_code(), 0, inspect.output)
        self.assertNotRegex(inspect.stderr, "level.*error")
        seen = json.loads(inspect.stdout)
        self.assertEqual((seen["totalDuration"], seen["maxVUs"]), ("1m30s", 7))
        self.assertEqual(seen["thresholds"], {"iterations": ["count>0"]})
        self.assertEqual(seen["ext"]["loadimpact"]["name"], "parts")
        self.assertEqual(seen["tags"], {"a": "b"})

    def start(self, archive, number, of, *flags):
        bounds = ["0", *[f"{i}/{of}" for i in range(1, of)], "1"]
        first = "0" if number == 1 else f"{number - 1}/{of}"
        last = "1" if number == of else f"{number}/{of}"
        return K6(self, ["run", "--quiet", f"--execution-segment={first}:{last}", f"--execution-segment-sequence={','.join(bounds)}",
                         archive, "--address=127.0.0.1:0", "--paused", "--tag", f"instance_id={number}", "--tag", "testrun_name=parts", "-v", *flags])

    def test_three_instances_do_the_whole(self):
        archive = self.archive()
        runs = [self.start(archive, number, 3) for number in (1, 2, 3)]
        apis = [run.api() for run in runs]
        for api in apis:
            status = api.wait_for(lambda seen: seen["status"] == 4)
            self.assertTrue(status["paused"])
            self.assertFalse(status["stopped"])
        for api in apis:
            self.assertEqual(api.patch(paused=False, stopped=False)[0], 200)
        numbers, vus = [], []
        for run in runs:
            self.assertEqual(run.exit_code(), 0, run.output)
            numbers += [int(number) for number in re.findall(r"iteration (\d+) vu", run.output)]
            vus.append(set(re.findall(r"vu (\d+)", run.output)))
        self.assertEqual(sorted(numbers), list(range(60)))
        self.assertEqual(sum(len(some) for some in vus), len(set().union(*vus)), vus)

    def test_setup_and_teardown_from_outside(self):
        archive = self.archive()
        runs = [self.start(archive, number, 2, "--no-setup", "--no-teardown", "--linger") for number in (1, 2)]
        apis = [run.api() for run in runs]
        for api in apis:
            api.wait_for(lambda seen: seen["status"] == 4)
        status, body = apis[0].call("POST", "/v1/setup")
        self.assertEqual(status, 200, body)
        data = json.loads(body)["data"]["attributes"]["data"]
        self.assertEqual(data, {"token": "abc"})
        for api in apis:
            status, body = api.call("PUT", "/v1/setup", json.dumps({"token": "put"}))
            self.assertEqual(status, 200, body)
        for api in apis:
            self.assertEqual(api.patch(paused=False, stopped=False)[0], 200)
        for api in apis:
            api.wait_for(lambda seen: not seen["running"])
        # The process stays, and answers, until it is told to end.
        self.assertEqual(json.loads(apis[1].call("GET", "/v1/metrics/iterations")[1])["data"]["attributes"]["sample"]["count"] > 0, True)
        status, body = apis[0].call("POST", "/v1/teardown")
        self.assertEqual((status, body), (200, ""))
        runs[0].wait_for("teardown ran put")
        for run in runs:
            run.send(signal.SIGTERM)
            self.assertEqual(run.exit_code(), 0, run.output)
        self.assertEqual([run.output.count("setup ran") for run in runs], [1, 0])
        self.assertEqual([run.output.count("teardown ran") for run in runs], [1, 0])
        self.assertEqual(set(re.findall(r"token (\w+)", runs[0].output + runs[1].output)), {"put"})

    def test_setup_that_fails_is_told(self):
        script = "export function setup() { throw new Error('no luck'); }\nexport default function () {}"
        run = K6(self, ["run", "script.js", "--address=127.0.0.1:0", "--paused", "--no-setup", "-v"], {"script.js": script})
        api = run.api()
        api.wait_for(lambda seen: seen["status"] == 4)
        status, body = api.call("POST", "/v1/setup")
        self.assertEqual(status, 500)
        self.assertIn("Error executing setup", body)
        self.assertEqual(api.call("PUT", "/v1/setup", "{nonsense")[0], 400)
        api.patch(paused=False)
        self.assertEqual(run.exit_code(), 0, run.output)

    def test_lingering_keeps_the_tests_own_exit_code(self):
        script = "export const options = { thresholds: { iterations: ['count<1'] } };\nexport default function () {}"
        run = K6(self, ["run", "script.js", "--linger"], {"script.js": script})
        run.wait_for("--linger was set")
        run.send(signal.SIGINT)
        self.assertEqual(run.exit_code(), 99, run.output)


if __name__ == "__main__":
    main(sys.argv)
