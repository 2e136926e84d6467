"""Rules for load tests in Bazel: compiled scenarios and scripts as test targets.

    load("@k6//dsl:defs.bzl", "k6_cc_scenario_test", "k6_js_test")

Under `bazel test` either runs as a smoke: the plan is validated, each scenario runs one iteration, and a failed check, an
exception or an iteration that does not end fails the test. In full, with its thresholds:

    bazel test :shop --test_arg=--full            # in the rule: full = True
    bazel run :shop_bin -- -u 50 -d 5m            # by hand, with the flags of `k6 run`

A full plan that takes longer than the target's timeout fails at once and says what it needs. With `shard_count`, each
shard runs its execution segment (of a smoke: its share of the scenarios). JUnit XML goes where Bazel wants it, and
summary.json, report.html and run.k6r (for `k6 merge`) are in the target's test.outputs.
"""

load("//bazel:defs.bzl", "k6_cc_binary")

def k6_cc_scenario_test(
        name,
        srcs,
        deps = [],
        args = [],
        data = [],
        size = "small",
        full = False,
        server = None,
        shard_count = None,
        timeout = None,
        tags = [],
        **kwargs):
    """A scenario in C++: NAME_bin runs it in full (bazel run), NAME is a test.

    Args:
      name: name of the test
      srcs: C++ files; one of them defines k6::dsl::define_test, none defines main
      deps: more libraries
      args: more arguments of the test, for example ["-e", "NAME=VALUE"]
      data: files that it reads
      size: Bazel's test size
      full: run the plan as it is, not a smoke
      server: a program that the test starts first: it prints its URLs, one a line, and the first http:// one becomes
        BASE_URL (as //tools/demo_server does); None for tests that bring their own
      shard_count: run it in so many parts
      timeout: Bazel's test timeout, if not that of the size
      tags: of the test
      **kwargs: given to the binary
    """
    k6_cc_binary(
        name = name + "_bin",
        srcs = srcs,
        data = data,
        deps = deps + [
            Label("//dsl"),
            Label("//tools/run:scenario_main"),
        ],
        **kwargs
    )
    _k6_test(
        name = name,
        program = ":" + name + "_bin",
        arguments = ["--bazel-test"] + args,
        full = full,
        server = server,
        data = data,
        size = size,
        shard_count = shard_count,
        timeout = timeout,
        tags = tags + ["scenario"],
    )

def k6_js_test(
        name,
        script,
        args = [],
        data = [],
        size = "small",
        full = False,
        server = None,
        shard_count = None,
        timeout = None,
        exit_code = 0,
        tags = []):
    """A script as a test: `k6 run ARGS SCRIPT`.

    The k6 command is built from source. `--@k6//tools/k6:program=//some:label` takes another one, such as a release.

    Args:
      name: name of the test
      script: the script's label
      args: more arguments of `k6 run`
      data: files that the script imports or opens
      size: Bazel's test size
      full: run the plan as it is, not a smoke
      server: as for k6_cc_scenario_test
      shard_count: run it in so many parts
      timeout: Bazel's test timeout, if not that of the size
      exit_code: what k6 must exit with
      tags: of the test
    """
    _k6_test(
        name = name,
        program = Label("//tools/k6:program"),
        arguments = ["run", "--bazel-test"] + args + ["$(location %s)" % script],
        full = full,
        server = server,
        data = data + [script],
        size = size,
        shard_count = shard_count,
        timeout = timeout,
        exit_code = exit_code,
        tags = tags + ["script"],
    )

def _k6_test(name, program, arguments, full, server, data, size, shard_count, timeout, tags, exit_code = 0):
    servers = [server] if server else []
    native.sh_test(
        name = name,
        srcs = [Label("//dsl:run_with_server.sh")],
        args = [
            "$(location %s)" % server if server else "-",
            str(exit_code),
            "$(location %s)" % program,
        ] + arguments + (["--full"] if full else []),
        data = data + [program] + servers,
        size = size,
        shard_count = shard_count,
        timeout = timeout,
        tags = tags,
    )
