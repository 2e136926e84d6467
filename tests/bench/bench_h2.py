"""The HTTP/2 figures of bench.py: client CPU per request (user and system) against h2load, in alternation, over TLS.

One connection per VU, with 1 and with 10 streams at a time. `client` is the HTTP client by itself, with its metrics: a
fiber for each stream, or a batch of ten by one fiber. `C++` and `script` are the whole product.
"""
import os
import re
import statistics

SETTINGS = {"K6_INSECURE_SKIP_TLS_VERIFY": "true"}


def h2load(bench, url, connections, streams, seconds):
    output, cpu, _ = bench.run(bench.pinned(0, ["h2load", "-t1", f"-c{connections}", f"-m{streams}", f"-D{seconds}", url]))
    done = re.search(r"requests: .* (\d+) succeeded, (\d+) failed", output)
    if int(done.group(2)) != 0:
        raise SystemExit("requests of h2load failed: the figures would mean nothing\n" + output)
    return cpu / int(done.group(1))


def client(bench, url, connections, streams, seconds, *mode):
    output, _, _ = bench.run(bench.pinned(0, [bench.path("proto_http/client_benchmark"), url, str(connections), str(seconds), str(streams), *mode]))
    return float(re.search(r"([\d.]+) us CPU/request", output).group(1)) / 1e6


def measure(bench, arguments):
    rows = []
    for connections in (50, 1000):
        for size in (128, 10240):
            path = f"/bytes/{size}"
            for streams in (1, 10):
                name = f"client: GET of {size} bytes, {connections} connections × {streams}"
                rows.append((name, path, connections, streams, lambda url, c=connections, s=streams: client(bench, url, c, s, arguments.seconds)))
            rows.append((f"client: batches of ten, {size} bytes, {connections} connections", path, connections, 10, lambda url, c=connections: client(bench, url, c, 10, arguments.seconds, "batch")))
            whole = lambda command, url, c=connections: bench.ours(command, url, c, arguments.seconds, SETTINGS)
            rows.append((f"C++: GET of {size} bytes, {connections} connections × 1", path, connections, 1, lambda url, w=whole: w([bench.LOOP, "--no-color"], url)))
            rows.append((f"script: GET of {size} bytes, {connections} connections × 1", path, connections, 1, lambda url, w=whole: w([bench.K6, "run", bench.LOOP_JS], url)))
    if arguments.only:
        rows = [row for row in rows if re.search(arguments.only, row[0])]

    ratios = {row[0]: [] for row in rows}
    costs = {row[0]: [] for row in rows}
    with bench.Server() as server:
        for number in range(arguments.rounds):
            for name, path, connections, streams, ours in rows:
                url = server.https_url + path
                base = h2load(bench, url, connections, streams, arguments.seconds) * 1e6
                cost = ours(url) * 1e6
                costs[name].append((base, cost))
                ratios[name].append(cost / base)
                print(f"round {number + 1}: {name}: {cost:.2f} µs, h2load: {base:.2f} µs, ratio {cost / base:.2f}", flush=True)

    print(f"\nclient CPU per request (user + system) over HTTP/2 and TLS, medians of {arguments.rounds} rounds of {arguments.seconds} s; "
          f"load average {os.getloadavg()[0]:.1f}")
    for name, values in costs.items():
        base = statistics.median(value[0] for value in values)
        cost = statistics.median(value[1] for value in values)
        print(f"{name:50} {cost:6.2f} µs, h2load {base:6.2f} µs: {statistics.median(ratios[name]):5.2f} × ({min(ratios[name]):.2f} to {max(ratios[name]):.2f})")
