#!/usr/bin/env python3
"""Runs the conformance cases through the real k6 binary: run.py K6 DEMO_SERVER [ID or LETTER ...]

    bazel test //tests/conformance
    bazel run //tests/conformance -- A21 F      one case, one section; failures with everything that k6 printed

Each case is one file below cases/; README.md beside this file describes the format. Every id of SECTIONS must have its
case, so none can be forgotten. Prints "N of M cases pass" for each section; fails on any case that fails and is not in
pending.md.
"""
import concurrent.futures
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from servers import DemoServer, FileServer, RawServer  # noqa: E402  (beside this file, also among a test's runfiles)

# Section → its title and the number of its cases: A1 to A30, and so on.
SECTIONS = {
    "A": ("globals, console, errors", 30),
    "B": ("modules and init", 43),
    "C": ("timers, event loop, lifecycle", 21),
    "D": ("k6, metrics, execution, data", 29),
    "E": ("encoding, crypto, text", 23),
    "F": ("HTTP", 69),
    "G": ("HTML", 15),
}
TIME_LIMIT = 60
DONE = "the case ran to its end"

# What a snippet may use without an import line of its own.
IMPLIED = [
    (r"http", "import http from 'k6/http';"),
    (r"check", "import { check } from 'k6';"),
    (r"group", "import { group } from 'k6';"),
    (r"fail", "import { fail } from 'k6';"),
    (r"sleep", "import { sleep } from 'k6';"),
    (r"randomSeed", "import { randomSeed } from 'k6';"),
    (r"exec", "import exec from 'k6/execution';"),
    (r"enc", "import enc from 'k6/encoding';"),
    (r"kc", "import kc from 'k6/crypto';"),
    (r"parseHTML", "import { parseHTML } from 'k6/html';"),
    (r"SharedArray", "import { SharedArray } from 'k6/data';"),
    (r"Counter", "import { Counter } from 'k6/metrics';"),
    (r"Gauge", "import { Gauge } from 'k6/metrics';"),
    (r"Rate", "import { Rate } from 'k6/metrics';"),
    (r"Trend", "import { Trend } from 'k6/metrics';"),
    (r"equal", "import { equal } from './expect.js';"),
    (r"same", "import { same } from './expect.js';"),
    (r"ok", "import { ok } from './expect.js';"),
    (r"matches", "import { matches } from './expect.js';"),
    (r"throws", "import { throws } from './expect.js';"),
    (r"rejects", "import { rejects } from './expect.js';"),
    (r"hex", "import { hex } from './expect.js';"),
    (r"bytes", "import { bytes } from './expect.js';"),
]
REPEATABLE = {"env", "console", "record", "no-record", "output", "no-output", "summary", "requests"}
SINGLE = {"mode", "flags", "exit", "main", "title"}


class CaseError(Exception):
    """The case file itself is wrong."""


def unescape(text):
    return text.replace("\\n", "\n").replace("\\t", "\t")


class Pattern:
    """`LEVEL text` or `LEVEL /regular expression/`; LEVEL may be missing where `levels` is False."""

    def __init__(self, text, levels=True):
        self.source = text
        self.level = None
        if levels:
            self.level, _, text = text.partition(" ")
            if self.level not in ("debug", "info", "warning", "error"):
                raise CaseError(f"no level in front of: {self.source}")
        self.regex = None
        if len(text) > 1 and text.startswith("/") and text.endswith("/"):
            self.regex = re.compile(text[1:-1], re.S)
        self.text = unescape(text)

    def found_in(self, text):
        return bool(self.regex.search(text)) if self.regex else self.text in text

    def is_all_of(self, text):
        return bool(self.regex.fullmatch(text)) if self.regex else self.text == text


class Case:
    def __init__(self, path):
        self.path = path
        self.name = os.path.splitext(os.path.basename(path))[0]
        self.id = self.name.split("_")[0]
        self.one = {"mode": "iteration", "flags": "", "exit": "0", "main": "main.js", "title": ""}
        self.many = {name: [] for name in REPEATABLE}
        with open(path, encoding="utf-8") as file:
            lines = file.read().split("\n")
        match = re.fullmatch(r"// ([A-Z]\d+)\b[:.]? *(.*)", lines[0])
        if not match or match.group(1) != self.id:
            raise CaseError(f"the first line must be `// {self.id} what it shows`")
        self.one["title"] = match.group(2)
        at = 1
        while at < len(lines) and lines[at].startswith("// "):
            name, colon, value = lines[at][3:].partition(":")
            value = value[1:] if value.startswith(" ") else value
            if colon and name in REPEATABLE:
                self.many[name].append(value)
            elif colon and name in SINGLE:
                self.one[name] = value.strip()
            else:
                raise CaseError(f"line {at + 1}: unknown directive `{name}`")
            at += 1
        if self.one["mode"] not in ("iteration", "init", "file"):
            raise CaseError(f"unknown mode {self.one['mode']}")
        self.files = {}
        name, part = self.one["main"], []
        for line in lines[at:]:
            if line.startswith("//// "):
                self.files[name] = "\n".join(part)
                name, part = line[5:].strip(), []
            else:
                part.append(line)
        self.files[name] = "\n".join(part)
        self.console = [Pattern(text) for text in self.many["console"]]
        self.records = [Pattern(text) for text in self.many["record"]]
        self.absent_records = [Pattern(text) for text in self.many["no-record"]]
        self.outputs = [Pattern(text, False) for text in self.many["output"]]
        self.absent_outputs = [Pattern(text, False) for text in self.many["no-output"]]

    def source(self):
        """The main script."""
        body = self.files[self.one["main"]]
        if self.one["mode"] == "file":
            return body
        own = [line for line in body.split("\n") if re.match(r"import\b", line)]
        code = [line for line in body.split("\n") if not re.match(r"(import|export)\b", line)]
        exports = [line for line in body.split("\n") if re.match(r"export\b", line)]
        taken = "\n".join(own)
        for word, statement in IMPLIED:
            if re.search(rf"(?<![\w.]){word}\b", body) and not re.search(rf"\b{word}\b", taken):
                own.append(statement)
        head = own + ["const B = __ENV.BASE_URL, R = __ENV.RAW_URL;"] + exports
        done = f"console.debug({json.dumps(DONE)});"
        if self.one["mode"] == "init":
            return "\n".join(head + code + [f"export default function () {{ {done} }}"])
        kind = "async function" if re.search(r"\bawait\b", body) else "function"
        return "\n".join(head + [f"export default {kind} () {{"] + code + [done, "}"])

    def run(self, k6, servers):
        """Runs the case; returns the list of what is wrong, and everything that was printed."""
        with tempfile.TemporaryDirectory(prefix=self.name + ".") as folder:
            self.folder = folder
            for name, text in self.files.items():
                path = os.path.join(folder, name)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                text = self.source() if name == self.one["main"] else text
                with open(path, "w", encoding="utf-8") as file:
                    file.write(self.placed(text, servers))
            with open(os.path.join(HERE, "expect.js"), encoding="utf-8") as helper:
                with open(os.path.join(folder, "expect.js"), "w", encoding="utf-8") as copy:
                    copy.write(helper.read())
            environment = {
                "PATH": os.environ["PATH"],
                "HOME": folder,
                "TZ": "UTC",
                "BASE_URL": servers.demo.url,
                "BASE_URL_TLS": servers.demo.tls_url,
                "RAW_URL": servers.raw.url,
                "HTTPS_URL": servers.files.url + "/" + self.name,
                "SSL_CERT_FILE": servers.bundle,
            }
            for pair in self.many["env"]:
                name, _, value = pair.partition("=")
                environment[name] = self.placed(value, servers)
            main = self.one["main"]
            flags = shlex.split(self.placed(self.one["flags"], servers))
            command = [k6, "run", "--quiet", "--no-color", "--log-format", "json", "--verbose"] + flags
            if servers.files.url in main or main.startswith("https:"):
                raise CaseError("a remote main script goes into flags, with `main: -none-`")
            command.append(os.path.join(folder, main))
            servers.files.mount(self.name, folder)
            try:
                done = subprocess.run(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, timeout=TIME_LIMIT,
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
                output, code = done.stdout.decode("utf-8", "replace"), done.returncode
            except subprocess.TimeoutExpired as stuck:
                return [f"did not end within {TIME_LIMIT} s"], (stuck.stdout or b"").decode("utf-8", "replace")
            return self.judge(code, output, servers), output

    def placed(self, text, servers):
        """Text with the addresses of this run."""
        text = text.replace("@DIR@", self.folder).replace("@BASE@", servers.demo.url)
        return text.replace("@HTTPS@", servers.files.url + "/" + self.name).replace("@RAW@", servers.raw.url)

    def judge(self, code, output, servers):
        wrong = []
        records, others = [], []
        for line in output.split("\n"):
            try:
                record = json.loads(line)
            except ValueError:
                record = None
            if isinstance(record, dict) and "level" in record:
                records.append(record)
            else:
                others.append(line)
        expected = int(self.one["exit"])
        if code != expected:
            wrong.append(f"exit code {code}, expected {expected}")
        ran_to_end = [r for r in records if r["msg"] == DONE]
        records = [r for r in records if r["msg"] != DONE]
        expects_failure = expected or any(p.level == "error" for p in self.records)
        if self.one["mode"] != "file" and not ran_to_end and not expects_failure:
            wrong.append("the snippet did not run to its end")
        lines = [(r["level"], r["msg"]) for r in records if r.get("source") == "console"]
        if self.console:
            patterns = [(p, Pattern(self.placed(p.source, servers))) for p in self.console]
            if len(lines) != len(patterns):
                wrong.append(f"{len(lines)} console records, expected {len(patterns)}")
            for (written, pattern), (level, text) in zip(patterns, lines):
                if level != pattern.level or not pattern.is_all_of(text):
                    wrong.append(f"console printed {level} {text!r}, expected {written.source!r}")
                    break
        for pattern in self.records:
            here = Pattern(self.placed(pattern.source, servers))
            if not any(r["level"] == here.level and here.found_in(fields(r)) for r in records):
                wrong.append(f"no record `{pattern.source}`")
        for pattern in self.absent_records:
            here = Pattern(self.placed(pattern.source, servers))
            for r in records:
                if r["level"] == here.level and here.found_in(fields(r)):
                    wrong.append(f"unwanted record {r['msg']!r}")
        if not expects_failure:
            for r in records:
                if r["level"] == "error" and r.get("source") != "console":
                    wrong.append(f"error {r['msg']!r}")
                    break
        everything = "\n".join(others + [r["msg"] for r in records])
        for pattern in self.outputs:
            if not Pattern(self.placed(pattern.source, servers), False).found_in(everything):
                wrong.append(f"no output `{pattern.source}`")
        for pattern in self.absent_outputs:
            if Pattern(self.placed(pattern.source, servers), False).found_in(everything):
                wrong.append(f"unwanted output `{pattern.source}`")
        text = "\n".join(others)
        for pattern in self.many["summary"]:
            if not re.search(pattern, text):
                wrong.append(f"no /{pattern}/ in the summary")
        if self.many["requests"]:
            got = servers.files.requests(self.name)
            if got != self.many["requests"]:
                wrong.append(f"requests {got}, expected {self.many['requests']}")
        return wrong


def fields(record):
    """A record as text: the message, then its other fields."""
    rest = " ".join(f"{name}={value}" for name, value in record.items() if name not in ("msg", "level", "time"))
    return record["msg"] + " " + rest


class Servers:
    """Everything that cases talk to."""

    def __init__(self, demo_server, folder):
        self.demo = DemoServer(demo_server, os.path.join(folder, "demo.pem"))
        self.files = FileServer(folder)
        self.raw = RawServer()
        self.bundle = os.path.join(folder, "bundle.pem")
        with open(self.bundle, "w", encoding="ascii") as bundle:
            for name in (self.demo.certificate, self.files.certificate):
                with open(name, encoding="ascii") as part:
                    bundle.write(part.read())

    def stop(self):
        self.demo.stop()
        self.files.stop()
        self.raw.stop()


def table(name):
    """The rows of a Markdown table of ours: id → reason."""
    rows = {}
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        for line in file:
            match = re.match(r"\|\s*([A-Z]\d+)\s*\|\s*(.*?)\s*\|\s*$", line)
            if match:
                rows[match.group(1)] = match.group(2)
    return rows


def order(case_id):
    return case_id[0], int(case_id[1:])


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    k6, demo_server = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    wanted = [word for word in sys.argv[3:] if not word.startswith("-")]
    cases, failures = {}, {}
    for folder, _, names in sorted(os.walk(os.path.join(HERE, "cases"))):
        for name in sorted(names):
            case_id = os.path.splitext(name)[0].split("_")[0]
            try:
                cases.setdefault(case_id, []).append(Case(os.path.join(folder, name)))
            except CaseError as error:
                failures.setdefault(case_id, []).append((name, [str(error)], ""))
    pending, differs = table("pending.md"), table("differs.md")
    every = [f"{letter}{number}" for letter, (_, count) in SECTIONS.items() for number in range(1, count + 1)]
    chosen = [i for i in every if not wanted or any(i == w or i[0] == w for w in wanted)]
    lock = threading.Lock()

    def one(part):
        try:
            wrong, output = part.run(k6, servers)
        except (CaseError, OSError) as error:
            wrong, output = [str(error)], ""
        if wrong:
            with lock:
                failures.setdefault(part.id, []).append((f"{part.name} {part.one['title']}", wrong, output))

    with tempfile.TemporaryDirectory(prefix="conformance.") as folder:
        servers = Servers(demo_server, folder)
        try:
            with concurrent.futures.ThreadPoolExecutor(max_workers=4) as pool:
                list(pool.map(one, [part for case_id in chosen for part in cases.get(case_id, [])]))
        finally:
            servers.stop()

    for case_id in chosen:
        if case_id not in cases and case_id not in failures:
            failures[case_id] = [(case_id, ["has no case file"], "")]
    unexpected = 0
    for case_id in sorted(failures, key=order):
        if case_id not in pending:
            unexpected += 1
        for title, wrong, output in failures[case_id]:
            print(f"{'pending' if case_id in pending else 'FAILED'}: {title}")
            for text in wrong:
                print(f"    {text}")
            if case_id not in pending or wanted:
                print("".join(f"      | {line}\n" for line in output.split("\n")[:60] if line), end="")
    for case_id in sorted(set(cases) - set(every), key=order):
        unexpected += 1
        print(f"FAILED: {case_id}: no such case in the table of sections")
    for case_id in sorted(set(pending) & set(chosen) - set(failures), key=order):
        print(f"passes: {case_id}: take it out of pending.md")
    for case_id in sorted(set(differs) & set(chosen), key=order):
        print(f"ours by intent: {case_id}: {differs[case_id]}")
    total = passed = 0
    for letter, (title, _) in SECTIONS.items():
        here = [i for i in chosen if i[0] == letter]
        good = [i for i in here if i not in failures]
        total, passed = total + len(here), passed + len(good)
        if here:
            print(f"{letter} {title}: {len(good)} of {len(here)} cases pass")
    print(f"all sections: {passed} of {total} cases pass")
    sys.exit(1 if unexpected or not chosen else 0)


if __name__ == "__main__":
    main()
