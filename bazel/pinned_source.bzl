"""Repository rule: a source tarball that must have the pinned SHA-256, fetched by a script of ours.

The script (tools/setup) gets it through the package manager that the machine already has and leaves it in a cache
folder; Bazel itself asks the network for nothing. A tarball with another hash is an error that names both.
"""

def _cache_folder(ctx):
    cache = ctx.os.environ.get("K6_SOURCE_CACHE")
    if cache:
        return cache
    xdg = ctx.os.environ.get("XDG_CACHE_HOME")
    if xdg:
        return xdg + "/k6-sources"
    home = ctx.os.environ.get("HOME")
    if not home:
        fail("neither K6_SOURCE_CACHE nor HOME is set: where is the source cache?")
    return home + "/.cache/k6-sources"

def _pinned_source_impl(ctx):
    cache = _cache_folder(ctx)
    tarball = ctx.path("{}/{}".format(cache, ctx.attr.file))
    if not tarball.exists:
        got = ctx.execute([ctx.path(ctx.attr.fetch), cache], timeout = 600)
        if got.return_code != 0 or not tarball.exists:
            fail("\n\n{} could not be fetched ({}):\n{}{}".format(ctx.attr.file, got.return_code, got.stdout, got.stderr))
    digest = ctx.execute(["sha256sum", str(tarball)])
    if digest.return_code != 0:
        fail("sha256sum {}: {}".format(tarball, digest.stderr))
    found = digest.stdout.split(" ")[0]
    if found != ctx.attr.sha256:
        fail("\n\n{} is not the pinned source:\n    sha256 expected {}\n    sha256 found    {}\nDelete the file and run tools/setup/setup again.\n".format(
            tarball,
            ctx.attr.sha256,
            found,
        ))
    unpacked = ctx.execute(["tar", "--extract", "--strip-components=1", "--file", str(tarball)])
    if unpacked.return_code != 0:
        fail("{} does not unpack: {}".format(tarball, unpacked.stderr))
    ctx.file("WORKSPACE", "")
    ctx.symlink(ctx.attr.build_file, "BUILD.bazel")

pinned_source = repository_rule(
    implementation = _pinned_source_impl,
    attrs = {
        "build_file": attr.label(mandatory = True, allow_single_file = True),
        "fetch": attr.label(mandatory = True, allow_single_file = True, doc = "Script: `fetch FOLDER` puts the file there."),
        "file": attr.string(mandatory = True, doc = "Name of the tarball in the cache folder."),
        "sha256": attr.string(mandatory = True),
    },
    environ = ["K6_SOURCE_CACHE", "XDG_CACHE_HOME", "HOME"],
)
