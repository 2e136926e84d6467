"""What a C++ target gives to those who use it, as plain files: for tests that call a compiler, or Bazel, themselves."""

def _cc_headers_impl(ctx):
    headers = depset(transitive = [dep[CcInfo].compilation_context.headers for dep in ctx.attr.deps])
    return [DefaultInfo(files = headers, runfiles = ctx.runfiles(transitive_files = headers))]

cc_headers = rule(
    implementation = _cc_headers_impl,
    doc = "All headers that users may include, those of the dependencies too.",
    attrs = {"deps": attr.label_list(providers = [CcInfo])},
)

def _cc_archives_impl(ctx):
    lines = []
    archives = []
    for dep in ctx.attr.deps:
        for linked in dep[CcInfo].linking_context.linker_inputs.to_list():
            for library in linked.libraries:
                archive = library.static_library or library.pic_static_library
                if archive:
                    archives.append(archive)
                    lines.append(("whole " if library.alwayslink else "archive ") + archive.short_path)
            for flag in linked.user_link_flags:
                lines.append("flag " + flag)
    manifest = ctx.actions.declare_file(ctx.label.name + ".txt")
    ctx.actions.write(manifest, "".join([line + "\n" for line in lines]))
    return [DefaultInfo(
        files = depset([manifest]),
        runfiles = ctx.runfiles(files = [manifest] + archives),
    )]

cc_archives = rule(
    implementation = _cc_archives_impl,
    doc = "NAME.txt lists what users link, in order: `archive PATH`, `whole PATH`, `flag TEXT`; the archives are its runfiles.",
    attrs = {"deps": attr.label_list(providers = [CcInfo])},
)
