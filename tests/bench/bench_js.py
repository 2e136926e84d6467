"""The JavaScript figures of bench.py: `js` (start, memory per VU, growth) and `engine` (against stock MuJS).

Times are wall-clock from the start of the process to the first line of the first iteration, which the script prints as
Date.now(); the best of several runs, as everything else on the machine only adds to it. CPU time is that of the whole
run, iteration, summary and clean-up included.
"""
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time


def two_thousand_lines():
    """A script of 2,000 lines: 40 classes, 40 groups of functions and a scenario that uses some of each."""
    lines = ["import { check } from 'k6';", "import http from 'k6/http';", "import { Trend } from 'k6/metrics';", "const timing = new Trend('timing', true);"]
    for n in range(40):
        lines += f"""class Page{n} {{
  #visits = 0;
  static made = 0;
  constructor(name, {{ path = '/page/{n}', retries = 3, ...rest }} = {{}}) {{
    this.name = name;
    this.path = path;
    this.retries = retries;
    this.rest = rest;
    Page{n}.made += 1;
  }}
  get visits() {{
    return this.#visits;
  }}
  visit(parameters = {{}}) {{
    this.#visits++;
    const query = Object.entries(parameters).map(([key, value]) => `${{key}}=${{encodeURIComponent(value)}}`).join('&');
    return `${{this.path}}${{query ? '?' + query : ''}}`;
  }}
  async load(client) {{
    for (let attempt = 0; attempt < this.retries; attempt++) {{
      try {{
        const response = await client(this.visit({{ attempt }}));
        if (response?.ok ?? false) return response;
      }} catch (error) {{
        if (attempt === this.retries - 1) throw error;
      }}
    }}
    return null;
  }}
}}
function parse{n}(text) {{
  const found = [];
  for (const line of text.split('\\n')) {{
    const [name, value = 'none'] = line.split(':');
    if (!name) continue;
    switch (value.trim()) {{
      case 'true':
        found.push([name, true]);
        break;
      default:
        found.push([name, value.trim()]);
    }}
  }}
  return new Map(found);
}}
const double{n} = (list) => list.filter((x) => x % 2 === {n % 2}).map((x) => ({{ x, twice: x * 2 }}));""".split("\n")
    lines.append("export default function () {")
    lines.append("  console.log(`first iteration ${Date.now()} ${new Page0('a').visit({ a: 1 })} ${parse1('k: v').size} ${double2([1, 2]).length}`);")
    lines.append("}")
    while len(lines) < 2000:
        lines.insert(-3, f"// {len(lines)}")
    return "\n".join(lines[:2000]) + "\n"


def bundle(esbuild, script, modules, out):
    """The faker and lodash bundle; returns its size."""
    with tempfile.TemporaryDirectory() as folder:
        entry = os.path.join(folder, "entry.js")
        with open(script, encoding="utf-8") as source, open(entry, "w", encoding="utf-8") as copy:
            copy.write(source.read())
        os.symlink(modules, os.path.join(folder, "node_modules"))
        subprocess.run([esbuild, entry, "--bundle", "--format=esm", "--platform=browser", "--minify-whitespace", "--external:k6", f"--outfile={out}",
                        "--log-level=error"], check=True)
    return os.path.getsize(out)


def seconds_to_first_iteration(k6, arguments, vus=1):
    """Until the last VU begins its first iteration, and the CPU time of the whole run."""
    begin = time.time()
    process = subprocess.Popen([k6, "run", "--quiet", "--log-format", "raw"] + arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    moments = [int(text) for text in re.findall(r"first iteration (\d+)", output)]
    if process.returncode != 0 or len(moments) < vus:
        sys.exit(output[:3000])
    return max(moments) / 1000 - begin, usage.ru_utime + usage.ru_stime


def best(measure, rounds):
    """The least wall-clock time, its median, and the least CPU time."""
    samples = [measure() for _ in range(rounds)]
    return min(wall for wall, _ in samples), statistics.median(wall for wall, _ in samples), min(cpu for _, cpu in samples)


def row(what, figure, goal):
    print(f"  {what:50} {figure:>32}   goal {goal}", flush=True)


def start(paths, rounds):
    print("start: wall-clock from the start of the process, best (median), and CPU time of the whole run")
    with tempfile.TemporaryDirectory() as folder:
        long_script = os.path.join(folder, "long.js")
        with open(long_script, "w", encoding="utf-8") as file:
            file.write(two_thousand_lines())
        low, middle, cpu = best(lambda: seconds_to_first_iteration(paths.k6, [long_script]), rounds)
        row("script of 2,000 lines, to the first iteration", f"{low * 1e3:.0f} ms ({middle * 1e3:.0f} ms), CPU {cpu * 1e3:.0f} ms", "60 ms")
        big = os.path.join(folder, "bundle.js")
        size = bundle(paths.esbuild, paths.bundle, paths.modules, big)
        one, middle, one_cpu = best(lambda: seconds_to_first_iteration(paths.k6, ["--workers", "1", big]), rounds)
        row(f"faker and lodash in one file of {size / 1000:.0f} KB, 1 VU", f"{one * 1e3:.0f} ms ({middle * 1e3:.0f} ms), CPU {one_cpu * 1e3:.0f} ms", "500 ms")
        more = 40
        pause = ["-e", "PAUSE=0.001", "--workers", "1", "-u", str(more + 1), "-i", str(more + 1)]
        many, middle, cpu = best(lambda: seconds_to_first_iteration(paths.k6, pause + [big], more + 1), max(3, rounds // 2))
        row("the same, each further VU, one worker",
            f"{(many - one) / more * 1e3:.1f} ms ({(middle - one) / more * 1e3:.1f} ms), CPU {(cpu - one_cpu) / more * 1e3:.1f} ms", "10 ms")


def many_vus(paths, rounds):
    """What it takes to make VUs of a usual script: those of a run of one iteration each, less those of a run with one VU."""
    def cost(vus):
        process = subprocess.Popen([paths.k6, "run", "--quiet", "--workers", "1", "-u", str(vus), "-i", str(vus), paths.classes], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(f"{paths.classes} exited with {process.returncode}")
        return usage.ru_utime + usage.ru_stime

    vus = 1000
    one = min(cost(1) for _ in range(rounds))
    many = min(cost(vus) for _ in range(max(3, rounds // 2)))
    row(f"{vus} VUs of 100 lines with classes and checks", f"CPU {many:.2f} s, {(many - one) / (vus - 1) * 1e3:.2f} ms each", "1.5 s")


def memory(paths, vus, idle_memory):
    print(f"resident memory per VU, {vus} VUs asleep in an iteration")
    with tempfile.TemporaryDirectory() as folder:
        trivial = os.path.join(folder, "trivial.js")
        with open(trivial, "w", encoding="utf-8") as file:
            file.write("import { sleep } from 'k6';\nexport default function () {\n  sleep(Number(__ENV.PAUSE));\n}\n")
        for name, script, goal in (("trivial script", trivial, "60 KB"), ("100 lines with classes and checks", paths.classes, "100 KB")):
            few, many = idle_memory([paths.k6, "run", script], 10), idle_memory([paths.k6, "run", script], vus)
            row(name, f"{(many - few) / (vus - 10) / 1024:.1f} KB", goal)


def engine(ours, stock, rounds):
    """Both engines in alternation, pinned to the first core."""
    best_of = {}
    for _ in range(rounds):
        for name, program in (("stock", stock), ("ours", ours)):
            output = subprocess.run(["taskset", "-c", "0", program], stdout=subprocess.PIPE, text=True, check=True).stdout
            for line in output.splitlines():
                what, figure = line.split("\t")
                key = (what, name)
                best_of[key] = min(best_of.get(key, float("inf")), float(figure))
    print(f"{'CPU ns each, best of ' + str(rounds * 5):40} {'stock MuJS':>12} {'ours':>12} {'stock / ours':>14}")
    for what in dict.fromkeys(what for what, _ in best_of):
        theirs, mine = best_of[what, "stock"], best_of[what, "ours"]
        print(f"{what:40} {theirs:12.1f} {mine:12.1f} {theirs / mine:14.2f}")
