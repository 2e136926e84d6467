"""Arrival rates: are they kept, and are the response times that we report those that a bare paced client sees?"""
import json
import re
import statistics
import subprocess
import tempfile


def bare(pinned, client, url, rate, seconds, connections):
    port, where = re.fullmatch(r"http://127\.0\.0\.1:(\d+)(/.*)", url).groups()
    output = subprocess.run(pinned(0, [client, port, where, str(rate), str(seconds), str(connections)]),
                            stdout=subprocess.PIPE, text=True, check=True).stdout
    return json.loads(output)


def ours(command, url, rate, seconds, vus, pinned, workers):
    """`command` ends with the script or is a scenario binary; the config file says what to execute."""
    with tempfile.NamedTemporaryFile(suffix=".json") as summary, tempfile.NamedTemporaryFile("w", suffix=".json") as config:
        json.dump({"scenarios": {"arrivals": {"executor": "constant-arrival-rate", "rate": rate, "timeUnit": "1s", "duration": f"{seconds}s",
                                              "preAllocatedVUs": vus, "maxVUs": vus}},
                   "thresholds": {"generator_start_lateness": ["max>=0"], "dropped_iterations": ["count>=0"]},
                   "summaryTrendStats": ["avg", "min", "med", "max", "p(95)", "p(99)"]}, config)
        config.flush()
        subprocess.run(pinned(command[:-1] + ["--quiet", "--workers", str(workers), f"--config={config.name}", "-e", f"URL={url}",
                                              f"--summary-export={summary.name}"] + command[-1:]),
                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True)
        metrics = json.load(open(summary.name))["metrics"]
    return {"iterations": metrics["iterations"]["count"], "dropped": metrics["dropped_iterations"]["count"],
            "failed": metrics["http_req_failed"]["passes"], "p50_ms": metrics["http_req_duration"]["med"], "p99_ms": metrics["http_req_duration"]["p(99)"],
            "late_p99_ms": metrics["generator_start_lateness"]["p(99)"]}


def run(pinned, url, paced_client, clients, rates, seconds, rounds):
    """`clients`: by name, a command. All run through `pinned` on the first core, the server on the last."""
    for rate in rates:
        vus = max(50, rate // 100)
        print(f"constant {rate}/s of GET for {seconds} s")
        p99s, ratios = {name: [] for name in ("bare", *clients)}, {name: [] for name in clients}
        for round_number in range(rounds):
            reference = bare(pinned, paced_client, url, rate, seconds, vus)
            print(f"  round {round_number + 1}: bare paced client  p50 {reference['p50_ms']:.3f} ms, p99 {reference['p99_ms']:.3f} ms, "
                  f"starts late p99 {reference['late_p99_ms']:.3f} ms, dropped {reference['dropped']}", flush=True)
            p99s["bare"].append(reference["p99_ms"])
            for name, command in clients.items():
                seen = ours(command, url, rate, seconds, vus, lambda one: pinned(0, one), 1)
                p99s[name].append(seen["p99_ms"])
                ratios[name].append(seen["p99_ms"] / reference["p99_ms"])
                print(f"           {name:19} p50 {seen['p50_ms']:.3f} ms, p99 {seen['p99_ms']:.3f} ms ({ratios[name][-1]:.2f} × bare), "
                      f"starts late p99 {seen['late_p99_ms']:.3f} ms, dropped {seen['dropped']}, failed {seen['failed']}, "
                      f"rate kept to {seen['iterations'] / (rate * seconds):.2%}", flush=True)
        # Where the machine itself is held up now and then, the best round of each says more than the others.
        print("  p99: " + "; ".join(f"{name} median {statistics.median(ratios[name]):.2f} × bare, best against best {min(p99s[name]) / min(p99s['bare']):.2f} ×"
                                    for name in clients), flush=True)


def two_cores(url, command, rates, seconds, rounds):
    """A script on both cores, which the server shares: is the rate kept?"""
    for rate in rates:
        for round_number in range(rounds):
            seen = ours(command, url, rate, seconds, max(50, rate // 50), lambda both: both, 2)
            off = seen["iterations"] / (rate * seconds) - 1
            print(f"constant {rate}/s of script http.get for {seconds} s on two cores, round {round_number + 1}: {seen['iterations']} iterations ({off:+.3%}), "
                  f"dropped {seen['dropped']}, failed {seen['failed']}, starts late p99 {seen['late_p99_ms']:.3f} ms, p99 {seen['p99_ms']:.3f} ms", flush=True)
