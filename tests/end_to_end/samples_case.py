"""Scripts whose samples a test looks at: what tests of metrics, tags, thresholds and outputs share.

    run = self.script("export default () => { http.get(`${__ENV.URL}/get`); }", "--tag", "team=a")
    sample = run.one("http_reqs")           # {"time": …, "value": 1, "tags": {…}, "metadata": {…}}

Modules are imported by their use; `__ENV.URL` is the demo server of the test's class.
"""
import json
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from k6_process import K6, DemoServer  # noqa: E402

IMPORTS = [
    (r"\bhttp\.", "import http from 'k6/http';"),
    (r"\bexec\.", "import exec from 'k6/execution';"),
    (r"\bcheck\(", "import { check } from 'k6';"),
    (r"\bgroup\(", "import { group } from 'k6';"),
    (r"\bsleep\(", "import { sleep } from 'k6';"),
    *((rf"new {kind}\b", f"import {{ {kind} }} from 'k6/metrics';") for kind in ("Counter", "Gauge", "Rate", "Trend")),
]


class Script(K6):
    """A run of one script, with what it left behind."""

    def lines(self):
        return [json.loads(line) for line in self.content("samples.json").splitlines()]

    def points(self, metric=None):
        return [line["data"] | {"metric": line["metric"]} for line in self.lines()
                if line["type"] == "Point" and metric in (None, line["metric"])]

    def one(self, metric):
        points = self.points(metric)
        self.test.assertEqual(len(points), 1, f"{metric}: {points}")
        return points[0]

    def values(self, metric):
        return [point["value"] for point in self.points(metric)]

    def tags(self, metric):
        return self.one(metric)["tags"]

    def summary(self):
        return json.loads(self.content("summary.json"))


class SamplesCase(unittest.TestCase):
    maxDiff = None
    server = None

    @classmethod
    def url(cls):
        """Of a demo server, started when it is first wanted."""
        if cls.server is None:
            holder = unittest.TestCase()
            cls.server = DemoServer(holder)
            cls.addClassCleanup(holder.doCleanups)
        return cls.server.url

    @classmethod
    def tls_url(cls):
        cls.url()
        return cls.server.wait_for(r"(?m)^(https://\S+)").group(1)

    def script(self, text, *flags, code=0, options=None, environment=None, files=None, plain=False, log="raw"):
        """Runs it, with its samples in a json output and its summary exported, unless it is `plain`; `log`: a format."""
        imports = "".join(line + "\n" for pattern, line in IMPORTS if re.search(pattern, text))
        exported = f"export const options = {json.dumps(options)};\n" if options is not None else ""
        wanted = ["-e", "URL=" + self.url()] if "__ENV.URL" in text else []
        wanted += [] if plain else ["--out=json=samples.json", "--summary-export=summary.json"]
        run = Script(self, ["run", "--workers=1", f"--log-format={log}", *wanted, *flags, "script.js"],
                     {"script.js": imports + exported + text, **(files or {})}, environment)
        self.assertEqual(run.exit_code(), code, run.output)
        return run
