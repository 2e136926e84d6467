// Fuzz entry: any bytes as an HTTP/1.1 response, whole and cut in two, with the headers that clients interpret.
// However it is cut, the outcome is the same.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "proto_http/content_coding.h"
#include "proto_http/cookie_jar.h"
#include "proto_http/digest.h"
#include "proto_http/response_parser.h"

namespace {

constexpr std::size_t max_body = 1 << 16;

struct Outcome {
    k6::http::Response response;
    bool complete = false;
    bool keep_alive = false;
    std::string failure;
};

void parse(std::string_view bytes, std::size_t cut, Outcome& outcome) {
    k6::http::ResponseParser parser;
    parser.start({.max_head_size = 4096, .max_headers = 32, .max_body_size = max_body}, outcome.response);
    std::size_t taken = parser.feed(bytes.substr(0, cut));
    if (taken > cut) std::abort();
    if (!parser.done()) taken = parser.feed(bytes.substr(cut));
    parser.end_of_input();
    if (!parser.done()) std::abort();
    outcome.complete = parser.complete();
    outcome.keep_alive = parser.keep_alive();
    outcome.failure = parser.failure();
}

void require_equal(const Outcome& a, const Outcome& b) {
    if (a.complete != b.complete) std::abort();
    if (a.complete && (a.keep_alive != b.keep_alive || a.response.status != b.response.status ||
                       a.response.status_text != b.response.status_text || a.response.headers != b.response.headers ||
                       a.response.body != b.response.body)) {
        std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::size_t cut = data[0] * size / 256;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);

    Outcome whole;
    parse(bytes, bytes.size(), whole);
    Outcome halves;
    parse(bytes, std::min(cut, bytes.size()), halves);
    // Never the short way through a usual head.
    Outcome pieces;
    parse(bytes, std::min<std::size_t>(1, bytes.size()), pieces);
    if (whole.response.body.size() > max_body) std::abort();
    require_equal(whole, halves);
    require_equal(whole, pieces);

    static const k6::http::Url url = k6::http::Url::parse("http://h.test/a/b").value();
    k6::http::CookieJar jar;
    jar.store_response(url, whole.response.headers, k6::WallTime{});
    std::string cookies;
    jar.append_header(url, k6::WallTime{}, {}, cookies);
    if (cookies.find_first_of("\r\n") != std::string::npos) std::abort();
    for (const auto& field : whole.response.headers) (void)k6::http::parse_digest_challenge(field.value);
    (void)k6::http::decode_content("gzip, br", whole.response.body, max_body);
    return 0;
}
