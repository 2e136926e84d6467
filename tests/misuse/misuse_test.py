#!/usr/bin/env python3
"""Mistakes in scenarios that must not compile.

Each case has the right way, which must compile, and the wrong one, which must not: the first error must name the mistake.
The header is precompiled once, and all right ways are one file; each wrong one then costs a fraction of a second.
"""
import os
import re
import subprocess
import sys
import tempfile

# What is wrong; what the first error must say; the right way; the wrong one.
CASES = [
    ("a percentile of a counter", "p<N>: only a Trend or TimeTrend has percentiles",
     "auto t = p<95>(http_req_duration) < 300ms;", "auto t = p<95>(http_reqs) < 300ms;"),
    ("an average of a rate", "avg: only a Trend or TimeTrend has it",
     "auto t = avg(http_req_duration) < 300ms;", "auto t = avg(http_req_failed) < 1_pct;"),
    ("the rate of a trend", "rate: only a Rate or Counter has it",
     "auto t = rate(http_req_failed) < 1_pct;", "auto t = rate(http_req_duration) < 1_pct;"),
    ("the count of a gauge, tagged", "count: only a Counter has it",
     'auto t = count(http_reqs.tagged({{"kind", "page"}})) > 1;', 'auto t = count(vus.tagged({{"kind", "page"}})) > 1;'),
    ("a time limit without a unit", "this aggregation is a time; compare it with a duration such as 300ms",
     "auto t = p<95>(http_req_duration) < 300ms;", "auto t = p<95>(http_req_duration) < 300;"),
    ("a share as a bare number", "this aggregation is a share; compare it with a percentage such as 1_pct",
     "auto t = rate(http_req_failed) < 1_pct;", "auto t = rate(http_req_failed) < 0.01;"),
    ("a rate compared with a percentage", "this aggregation is a rate; compare it with one such as 100_per_s",
     "auto t = rate(http_reqs) > 100_per_s;", "auto t = rate(http_reqs) > 1_pct;"),
    ("an amount of data without a unit", "this aggregation is an amount of data; compare it with one such as 10_MiB",
     "auto t = count(data_received) < 10_MiB;", "auto t = count(data_received) < 1000;"),
    ("a percentile above 100", "p<N>: a percentile lies between 0 and 100",
     "auto t = p<100>(http_req_duration) < 1s;", "auto t = p<101>(http_req_duration) < 1s;"),
    ("a scenario function that takes its VU by value", "entry<F>: a scenario function is void(Vu&)",
     "void f(Vu&); Entry e = entry<f>;", "void f(int); Entry e = entry<f>;"),
    ("a setup that returns nothing", "setup<F>: a setup function returns the data of the iterations; this one returns nothing",
     "int f(Vu&); Setup s = setup<f>;", "void f(Vu&); Setup s = setup<f>;"),
    ("a VU setup that returns nothing", "vu_setup<F>: the function returns the VU's state; this one returns nothing",
     "int f(Vu&); VuSetup s = vu_setup<f>;", "void f(Vu&); VuSetup s = vu_setup<f>;"),
    ("think time without a unit", "sleep: think time is a duration such as 1s or 300ms, not a bare number",
     "void f(Vu& vu) { vu.sleep(1s); }", "void f(Vu& vu) { vu.sleep(1); }"),
    ("a time recorded without a unit", "TimeTrend::add: a time is a duration such as 300ms, not a bare number",
     'void f(Vu& vu) { TimeTrend{"t"}.add(vu, 3ms); }', 'void f(Vu& vu) { TimeTrend{"t"}.add(vu, 3); }'),
    ("a rate that is given a number", "Rate::add: a rate counts true and false; give it a bool",
     'void f(Vu& vu) { Rate{"r"}.add(vu, true); }', 'void f(Vu& vu) { Rate{"r"}.add(vu, 0.5); }'),
    ("a JSON body of a struct without fields", "JSON: this type has no K6_FIELDS list and is none of JSON's own kinds",
     "struct A { int a; }; K6_FIELDS(A, a); void f(Vu& vu) { vu.http.post({}, json(A{})); }", "struct A { int a; }; void f(Vu& vu) { vu.http.post({}, json(A{})); }"),
    ("a row of a feed without fields", "csv<Row>: the row's struct needs a K6_FIELDS list, which names the columns",
     'struct A { int a; }; K6_FIELDS(A, a); constexpr auto feed = csv<A>("a.csv");', 'struct A { int a; }; constexpr auto feed = csv<A>("a.csv");'),
    ("a check that decides nothing", "check: a predicate takes the checked value and returns true or false",
     'void f(Vu& vu, Response& r) { vu.check(r, {{"ok", [](const Response& x) { return x.ok(); }}}); }',
     'void f(Vu& vu, Response& r) { vu.check(r, {{"ok", [](const Response&) {}}}); }'),
    ("a call that wants something else", "call: the function takes nothing or a Call&",
     'constexpr Calls<"db"> db; void f(Vu& vu) { vu.call(db, "x", [](Call&) { return 1; }); }',
     'constexpr Calls<"db"> db; void f(Vu& vu) { vu.call(db, "x", [](int) { return 1; }); }'),
    ("a blocking call that returns a reference", "blocking: the function returns a value, not a reference",
     "int n; void f(Vu& vu) { vu.blocking([] { return n; }); }", "int n; void f(Vu& vu) { vu.blocking([]() -> int& { return n; }); }"),
    ("a handler that does not take messages", "listen: the handler takes a const Message&",
     "void f(WebSocket& s) { s.listen(1s, [](const Message&) {}); }", "void f(WebSocket& s) { s.listen(1s, [](int) {}); }"),
    ("a group that ends at once", "the group ends with this object",
     'void f(Vu& vu) { auto scope = vu.group("cart"); }', 'void f(Vu& vu) { vu.group("cart"); }'),
]

FLAGS = ["-std=c++20", "-Wall", "-Wextra", "-Werror", "-Wno-missing-field-initializers", "-Wno-unused-variable", "-fsyntax-only"]
PRELUDE = '#include "dsl/scenario.h"\nusing namespace k6::dsl;\nusing namespace std::chrono_literals;\n'


def main():
    root = os.path.join(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"]) if "TEST_SRCDIR" in os.environ else os.getcwd()
    work = tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR"))
    os.mkdir(f"{work}/dsl")
    compiler = os.environ.get("CXX", "g++")
    # `#pragma once` in a main file is worth a warning to it.
    made = subprocess.run([compiler, FLAGS[0], "-w", f"-I{root}", "-x", "c++-header", f"{root}/dsl/scenario.h", "-o", f"{work}/dsl/scenario.h.gch"], check=False)
    if made.returncode:
        sys.exit("FAILED: the header does not compile")

    def compile_case(code):
        source = f"{work}/case.cc"
        with open(source, "w", encoding="utf-8") as file:
            file.write(PRELUDE + code + "\n")
        got = subprocess.run([compiler, *FLAGS, "-Winvalid-pch", f"-I{work}", f"-I{root}", source], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                             env={**os.environ, "LC_ALL": "C.UTF-8"}, check=False)
        return got.returncode, got.stdout

    failures = 0
    code, output = compile_case("\n".join(f"namespace case_{number} {{ {right} }}" for number, (_, _, right, _) in enumerate(CASES)))
    if code != 0:
        failures += 1
        print(f"FAILED: a right way does not compile:\n{output}")
    for what, message, _, wrong in CASES:
        code, output = compile_case(wrong)
        errors = [line for line in output.splitlines() if re.search(r"\berror: ", line)]
        if code == 0:
            failures += 1
            print(f"FAILED: {what}: compiles")
        elif not errors or message not in errors[0]:
            failures += 1
            print(f"FAILED: {what}: the first error does not say '{message}':\n{output}")
    print(f"{len(CASES)} mistakes, {failures} failed")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
