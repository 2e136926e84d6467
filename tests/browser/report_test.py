#!/usr/bin/env python3
"""The HTML report as a real browser shows it: its script runs, its numbers are those of the run, nothing is fetched."""
import html
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "end_to_end"))
from k6_process import HANGS, K6, DemoServer, main  # noqa: E402

SCRIPT = """
import http from 'k6/http';
import { check, group } from 'k6';
export const options = {
  scenarios: { s: { executor: 'shared-iterations', vus: 2, iterations: 30 } },
  thresholds: { http_reqs: ['count>=60'], checks: ['rate>0.99'], 'http_req_duration{name:never}': ['p(95)<1'] },
};
export default function () {
  group('shop <front>', () => check(http.get(`${__ENV.URL}/get`, { tags: { name: 'the & page' } }), { 'is ok': (r) => r.status === 200 }));
  check(http.get(`${__ENV.URL}/status/404`), { 'is there': (r) => r.status === 200 });
}
"""

# Reads from the page what a reader sees, after the page's own script has run, and leaves it where --dump-dom finds it.
PROBE = """<script>addEventListener('load', () => {
  const shown = {
    tiles: [...document.querySelectorAll('.tile')].map(tile => tile.innerText),
    verdict: document.querySelector('#verdict').innerText,
    thresholds: [...document.querySelectorAll('#thresholds tbody tr')].map(row => [...row.cells].map(cell => cell.innerText)),
    checks: [...document.querySelectorAll('#checks tbody tr')].map(row => [...row.cells].map(cell => cell.innerText)),
    requests: [...document.querySelectorAll('#requests tbody tr')].map(row => [...row.cells].map(cell => cell.innerText)),
    charts: [...document.querySelectorAll('figure.chart')].map(figure => ({
      title: figure.querySelector('figcaption').firstChild.textContent, height: figure.querySelector('svg').getBoundingClientRect().height,
      lines: figure.querySelectorAll('polyline, circle').length})),
    fetched: performance.getEntriesByType('resource').map(entry => entry.name),
    wide: document.documentElement.scrollWidth > innerWidth,
  };
  const head = document.querySelector('#requests thead th:nth-child(3)');
  head.click();
  shown.sorted = head.getAttribute('aria-sort');
  const plot = document.querySelector('.plot'), box = plot.getBoundingClientRect();
  plot.dispatchEvent(new PointerEvent('pointermove', { clientX: box.left + box.width / 2, clientY: box.top + 20 }));
  shown.tip = document.querySelector('.tip').innerText;
  const light = getComputedStyle(document.body).backgroundColor;
  document.querySelector('button.theme').click();
  shown.themed = getComputedStyle(document.body).backgroundColor !== light;
  const out = document.createElement('pre');
  out.id = 'probe';
  out.textContent = JSON.stringify(shown);
  document.body.append(out);
});</script></body>"""


class Report(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = shutil.which("chromium")
        assert cls.browser, "chromium is not installed: tools/setup/setup --tests"

    def shown_by(self, page):
        with tempfile.TemporaryDirectory() as home:
            path = os.path.join(home, "report.html")
            with open(path, "w", encoding="utf-8") as file:
                file.write(page.replace("</body>", PROBE))
            run = subprocess.run([self.browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                                  "--disable-extensions", f"--user-data-dir={home}/profile", "--window-size=1200,900", "--dump-dom",
                                  f"file://{path}"],
                                 env={**os.environ, "HOME": home}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=HANGS)
        found = re.search(r'<pre id="probe">(.*?)</pre>', run.stdout, re.DOTALL)
        self.assertIsNotNone(found, run.stderr[-2000:] + run.stdout[-500:])
        return json.loads(html.unescape(found.group(1)))

    def test_the_page_shows_the_run(self):
        server = DemoServer(self)
        run = K6(self, ["run", "--quiet", "-e", f"URL={server.url}", "--out=html=report.html", "s.js"], {"s.js": SCRIPT})
        self.assertEqual(run.exit_code(), 99, run.output)
        shown = self.shown_by(run.content("report.html"))

        self.assertEqual(shown["verdict"], "failed")
        tiles = {name: value for value, name in (tile.split("\n", 1) for tile in shown["tiles"])}
        self.assertEqual(tiles["requests"], "60")
        self.assertEqual(tiles["requests failed"], "50.00%")
        self.assertEqual(tiles["checks passed"], "50.00%")
        thresholds = {tuple(row[:2]): row[2:] for row in shown["thresholds"]}
        self.assertEqual(thresholds["http_reqs", "count>=60"], ["count = 60", "passed"])
        self.assertEqual(thresholds["checks", "rate>0.99"], ["rate = 50.00%", "failed"])
        self.assertEqual(thresholds["http_req_duration{name:never}", "p(95)<1"], ["no data", "no data"])
        self.assertEqual([row[:4] for row in shown["checks"]], [["✓ is ok", "shop <front>", "30", "30"], ["✗ is there", "", "0", "30"]])
        requests = {row[0]: row for row in shown["requests"]}
        self.assertEqual(requests["the & page"][1:3], ["GET", "30"])
        self.assertEqual(requests["the & page"][4], "0.00%")
        titles = [chart["title"] for chart in shown["charts"]]
        self.assertIn("Requests", titles)
        self.assertIn("Response time", titles)
        for chart in shown["charts"]:
            self.assertGreater(chart["height"], 100, chart)
            self.assertGreater(chart["lines"], 0, chart)
        self.assertEqual(shown["fetched"], [])
        self.assertFalse(shown["wide"])
        # The page's own script: sorting, values under the pointer, light and dark.
        self.assertEqual(shown["sorted"], "descending")
        self.assertRegex(shown["tip"], r"requests: \S+")
        self.assertTrue(shown["themed"])


if __name__ == "__main__":
    main(sys.argv)
