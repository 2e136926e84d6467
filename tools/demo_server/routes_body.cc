// Routes for bodies of all kinds: sizes, codings, ranges, streams, delays.
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <memory>

#include "tools/demo_server/content_encoding.h"
#include "tools/demo_server/json.h"
#include "tools/demo_server/pseudo_random.h"
#include "tools/demo_server/route.h"

namespace k6::demo {
namespace {

namespace json = boost::json;

constexpr std::uint64_t kMostBytes = 1024ULL * 1024 * 1024;
/// Larger bodies are made piece by piece while they are sent.
constexpr std::uint64_t kMostBytesAtOnce = 256 * 1024;
constexpr std::uint64_t kPieceSize = 64 * 1024;
constexpr std::uint64_t kMostLines = 1'000'000;
/// Encoded bodies are made in memory.
constexpr std::uint64_t kMostEncodedBytes = 64 * 1024 * 1024;
constexpr double kLongestDelay = 300;

Response bad_request(const Error& error) { return Response::error(400, error.message); }

std::chrono::nanoseconds seconds(double count) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(count));
}

/// Pieces of at most `piece_size` bytes, `total` in all.
ChunkSource random_source(std::uint64_t seed, std::uint64_t total, std::uint64_t piece_size) {
    return [bytes = PseudoRandomBytes(seed), left = total, piece_size]() mutable {
        std::uint64_t size = std::min(left, piece_size);
        left -= size;
        return Chunk{.data = bytes.take(size), .wait = {}, .last = left == 0};
    };
}

Response bytes(const Call& call) {
    auto size = call.segment_number(0, 0, kMostBytes);
    auto seed = call.argument_number("seed", 0, 0, UINT64_MAX);
    if (!size) return bad_request(size.error());
    if (!seed) return bad_request(seed.error());
    if (*size <= kMostBytesAtOnce) {
        return Response::text("application/octet-stream", PseudoRandomBytes(*seed).take(*size));
    }
    Response response = Response::text("application/octet-stream", {});
    response.source = random_source(*seed, *size, kPieceSize);
    response.declared_length = *size;
    return response;
}

Response stream_bytes(const Call& call) {
    auto size = call.segment_number(0, 0, kMostBytes);
    auto seed = call.argument_number("seed", 0, 0, UINT64_MAX);
    auto piece_size = call.argument_number("chunk_size", 10 * 1024, 1, kPieceSize);
    if (!size) return bad_request(size.error());
    if (!seed) return bad_request(seed.error());
    if (!piece_size) return bad_request(piece_size.error());
    Response response = Response::text("application/octet-stream", {});
    response.source = random_source(*seed, *size, *piece_size);
    return response;
}

/// Bytes `first` to `last` of the alphabet, over and over.
std::string alphabet(std::uint64_t first, std::uint64_t last) {
    std::string text;
    text.reserve(last - first + 1);
    for (std::uint64_t i = first; i <= last; ++i) text += static_cast<char>('a' + i % 26);
    return text;
}

/// What a Range field asks for of a `size`-byte body (RFC 9110 section 14.1.2).
struct ByteRange {
    enum class Kind { whole, part, unsatisfiable };
    Kind kind = Kind::whole;
    std::uint64_t first = 0;
    std::uint64_t last = 0;
};

/// A field with several ranges, another unit or a mistake is ignored, as the RFC allows.
ByteRange parse_range(std::string_view field, std::uint64_t size) {
    constexpr std::string_view kUnit = "bytes=";
    if (!field.starts_with(kUnit)) return {};
    field.remove_prefix(kUnit.size());
    std::size_t dash = field.find('-');
    if (dash == std::string_view::npos || field.find(',') != std::string_view::npos) return {};
    auto number = [](std::string_view text) -> std::optional<std::uint64_t> {
        constexpr std::size_t kMostDigits = 18;
        if (text.empty() || text.size() > kMostDigits) return std::nullopt;
        std::uint64_t value = 0;
        for (char c : text) {
            if (c < '0' || c > '9') return std::nullopt;
            value = value * 10 + static_cast<std::uint64_t>(c - '0');
        }
        return value;
    };
    auto first = number(field.substr(0, dash));
    auto last = number(field.substr(dash + 1));
    if (dash == 0) {
        // The last so many bytes.
        if (!last) return {};
        std::uint64_t count = std::min(*last, size);
        return {count > 0 ? ByteRange::Kind::part : ByteRange::Kind::unsatisfiable, size - count, size - 1};
    }
    bool open_ended = dash + 1 == field.size();
    if (!first || (!last && !open_ended) || (last && *last < *first)) return {};
    return {*first < size ? ByteRange::Kind::part : ByteRange::Kind::unsatisfiable, *first,
            std::min(last.value_or(size - 1), size - 1)};
}

Response range(const Call& call) {
    constexpr std::uint64_t kMostRangeBytes = 16 * 1024 * 1024;
    auto size = call.segment_number(0, 1, kMostRangeBytes);
    if (!size) return bad_request(size.error());
    std::string total = std::to_string(*size);
    auto field = call.request().fields.find("Range");
    ByteRange asked = parse_range(field.value_or(""), *size);
    Response response = Response::text("application/octet-stream", {});
    response.fields.add("Accept-Ranges", "bytes");
    response.fields.add("ETag", "\"range" + total + "\"");
    if (asked.kind == ByteRange::Kind::whole) {
        response.body = alphabet(0, *size - 1);
    } else if (asked.kind == ByteRange::Kind::unsatisfiable) {
        response.status = 416;
        response.fields.add("Content-Range", "bytes */" + total);
    } else {
        response.status = 206;
        response.body = alphabet(asked.first, asked.last);
        response.fields.add("Content-Range",
                            "bytes " + std::to_string(asked.first) + "-" + std::to_string(asked.last) + "/" + total);
    }
    return response;
}

Response stream(const Call& call) {
    auto count = call.segment_number(0, 0, kMostLines);
    if (!count) return bad_request(count.error());
    const Request& request = call.request();
    json::object line{
        {"id", 0},
        {"url", json_url(request)},
        {"args", json_pairs(parse_pairs(request.query()))},
        {"headers", json_headers(request)},
        {"origin", request.origin},
    };
    Response response = Response::text("application/json", {});
    response.source = [line = std::move(line), next = std::uint64_t{0}, count = *count]() mutable {
        if (count == 0) return Chunk{.data = {}, .wait = {}, .last = true};
        line["id"] = next++;
        return Chunk{.data = json::serialize(line) + "\n", .wait = {}, .last = next == count};
    };
    return response;
}

Response drip(const Call& call) {
    constexpr std::uint64_t kMostDrops = 10 * 1024 * 1024;
    auto duration = call.argument_decimal("duration", 2, 0, kLongestDelay);
    auto delay = call.argument_decimal("delay", 0, 0, kLongestDelay);
    auto count = call.argument_number("numbytes", 10, 1, kMostDrops);
    auto code = call.argument_number("code", 200, 200, 599);
    if (!duration) return bad_request(duration.error());
    if (!delay) return bad_request(delay.error());
    if (!count) return bad_request(count.error());
    if (!code) return bad_request(code.error());
    Response response = Response::text("application/octet-stream", {}, static_cast<int>(*code));
    response.delay = seconds(*delay);
    response.declared_length = *count;
    // The first byte comes at once, the others evenly spread.
    response.source = [wait = seconds(*duration / static_cast<double>(*count)), left = *count,
                       is_first = true]() mutable {
        --left;
        return Chunk{
            .data = "*", .wait = std::exchange(is_first, false) ? std::chrono::nanoseconds() : wait, .last = left == 0};
    };
    return response;
}

json::object request_summary(const Call& call) {
    const Request& request = call.request();
    return {
        {"method", request.method},
        {"url", json_url(request)},
        {"args", json_pairs(parse_pairs(request.query()))},
        {"headers", json_headers(request)},
        {"origin", request.origin},
    };
}

Response delayed(const Call& call, std::chrono::nanoseconds delay) {
    Response response = json_response(request_summary(call));
    response.delay = delay;
    return response;
}

Response delay(const Call& call) {
    auto count = call.segment_decimal(0, 0, kLongestDelay);
    if (!count) return bad_request(count.error());
    return delayed(call, seconds(*count));
}

Response slow(const Call& call) {
    auto count = call.argument_decimal("ms", 0, 0, kLongestDelay * 1000);
    if (!count) return bad_request(count.error());
    return delayed(call, seconds(*count / 1000));
}

/// One coding after the other, the first being the innermost.
Response encoded_body(std::string_view content_type, std::string body, std::string_view codings) {
    std::string names;
    while (!codings.empty()) {
        std::string_view coding = codings.substr(0, codings.find(','));
        codings.remove_prefix(std::min(coding.size() + 1, codings.size()));
        auto encoded = encode_content(coding, body);
        if (!encoded) return bad_request(encoded.error());
        body = std::move(*encoded);
        names.append(names.empty() ? "" : ", ").append(coding_name(coding));
    }
    Response response = Response::text(content_type, std::move(body));
    if (!names.empty()) response.fields.add("Content-Encoding", names);
    return response;
}

Response marked_encoding(const Call& call, std::string_view mark, std::string_view coding) {
    json::object body = request_summary(call);
    body[mark] = true;
    return encoded_body("application/json", json::serialize(body) + "\n", coding);
}

Response gzip(const Call& call) { return marked_encoding(call, "gzipped", "gzip"); }
Response deflate(const Call& call) { return marked_encoding(call, "deflated", "deflate"); }
Response br(const Call& call) { return marked_encoding(call, "brotli", "br"); }
Response zstd(const Call& call) { return marked_encoding(call, "zstd", "zstd"); }

Response encoded(const Call& call) {
    constexpr std::size_t kMostCodings = 8;
    std::string codings = call.argument("as").value_or("gzip");
    auto size = call.argument_number("size", 0, 0, kMostEncodedBytes);
    if (!size) return bad_request(size.error());
    if (static_cast<std::size_t>(std::count(codings.begin(), codings.end(), ',')) >= kMostCodings) {
        return Response::error(400, "at most 8 codings");
    }
    if (*size > 0) return encoded_body("text/plain", std::string(*size, 'a'), codings);
    json::object body = request_summary(call);
    body["encoded"] = json_text(codings);
    return encoded_body("application/json", json::serialize(body) + "\n", codings);
}

constexpr Route kRoutes[] = {
    {"/bytes", kGet, 1, 1, bytes, "/bytes/1024?seed=7", "N pseudo-random bytes, the same for the same seed"},
    {"/range", kGet, 1, 1, range, "/range/26", "N bytes, or the Range of them asked for"},
    {"/stream", kGet, 1, 1, stream, "/stream/3", "N lines of JSON, chunked"},
    {"/stream-bytes", kGet, 1, 1, stream_bytes, "/stream-bytes/100?chunk_size=10", "N bytes, chunked"},
    {"/drip", kGet, 0, 0, drip, "/drip?duration=0.01&numbytes=5&delay=0", "bytes spread over time"},
    {"/delay", kAnyMethod, 1, 1, delay, "/delay/0.01", "answers after that many seconds"},
    {"/slow", kAnyMethod, 0, 0, slow, "/slow?ms=10", "answers after that many milliseconds"},
    {"/gzip", kGet, 0, 0, gzip, "/gzip", "a body in gzip"},
    {"/deflate", kGet, 0, 0, deflate, "/deflate", "a body in deflate"},
    {"/br", kGet, 0, 0, br, "/br", "a body in Brotli"},
    {"/zstd", kGet, 0, 0, zstd, "/zstd", "a body in Zstandard"},
    {"/encoded", kGet, 0, 0, encoded, "/encoded?as=gzip,br&size=1000", "a body in several codings, of any size"},
};

}  // namespace

std::span<const Route> body_routes() { return kRoutes; }

}  // namespace k6::demo
