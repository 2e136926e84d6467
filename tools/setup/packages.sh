# Debian 12 packages that a build, the tests and the quickstart need. Sourced by tools/setup/setup.
build_packages=(
    # Bazel 4.2.3 and the compiler (g++ 12)
    bazel-bootstrap g++ python3
    # apt's own keyring and certificates, for the pinned source of MuJS and for TLS trust
    debian-archive-keyring ca-certificates xz-utils
    # libraries: see bazel/repositories.bzl
    googletest libasio-dev libbenchmark-dev libboost-context1.81-dev libboost-json1.81-dev libboost1.81-dev
    libbrotli-dev libcpp-httplib-dev libcxxopts-dev libgumbo-dev libidn2-dev libnghttp2-dev libpcre2-dev libprotozero-dev librange-v3-dev librdkafka-dev libsnappy-dev libssl-dev libutf8proc-dev libunistring-dev
    libwslay-dev nettle-dev
    libzstd-dev node-llhttp zlib1g-dev
)

# What only the tests and benchmarks use: a load generator to compare with.
test_packages=(
    # conformance cases serve modules over TLS
    openssl
    # libraries from npm run in a VU and in Node, with the same output
    nodejs npm
    wrk
    # new connections per request, to compare with; a forward proxy
    apache2-utils tinyproxy-bin
    # servers of others that the HTTP client is tested with, and a load generator for HTTP/2
    haproxy nghttp2-client nghttp2-server nginx-light
    # a WebSocket server of others
    python3-websockets
    # a browser that looks at the HTML report
    chromium fonts-dejavu-core
    # the services that outputs are tested with
    influxdb prometheus
)
