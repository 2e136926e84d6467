"""Repository rule for a library that the operating system's packages provide.

The BUILD file in `build_file` holds cc_library targets with only linkopts (and
defines): headers in /usr/include are found through the compiler's own include path,
which Bazel's auto-configured C++ toolchain allows without declaring them, sandboxed
or not, and without staging thousands of Boost headers into every sandbox.

What the rule adds over new_local_repository is the check that the headers are there,
with the name of the package to install when they are not, at the moment (and only if)
some target needs the library. Elsewhere than Debian, put the include and library
folders in user.bazelrc as build --copt=-isystem/opt/x/include --linkopt=-L/opt/x/lib
and set K6_SYSLIBS_PREFIX=/opt/x for this check.
"""

def _need(ctx, what, found):
    if not found:
        fail("\n\n'{}' is not installed: no {}.\n    apt-get install {}\n".format(ctx.name, what, " ".join(ctx.attr.apt)))

def _system_library_impl(ctx):
    extra = ctx.os.environ.get("K6_SYSLIBS_PREFIX", "")
    prefixes = ([extra] if extra else []) + ["/usr", "/usr/local"]
    for header in ctx.attr.headers:
        found = [p for p in prefixes if ctx.path(p + "/include/" + header).exists]
        _need(ctx, "include/{} under {}".format(header, " or ".join(prefixes)), found)
    ctx.file("WORKSPACE", "")
    ctx.symlink(ctx.attr.build_file, "BUILD.bazel")

system_library = repository_rule(
    implementation = _system_library_impl,
    attrs = {
        "apt": attr.string_list(mandatory = True, doc = "Debian packages that provide it, for the error message."),
        "build_file": attr.label(mandatory = True, allow_single_file = True),
        "headers": attr.string_list(mandatory = True, doc = "Files that must exist under <prefix>/include."),
    },
    environ = ["K6_SYSLIBS_PREFIX"],
    local = True,  # checked again whenever a Bazel server starts
)

def _system_sources_impl(ctx):
    root = ctx.path(ctx.attr.path)
    _need(ctx, ctx.attr.path, root.exists)
    for folder in [ctx.attr.path] + ctx.attr.extra:
        for child in ctx.path(folder).readdir():
            ctx.symlink(child, child.basename)
    ctx.file("WORKSPACE", "")
    ctx.symlink(ctx.attr.build_file, "BUILD.bazel")

system_sources = repository_rule(
    doc = "Sources that a package puts on the machine, to build with our flags; new_local_repository with a hint.",
    implementation = _system_sources_impl,
    attrs = {
        "apt": attr.string_list(mandatory = True),
        "build_file": attr.label(mandatory = True, allow_single_file = True),
        "extra": attr.string_list(doc = "More folders of the same package whose files join those of path."),
        "path": attr.string(mandatory = True),
    },
    local = True,
)
