#include "outputs/report_page.h"

namespace k6::outputs {

const std::string_view report_style = R"css(
:root { color-scheme: light dark; --page: #f5f6f8; --card: #ffffff; --ink: #1c2430; --soft: #667085; --rule: #e4e7ec;
  --good: #16794c; --good-back: #e4f5ec; --bad: #b42318; --bad-back: #fdeceb; --warn: #93580b; --warn-back: #fdf3e1;
  --c1: #2f6fde; --c2: #d9730d; --c3: #b3261e; --c4: #0f8a80; --c5: #7a5cd6; --bar: #dbe6fb; }
:root[data-theme=dark] { --page: #11151c; --card: #1a202a; --ink: #e6eaf0; --soft: #98a2b3; --rule: #2b3442;
  --good: #5fd39b; --good-back: #16352a; --bad: #ff8b82; --bad-back: #40201f; --warn: #f2b866; --warn-back: #3a2c15;
  --c1: #6ea2ff; --c2: #f2a04d; --c3: #ff7a70; --c4: #45c7bb; --c5: #ab93f5; --bar: #25385c; }
@media (prefers-color-scheme: dark) { :root:not([data-theme=light]) { --page: #11151c; --card: #1a202a; --ink: #e6eaf0;
  --soft: #98a2b3; --rule: #2b3442; --good: #5fd39b; --good-back: #16352a; --bad: #ff8b82; --bad-back: #40201f;
  --warn: #f2b866; --warn-back: #3a2c15; --c1: #6ea2ff; --c2: #f2a04d; --c3: #ff7a70; --c4: #45c7bb; --c5: #ab93f5;
  --bar: #25385c; } }
:root[data-theme=light] { color-scheme: light; } :root[data-theme=dark] { color-scheme: dark; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 28px 20px 60px; }
header { display: flex; gap: 16px; align-items: flex-start; flex-wrap: wrap; margin-bottom: 20px; }
header > div { flex: 1 1 400px; min-width: 0; }
h1 { font-size: 24px; line-height: 1.25; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 17px; margin: 34px 0 10px; }
p.facts { margin: 0; color: var(--soft); }
.verdict { font-weight: 650; border-radius: 999px; padding: 6px 16px; white-space: nowrap; }
.pass { color: var(--good); background: var(--good-back); } .fail { color: var(--bad); background: var(--bad-back); }
button.theme { border: 1px solid var(--rule); background: var(--card); color: var(--soft); border-radius: 999px;
  padding: 6px 12px; font: inherit; cursor: pointer; }
.note { border-radius: 10px; padding: 10px 14px; margin: 0 0 12px; overflow-wrap: anywhere; }
.note.bad { background: var(--bad-back); color: var(--bad); } .note.warn { background: var(--warn-back); color: var(--warn); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(160px, 1fr)); gap: 12px; }
.tile { background: var(--card); border: 1px solid var(--rule); border-radius: 12px; padding: 12px 16px; }
.tile b { display: block; font-size: 22px; font-weight: 650; font-variant-numeric: tabular-nums; white-space: nowrap; }
.tile span { color: var(--soft); font-size: 13px; } .tile.bad b { color: var(--bad); }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(520px, 100%), 1fr)); gap: 14px; }
figure.chart { margin: 0; background: var(--card); border: 1px solid var(--rule); border-radius: 12px; padding: 12px 12px 6px; }
figcaption { display: flex; gap: 12px; justify-content: space-between; flex-wrap: wrap; font-weight: 600; padding: 0 6px 6px; }
.legend { display: flex; gap: 12px; flex-wrap: wrap; font-weight: 400; font-size: 13px; color: var(--soft); }
.legend i { display: inline-block; width: 14px; height: 3px; border-radius: 2px; margin-right: 6px; vertical-align: middle;
  background: currentColor; } .legend .c1 i { color: var(--c1); } .legend .c2 i { color: var(--c2); }
.legend .c3 i { color: var(--c3); } .legend .c4 i { color: var(--c4); } .legend .c5 i { color: var(--c5); }
.plot { position: relative; } svg { display: block; width: 100%; height: auto; }
.grid { stroke: var(--rule); } .tick { fill: var(--soft); font-size: 12px; font-variant-numeric: tabular-nums; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; } .area { opacity: .14; }
.line.c1 { stroke: var(--c1); } .line.c2 { stroke: var(--c2); } .line.c3 { stroke: var(--c3); } .line.c4 { stroke: var(--c4); }
.line.c5 { stroke: var(--c5); } .area.c1, .dot.c1 { fill: var(--c1); } .area.c2, .dot.c2 { fill: var(--c2); }
.area.c3, .dot.c3 { fill: var(--c3); } .area.c4, .dot.c4 { fill: var(--c4); } .area.c5, .dot.c5 { fill: var(--c5); }
.cursor { stroke: var(--soft); stroke-dasharray: 3 3; visibility: hidden; }
.tip { position: absolute; top: 4px; display: none; pointer-events: none; background: var(--card); color: var(--ink);
  border: 1px solid var(--rule); border-radius: 8px; padding: 6px 10px; font-size: 13px; white-space: nowrap;
  box-shadow: 0 4px 14px rgb(0 0 0 / .18); font-variant-numeric: tabular-nums; } .tip b { display: block; }
.card { background: var(--card); border: 1px solid var(--rule); border-radius: 12px; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 8px 12px; border-top: 1px solid var(--rule); white-space: nowrap; }
thead th { border-top: 0; font-size: 13px; font-weight: 600; color: var(--soft); cursor: pointer; user-select: none; }
thead th[aria-sort=ascending]::after { content: " ↑"; } thead th[aria-sort=descending]::after { content: " ↓"; }
th.text, td.text { text-align: left; white-space: normal; overflow-wrap: anywhere; min-width: 130px; }
tbody tr:hover td { background: color-mix(in srgb, var(--bar) 35%, transparent); }
code { font: 13px/1.4 ui-monospace, "DejaVu Sans Mono", monospace; } td.sub { padding-left: 30px; color: var(--soft); }
.badge { display: inline-block; border-radius: 999px; padding: 1px 10px; font-size: 13px; font-weight: 600; }
.bar { display: inline-block; width: 90px; height: 8px; border-radius: 4px; background: var(--bad-back); vertical-align: middle;
  margin-right: 8px; overflow: hidden; } .bar i { display: block; height: 100%; background: var(--good); }
td.zero { color: var(--soft); } td.hot { color: var(--bad); font-weight: 600; } .soft { color: var(--soft); }
footer { margin-top: 30px; color: var(--soft); font-size: 13px; }
@media print { body { background: none; } button.theme { display: none; } figure, table { break-inside: avoid; } }
)css";

const std::string_view report_script = R"js(
'use strict';
const root = document.documentElement;
const theme = document.querySelector('button.theme');
theme.hidden = false;
theme.addEventListener('click', () => {
  const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'light' : 'dark';
});
for (const figure of document.querySelectorAll('figure.chart')) {
  const chart = JSON.parse(figure.querySelector('script').textContent);
  const plot = figure.querySelector('.plot'), tip = figure.querySelector('.tip'), cursor = figure.querySelector('.cursor');
  const hide = () => { tip.style.display = 'none'; cursor.style.visibility = 'hidden'; };
  plot.addEventListener('pointermove', event => {
    const box = plot.getBoundingClientRect();
    const at = ((event.clientX - box.left) / box.width - chart.left) / (chart.right - chart.left);
    if (at < 0 || at > 1) return hide();
    const slots = Math.max(...chart.lines.map(line => line.values.length));
    const slot = Math.min(slots - 1, Math.floor(at * chart.end / chart.period));
    const begin = slot * chart.period, end = Math.min(begin + chart.period, chart.end);
    const x = chart.left + (chart.right - chart.left) * (begin + end) / 2 / chart.end;
    tip.replaceChildren();
    const time = document.createElement('b');
    time.textContent = `${+begin.toFixed(1)} – ${+end.toFixed(1)} s`;
    tip.append(time);
    for (const line of chart.lines) {
      const row = document.createElement('div');
      row.textContent = `${line.name}: ${line.values[slot] || '–'}`;
      tip.append(row);
    }
    cursor.setAttribute('x1', x * 720);
    cursor.setAttribute('x2', x * 720);
    cursor.style.visibility = 'visible';
    tip.style.display = 'block';
    const place = x * box.width;
    tip.style.left = `${place + tip.offsetWidth + 16 < box.width ? place + 10 : place - tip.offsetWidth - 10}px`;
  });
  plot.addEventListener('pointerleave', hide);
}
for (const head of document.querySelectorAll('thead th')) {
  head.addEventListener('click', () => {
    const body = head.closest('table').tBodies[0], column = head.cellIndex;
    const down = head.getAttribute('aria-sort') !== 'descending';
    for (const other of head.parentNode.cells) other.removeAttribute('aria-sort');
    head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
    const key = row => { const cell = row.cells[column]; return cell.dataset.value === undefined ? cell.textContent : +cell.dataset.value; };
    const order = (a, b) => typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b));
    body.append(...[...body.rows].sort((a, b) => down ? order(key(b), key(a)) : order(key(a), key(b))));
  });
}
)js";

}  // namespace k6::outputs
