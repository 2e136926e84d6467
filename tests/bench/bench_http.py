"""The HTTP figures of bench.py: client CPU per request (user and system) against wrk and ab, in alternation.

Each row is measured in rounds; in each round the baseline runs right before what is compared with it, so that what else
the machine does falls on both. What our programs cost to start, with one iteration for each VU, is measured apart and taken
off. TLS rows speak HTTP/1.1, as wrk and ab do.
"""
import os
import re
import statistics
import sys

NO_HTTP2 = {"GODEBUG": "http2client=0", "K6_INSECURE_SKIP_TLS_VERIFY": "true"}


class Row:
    def __init__(self, name, baseline, client, limit):
        self.name = name
        self.baseline = baseline
        self.client = client
        self.limit = limit
        self.costs = []
        self.ratios = []


def measure(bench, arguments):
    def wrk(path, vus, tls=False):
        return f"wrk {path} {vus} {'TLS' if tls else 'clear'}", lambda server: bench.wrk((server.https_url if tls else server.url) + path, vus, arguments.seconds)

    def ab(path, vus, tls):
        def run(server):
            url = (server.https_url if tls else server.url) + path
            output, cpu, _ = bench.run(bench.pinned(0, ["ab", "-q", "-c", str(vus), "-t", str(arguments.seconds), "-n", "10000000", url]))
            return cpu / int(re.search(r"Complete requests:\s+(\d+)", output).group(1))

        return f"ab {path} {vus} {'TLS' if tls else 'clear'}", run

    def ours(command, path, vus, tls=False, more=()):
        return lambda server: bench.ours(command[:-1] + list(more) + command[-1:], (server.https_url if tls else server.url) + path, vus, arguments.seconds, NO_HTTP2,
                                         without_start=True)

    scenario = [bench.LOOP, "--no-color"]

    def script(name):
        return [bench.K6, "run", bench.path(f"tests/bench/{name}.js")]

    rows = []
    for vus in (50, 1000):
        for size in (128, 10240):
            for tls in (False, True):
                path = f"/bytes/{size}"
                what = f"GET of {size} bytes, {vus} VUs, {'TLS' if tls else 'clear'}"
                rows.append(Row(f"C++: {what}", wrk(path, vus, tls), ours(scenario, path, vus, tls), 1.0))
                rows.append(Row(f"script: {what}", wrk(path, vus, tls), ours(script("get_loop"), path, vus, tls), 2.0))
    once = ("--no-connection-reuse",)
    rows.append(Row("C++: a connection per request, clear", ab("/bytes/128", 50, False), ours(scenario, "/bytes/128", 50, False, once), 1.5))
    rows.append(Row("C++: a connection per request, TLS", ab("/bytes/128", 50, True), ours(scenario, "/bytes/128", 50, True, once), 1.0))
    # Text, as a check that looks at the body would meet.
    rows.append(Row("script: two checks, a group, a Trend", wrk("/json", 50), ours(script("checked_loop"), "/json", 50), 3.0))
    rows.append(Row("script: POST of JSON, answer read", wrk("/bytes/128", 50), ours(script("post_json"), "/post", 50), 3.5))
    # Not dearer per request than single gets.
    single = ("script, single gets", ours(script("get_loop"), "/bytes/128", 50))
    rows.append(Row("script: batch of six, as many VUs", single, ours(script("batch_of_six"), "/bytes/128", 50), 1.0))
    # A batch has six connections: a sixth of the VUs have as many of them.
    rows.append(Row("script: batch of six, 48 connections", single, ours(script("batch_of_six"), "/bytes/128", 8), 1.0))
    single_300 = ("script, single gets of 300 VUs", ours(script("get_loop"), "/bytes/128", 300))
    rows.append(Row("script: batch of six, 300 connections", single_300, ours(script("batch_of_six"), "/bytes/128", 50), 1.0))
    # What six times the connections cost by themselves.
    rows.append(Row("wrk: 300 connections, as the batches of 50 VUs", wrk("/bytes/128", 50), wrk("/bytes/128", 300)[1], None))
    if arguments.only:
        rows = [row for row in rows if re.search(arguments.only, row.name)]

    with bench.Server() as server:
        for number in range(arguments.rounds):
            for row in rows:
                base = row.baseline[1](server)
                cost = row.client(server)
                row.costs.append((base * 1e6, cost * 1e6))
                row.ratios.append(cost / base)
                print(f"round {number + 1}: {row.name}: {cost * 1e6:.2f} µs, {row.baseline[0]}: {base * 1e6:.2f} µs, ratio {cost / base:.2f}", flush=True)

    print(f"\nclient CPU per request (user + system), medians of {arguments.rounds} rounds of {arguments.seconds} s; load average {os.getloadavg()[0]:.1f}")
    print(f"{'':52} {'baseline':>9} {'ours':>9}   ratio (range)        aim")
    for row in rows:
        base = statistics.median(cost[0] for cost in row.costs)
        cost = statistics.median(cost[1] for cost in row.costs)
        print(f"{row.name:52} {base:6.2f} µs {cost:6.2f} µs   {statistics.median(row.ratios):5.2f} ({min(row.ratios):.2f} to {max(row.ratios):.2f})"
              + (f"   ≤ {row.limit} × {row.baseline[0]}" if row.limit else ""))


if __name__ == "__main__":
    sys.exit("run it through bench.py: bazel run //tests/bench -- http")
