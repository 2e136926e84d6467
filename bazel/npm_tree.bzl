"""Repository rule: the packages of a package-lock.json, for tests.

npm itself installs them (`npm ci`), so the registry, proxy and cache that npm is set up with are used, and every archive
must have the integrity that the lock file pins. No install scripts run. The lock file names no server ("resolved" is left
out): made with

    npm install --package-lock-only --omit-lockfile-registry-resolved --ignore-scripts

Each package is one label, a folder: `@npm//:node_modules/lodash`, `@npm//:node_modules/@faker-js/faker`; `@npm//:node_modules`
is all of them.
"""

_BUILD = """
package(default_visibility = ["//visibility:public"])

exports_files({folders})
"""

def _npm_tree_impl(ctx):
    npm, node = ctx.which("npm"), ctx.which("node")
    if not npm or not node:
        fail("\n\n@{} comes from npm, and npm is not installed.\n    apt-get install nodejs npm\n".format(ctx.name))

    # Copies: npm would follow a link and write beside its target.
    ctx.file("package.json", ctx.read(ctx.attr.package_json), executable = False)
    ctx.file("package-lock.json", ctx.read(ctx.attr.lock), executable = False)
    done = ctx.execute(
        [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"],
        timeout = 600,
    )
    if done.return_code != 0:
        fail("npm ci failed ({}) for @{}:\n{}{}".format(done.return_code, ctx.name, done.stdout, done.stderr))
    folders = ["node_modules"]
    for path in ctx.path("node_modules").readdir():
        if path.basename.startswith("@"):
            folders += ["node_modules/{}/{}".format(path.basename, inner.basename) for inner in path.readdir()]
        elif not path.basename.startswith("."):
            folders.append("node_modules/" + path.basename)
    ctx.file("WORKSPACE", "")
    ctx.file("BUILD.bazel", _BUILD.format(folders = repr(sorted(folders))))

npm_tree = repository_rule(
    implementation = _npm_tree_impl,
    attrs = {
        "lock": attr.label(mandatory = True, allow_single_file = True, doc = "package-lock.json"),
        "package_json": attr.label(mandatory = True, allow_single_file = True, doc = "package.json"),
    },
    environ = ["HOME", "PATH"],
)
