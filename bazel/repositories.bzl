"""External repositories: system libraries, and sources that are built with our own flags. None is downloaded by Bazel."""

load("//bazel:npm_tree.bzl", "npm_tree")
load("//bazel:offline_repos.bzl", "offline_repos")
load("//bazel:pinned_source.bzl", "pinned_source")
load("//bazel:system_library.bzl", "system_library", "system_sources")

def k6_repositories():
    """Declares every repository; one that no built target needs is not looked for."""
    offline_repos()
    system_library(name = "asio", headers = ["asio.hpp"], apt = ["libasio-dev"], build_file = "@k6//third_party:asio.BUILD")
    system_library(name = "openssl", headers = ["openssl/ssl.h"], apt = ["libssl-dev"], build_file = "@k6//third_party:openssl.BUILD")
    system_library(name = "nghttp2", headers = ["nghttp2/nghttp2.h"], apt = ["libnghttp2-dev"], build_file = "@k6//third_party:nghttp2.BUILD")
    system_library(
        name = "boost",
        headers = ["boost/json.hpp", "boost/context/fiber.hpp"],
        apt = ["libboost1.81-dev", "libboost-json1.81-dev", "libboost-context1.81-dev"],
        build_file = "@k6//third_party:boost.BUILD",
    )
    system_library(name = "idn2", headers = ["idn2.h"], apt = ["libidn2-dev", "libunistring-dev"], build_file = "@k6//third_party:idn2.BUILD")
    system_library(name = "nettle", headers = ["nettle/md4.h"], apt = ["nettle-dev"], build_file = "@k6//third_party:nettle.BUILD")
    system_library(name = "range_v3", headers = ["range/v3/all.hpp"], apt = ["librange-v3-dev"], build_file = "@k6//third_party:range_v3.BUILD")
    system_library(name = "cpp_httplib", headers = ["httplib.h"], apt = ["libcpp-httplib-dev"], build_file = "@k6//third_party:cpp_httplib.BUILD")
    system_library(name = "cxxopts", headers = ["cxxopts.hpp"], apt = ["libcxxopts-dev"], build_file = "@k6//third_party:cxxopts.BUILD")
    system_library(name = "google_benchmark", headers = ["benchmark/benchmark.h"], apt = ["libbenchmark-dev"], build_file = "@k6//third_party:google_benchmark.BUILD")
    system_library(name = "protozero", headers = ["protozero/pbf_writer.hpp"], apt = ["libprotozero-dev"], build_file = "@k6//third_party:protozero.BUILD")
    system_library(name = "rdkafka", headers = ["librdkafka/rdkafka.h"], apt = ["librdkafka-dev"], build_file = "@k6//third_party:rdkafka.BUILD")
    system_library(name = "snappy", headers = ["snappy-c.h"], apt = ["libsnappy-dev"], build_file = "@k6//third_party:snappy.BUILD")
    system_library(name = "zlib", headers = ["zlib.h"], apt = ["zlib1g-dev"], build_file = "@k6//third_party:zlib.BUILD")
    system_library(name = "brotli", headers = ["brotli/decode.h"], apt = ["libbrotli-dev"], build_file = "@k6//third_party:brotli.BUILD")
    system_library(name = "zstd", headers = ["zstd.h"], apt = ["libzstd-dev"], build_file = "@k6//third_party:zstd.BUILD")
    system_library(name = "wslay", headers = ["wslay/wslay.h"], apt = ["libwslay-dev"], build_file = "@k6//third_party:wslay.BUILD")
    system_library(name = "gumbo", headers = ["gumbo.h"], apt = ["libgumbo-dev"], build_file = "@k6//third_party:gumbo.BUILD")
    system_library(name = "pcre2", headers = ["pcre2.h"], apt = ["libpcre2-dev"], build_file = "@k6//third_party:pcre2.BUILD")
    system_library(name = "utf8proc", headers = ["utf8proc.h"], apt = ["libutf8proc-dev"], build_file = "@k6//third_party:utf8proc.BUILD")
    system_sources(name = "googletest", path = "/usr/src/googletest", apt = ["googletest"], build_file = "@k6//third_party:googletest.BUILD")
    system_sources(
        name = "llhttp",
        path = "/usr/share/llhttp",
        extra = ["/usr/share/include/llhttp"],
        apt = ["node-llhttp"],
        build_file = "@k6//third_party:llhttp.BUILD",
    )

    # The upstream tarball of Debian's source package `mujs`, fetched by tools/setup/fetch_mujs.
    pinned_source(
        name = "mujs",
        file = "mujs_1.3.6.orig.tar.xz",
        sha256 = "d52501cd9539e37ef95e8494323da25c7d10d3738cd95757cf71d248447dafa9",
        fetch = "@k6//tools/setup:fetch_mujs",
        build_file = "@k6//third_party:mujs.BUILD",
    )

    # What tests use from npm, and nothing else does.
    npm_tree(
        name = "npm",
        package_json = "@k6//third_party/npm:package.json",
        lock = "@k6//third_party/npm:package-lock.json",
    )
