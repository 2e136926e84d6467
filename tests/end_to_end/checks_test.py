#!/usr/bin/env python3
"""The twelve minimal checks of execution §11, by their numbers."""
import json
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from k6_process import K6, main  # noqa: E402


class Checks(unittest.TestCase):
    def run_script(self, text, *flags, code=0):
        run = K6(self, ["run", "--log-format=raw", "script.js", *flags], {"script.js": text})
        self.assertEqual(run.exit_code(), code, run.output)
        return run

    def said(self, run, pattern):
        return re.findall(pattern, run.stderr, re.MULTILINE)

    def test_01_a_script_without_options(self):
        run = self.run_script("import exec from 'k6/execution';\nexport default function () { console.log(__VU, __ITER, exec.scenario.name, exec.scenario.executor); }")
        self.assertEqual(run.stderr, "1 0 default per-vu-iterations\n")

    def test_02_vus_alone(self):
        run = self.run_script("import exec from 'k6/execution';\nexport default function () { console.log('made', exec.scenario.executor); }", "-u", "3")
        self.assertEqual(run.stderr, "made shared-iterations\n" * 3)

    def test_03_shared_iterations_are_numbered(self):
        run = self.run_script("import exec from 'k6/execution';\nexport default function () { console.log(`${__VU} ${__ITER} ${exec.scenario.iterationInTest}`); }", "-u", "2", "-i", "5")
        seen = [tuple(map(int, line)) for line in self.said(run, r"^(\d+) (\d+) (\d+)$")]
        self.assertEqual(sorted(number for _, _, number in seen), [0, 1, 2, 3, 4])
        for vu in {vu for vu, _, _ in seen}:
            iterations = [iteration for one, iteration, _ in seen if one == vu]
            self.assertEqual(iterations, list(range(len(iterations))))

    def test_04_stages_and_an_abrupt_ramp_down(self):
        options = {"scenarios": {"a": {"executor": "ramping-vus", "startVUs": 2, "stages": [{"duration": "2s", "target": 2}, {"duration": "0s", "target": 0}],
                                       "gracefulRampDown": "0s"}}}
        run = self.run_script(f"import {{ sleep }} from 'k6';\nexport const options = {json.dumps(options)};\n"
                              "export default function () { console.log('begun'); sleep(60); console.log('over'); }")
        self.assertEqual((run.stderr.count("begun"), run.stderr.count("over\n")), (2, 0))
        self.assertIn("0 complete and 2 interrupted iterations", run.stdout)

    def test_05_constant_arrivals_are_due_at_multiples_of_the_period(self):
        # From when they are due, not when they came: `iteration_response_time` less `iteration_duration` is the difference.
        options = {"scenarios": {"a": {"executor": "constant-arrival-rate", "rate": 5, "duration": "2s", "preAllocatedVUs": 11}}}
        run = self.run_script(f"export const options = {json.dumps(options)};\nexport default function () {{ console.log('begun'); }}")
        self.assertIn(run.stderr.count("begun"), (10, 11))
        self.assertNotIn("dropped_iterations", run.stdout)

    def test_06_ramping_arrivals_begin_when_the_area_is_one(self):
        options = {"scenarios": {"a": {"executor": "ramping-arrival-rate", "startRate": 2, "stages": [{"duration": "1200ms", "target": 2}], "preAllocatedVUs": 2}}}
        run = self.run_script("import exec from 'k6/execution';\n" f"export const options = {json.dumps(options)};\n"
                              "export default function () { console.log(`at ${Date.now() - exec.scenario.startTime}`); }")
        times = [float(time) for time in self.said(run, r"^at (.*)$")]
        self.assertEqual(len(times), 2)
        self.assertGreaterEqual(times[0], 499)
        self.assertGreaterEqual(times[1], 999)

    def test_07_drops_and_one_warning(self):
        options = {"scenarios": {"a": {"executor": "constant-arrival-rate", "rate": 5, "duration": "1s", "preAllocatedVUs": 1, "maxVUs": 1, "gracefulStop": "0s"}}}
        run = self.run_script("import { sleep } from 'k6';\n" f"export const options = {json.dumps(options)};\n"
                              "export default function () { console.log('begun'); sleep(60); }")
        self.assertEqual(run.stderr.count("begun"), 1)
        self.assertRegex(run.stdout, r"dropped_iterations\.*: 4 ")
        self.assertEqual(run.stderr.count("Insufficient VUs, reached 1 active VUs and cannot initialize more"), 1)

    def test_08_throwing_is_no_failure(self):
        run = self.run_script("export default function () { throw new Error('boom'); }", "-i", "2")
        self.assertEqual(run.stderr.count("Error: boom"), 2)
        self.assertIn("2 complete and 0 interrupted iterations", run.stdout)

    def test_09_setup_data_belongs_to_each_vu(self):
        run = self.run_script("export const options = { scenarios: { a: { executor: 'per-vu-iterations', vus: 2, iterations: 3 } } };\n"
                              "export function setup() { return { n: 0 }; }\n"
                              "export default function (data) { data.n += 1; console.log(`${__VU} ${__ITER} ${data.n}`); }\n"
                              "export function teardown(data) { console.log(`teardown ${data.n}`); }")
        self.assertEqual(sorted(self.said(run, r"^\d+ \d+ \d+$")), ["1 0 1", "1 1 2", "1 2 3", "2 0 1", "2 1 2", "2 2 3"])
        self.assertIn("teardown 0", run.stderr)

    def test_10_thirds_are_disjoint_and_complete(self):
        numbers, vus = [], []
        for part in ("0:1/3", "1/3:2/3", "2/3:1"):
            run = self.run_script("import exec from 'k6/execution';\n"
                                  "export default function () { console.log(`vu ${exec.vu.idInTest} number ${exec.scenario.iterationInTest}`); }",
                                  "-u", "5", "-i", "12", f"--execution-segment={part}", "--execution-segment-sequence=0,1/3,2/3,1")
            numbers.append(sorted(int(number) for number in self.said(run, r"number (\d+)$")))
            vus.append({int(vu) for vu in self.said(run, r"^vu (\d+)")})
        self.assertEqual(numbers, [[0, 3, 5, 8, 10], [1, 4, 6, 9, 11], [2, 7]])
        for part, possible in zip(vus, ({1, 4}, {2, 5}, {3})):
            self.assertLessEqual(part, possible)

    def test_11_abort_tears_down(self):
        run = self.run_script("import exec from 'k6/execution';\nexport default function () { exec.test.abort('enough'); }\n"
                              "export function teardown() { console.log('torn down'); }", code=108)
        self.assertIn("torn down", run.stderr)

    def test_12_a_threshold_on_iterations(self):
        run = self.run_script("export const options = { thresholds: { iterations: ['count<1'] } };\nexport default function () {}", code=99)
        self.assertIn("thresholds on metrics 'iterations' have been crossed", run.stderr)


if __name__ == "__main__":
    main(sys.argv)
