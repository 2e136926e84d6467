# Flags that tools/test and tools/quickstart give Bazel. Sourced; sets the array `bazel_flags`.
#
# Compiled files are kept between clones in a disk cache. Bazel does not look at the headers in /usr/include, so the
# cache's name has the versions of the packages they come from: an upgrade starts afresh.
_stamp=$(dpkg-query -W -f='${Package}=${Version}\n' 'lib*-dev' googletest node-llhttp 'g++-12' 2> /dev/null | sha256sum | cut -c1-16)
bazel_flags=("--disk_cache=${XDG_CACHE_HOME:-$HOME/.cache}/k6-build/$_stamp")
[[ -z ${CI:-} ]] || bazel_flags+=(--config=ci)
