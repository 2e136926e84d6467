#!/usr/bin/env python3
"""Ten thousand VUs of a script come and go: no iteration is lost, none runs beside another of its VU, nobody is left."""
import json
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from k6_process import K6, main  # noqa: E402

SCRIPT = """
import exec from 'k6/execution';
import { sleep } from 'k6';
import { Counter } from 'k6/metrics';
const begun = new Counter('begun');
const finished = new Counter('finished');
const wrong = new Counter('wrong');
export const options = {
  scenarios: { ramp: { executor: 'ramping-vus', startVUs: 0, stages: [{ duration: '3s', target: VUS }, { duration: '3s', target: 0 }], gracefulRampDown: '30s' } },
  thresholds: { wrong: ['count==0'], begun: ['count>0'] }, summaryTrendStats: ['max', 'count'],
};
let busy = false;
let next = 0;
export default function () {
  if (busy || __ITER !== next) wrong.add(1);
  busy = true;
  next += 1;
  begun.add(1);
  sleep(1);
  finished.add(1);
  busy = false;
}
export function teardown() { console.log(`left ${exec.instance.vusActive} of ${exec.instance.vusInitialized}`); }
"""


def affordable_vus():
    """Sanitizers make a VU ten times as large and slow."""
    with open(K6.program, "rb") as program:
        binary = program.read()
    return 1_000 if b"__asan_init" in binary or b"__tsan_init" in binary else 10_000


class ManyVus(unittest.TestCase):
    def test_ten_thousand_script_vus_come_and_go(self):
        vus = affordable_vus()
        run = K6(self, ["run", "script.js", "--summary-export=summary.json"], {"script.js": SCRIPT.replace("VUS", str(vus))})
        self.assertEqual(run.exit_code(), 0, run.output[-5000:])
        metrics = json.loads(run.content("summary.json"))["metrics"]
        complete, interrupted = map(int, re.findall(r"(\d+) complete and (\d+) interrupted iterations", run.stdout)[-1])
        self.assertEqual(interrupted, 0)
        for name in ("begun", "finished", "iterations"):
            self.assertEqual(metrics[name]["count"], complete, name)
        self.assertNotIn("wrong", {name for name, metric in metrics.items() if name == "wrong" and metric["count"] > 0})
        self.assertGreater(complete, 0)
        self.assertIn(f"left 0 of {vus}", run.stderr)


if __name__ == "__main__":
    main(sys.argv)
