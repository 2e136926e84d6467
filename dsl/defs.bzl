"""Rules for load tests in Bazel: compiled scenarios and scripts as test targets."""

load("//bazel:defs.bzl", "k6_cc_binary")

def k6_cc_scenario_test(name, srcs, deps = [], args = [], data = [], size = "small", server = None, tags = [], **kwargs):
    """A scenario in C++: NAME_bin runs it in full (bazel run), NAME is a test that runs one iteration of each scenario.

    Args:
      name: name of the test
      srcs: C++ files; one of them defines k6::dsl::define_test, none defines main
      deps: more libraries
      args: more arguments of the test, for example ["-e", "NAME=VALUE"]
      data: files that it reads
      size: Bazel's test size
      server: a program that the test starts first: it prints its URLs, one a line, and the first http:// one becomes
        BASE_URL (as //tools/demo_server does); None for tests that bring their own
      tags: of the test
      **kwargs: given to both
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
        program = name + "_bin",
        arguments = ["--smoke"] + args,
        server = server,
        data = data,
        size = size,
        tags = tags + ["scenario"],
    )

def k6_js_test(name, script, args = [], data = [], size = "small", server = None, exit_code = 0, tags = []):
    """A script as a test: `k6 run ARGS SCRIPT`.

    Args:
      name: name of the test
      script: the script's label
      args: more arguments of `k6 run`
      data: files that the script imports or opens
      size: Bazel's test size
      server: as for k6_cc_scenario_test
      exit_code: what k6 must exit with
      tags: of the test
    """
    _k6_test(
        name = name,
        program = Label("//tools/k6"),
        arguments = ["run"] + args + ["$(location %s)" % script],
        server = server,
        data = data + [script],
        size = size,
        exit_code = exit_code,
        tags = tags + ["script"],
    )

def _k6_test(name, program, arguments, server, data, size, tags, exit_code = 0):
    servers = [server] if server else []
    native.sh_test(
        name = name,
        srcs = [Label("//dsl:run_with_server.sh")],
        args = [
            "$(location %s)" % server if server else "-",
            str(exit_code),
            "$(location %s)" % program,
        ] + arguments,
        data = data + [program] + servers,
        size = size,
        tags = tags,
    )
