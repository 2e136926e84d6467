#include "proto_http/content_coding.h"

#include <brotli/decode.h>
#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <utility>

namespace k6::http {
namespace {

constexpr std::array<std::pair<std::string_view, ContentCoding>, 4> names{{
    {"gzip", ContentCoding::gzip},
    {"deflate", ContentCoding::deflate},
    {"br", ContentCoding::br},
    {"zstd", ContentCoding::zstd},
}};

constexpr std::size_t step = std::size_t{1} << 16;

Error failure(std::string message) { return Error{ErrorClass::generic, std::move(message)}; }
Error too_large(std::size_t limit) {
    return failure("the decompressed body is larger than " + std::to_string(limit) + " bytes");
}

/// Makes room for one more step of output behind `used` bytes, within one byte more than the limit: that byte proves an
/// excess.
std::size_t grow(std::string& out, std::size_t used, std::size_t limit) {
    const std::size_t most = limit == std::numeric_limits<std::size_t>::max() ? limit : limit + 1;
    if (out.size() - used < step / 2) out.resize(std::min(most, std::max(used + step, used * 2)));
    return out.size() - used;
}

unsigned clamp_to_uint(std::size_t size) {
    return static_cast<unsigned>(std::min<std::size_t>(size, std::numeric_limits<unsigned>::max()));
}

Result<std::string> inflate_body(std::string_view in, int window_bits, bool members, std::size_t limit,
                                 std::string_view what) {
    z_stream stream{};
    if (inflateInit2(&stream, window_bits) != Z_OK) return failure(std::string(what) + ": out of memory");
    const std::unique_ptr<z_stream, decltype(&inflateEnd)> guard(&stream, &inflateEnd);

    std::string out;
    std::size_t used = 0;
    while (true) {
        const std::size_t room = grow(out, used, limit);
        stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
        stream.avail_in = clamp_to_uint(in.size());
        stream.next_out = reinterpret_cast<Bytef*>(out.data() + used);
        stream.avail_out = clamp_to_uint(room);
        const unsigned in_before = stream.avail_in;
        const unsigned out_before = stream.avail_out;
        const int status = inflate(&stream, Z_NO_FLUSH);
        in.remove_prefix(in_before - stream.avail_in);
        used += out_before - stream.avail_out;
        if (used > limit) return too_large(limit);
        if (status == Z_STREAM_END) {
            if (!members || in.empty()) break;
            // RFC 1952 section 2.2: a gzip file is a series of members.
            if (inflateReset(&stream) != Z_OK) return failure(std::string(what) + ": out of memory");
            continue;
        }
        if (status == Z_BUF_ERROR || (status == Z_OK && in.empty() && stream.avail_out != 0)) {
            if (in.empty() && stream.avail_out != 0) return failure("unexpected EOF");
            continue;
        }
        if (status != Z_OK) {
            return failure(std::string(what) + ": " + (stream.msg != nullptr ? stream.msg : "invalid data"));
        }
    }
    out.resize(used);
    return out;
}

Result<std::string> decode_brotli(std::string_view in, std::size_t limit) {
    const std::unique_ptr<BrotliDecoderState, decltype(&BrotliDecoderDestroyInstance)> state(
        BrotliDecoderCreateInstance(nullptr, nullptr, nullptr), &BrotliDecoderDestroyInstance);
    if (!state) return failure("brotli: out of memory");
    std::string out;
    std::size_t used = 0;
    std::size_t in_size = in.size();
    const auto* next_in = reinterpret_cast<const std::uint8_t*>(in.data());
    while (true) {
        std::size_t room = grow(out, used, limit);
        const std::size_t room_before = room;
        auto* next_out = reinterpret_cast<std::uint8_t*>(out.data() + used);
        const BrotliDecoderResult status =
            BrotliDecoderDecompressStream(state.get(), &in_size, &next_in, &room, &next_out, nullptr);
        used += room_before - room;
        if (used > limit) return too_large(limit);
        if (status == BROTLI_DECODER_RESULT_SUCCESS) break;
        if (status == BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT) return failure("unexpected EOF");
        if (status == BROTLI_DECODER_RESULT_ERROR) {
            return failure("brotli: " + std::string(BrotliDecoderErrorString(BrotliDecoderGetErrorCode(state.get()))));
        }
    }
    if (in_size != 0) return failure("brotli: excessive input");
    out.resize(used);
    return out;
}

Result<std::string> decode_zstd(std::string_view in, std::size_t limit) {
    const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(), &ZSTD_freeDCtx);
    if (!context) return failure("zstd: out of memory");
    // RFC 9659: windows of at most 8 MB.
    ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, 23);
    std::string out;
    std::size_t used = 0;
    ZSTD_inBuffer input{in.data(), in.size(), 0};
    while (true) {
        ZSTD_outBuffer output{out.data() + used, grow(out, used, limit), 0};
        output.dst = out.data() + used;
        const std::size_t status = ZSTD_decompressStream(context.get(), &output, &input);
        used += output.pos;
        if (ZSTD_isError(status) != 0) return failure("zstd: " + std::string(ZSTD_getErrorName(status)));
        if (used > limit) return too_large(limit);
        if (input.pos == input.size) {
            if (status == 0) break;
            if (output.pos < output.size) return failure("unexpected EOF");
        }
    }
    out.resize(used);
    return out;
}

Result<std::string> decode_one(ContentCoding coding, std::string_view in, std::size_t limit) {
    switch (coding) {
        case ContentCoding::gzip:
            return inflate_body(in, 15 + 16, true, limit, "gzip");
        case ContentCoding::deflate:
            return inflate_body(in, 15, false, limit, "zlib");
        case ContentCoding::br:
            return decode_brotli(in, limit);
        case ContentCoding::zstd:
            return decode_zstd(in, limit);
    }
    return failure("unknown coding");
}

Result<std::string> deflate_body(std::string_view body, int window_bits) {
    z_stream stream{};
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        return failure("deflate: out of memory");
    }
    const std::unique_ptr<z_stream, decltype(&deflateEnd)> guard(&stream, &deflateEnd);
    std::string out;
    std::size_t used = 0;
    int status = Z_OK;
    while (status != Z_STREAM_END) {
        const std::size_t room = grow(out, used, std::numeric_limits<std::size_t>::max());
        stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
        stream.avail_in = clamp_to_uint(body.size());
        stream.next_out = reinterpret_cast<Bytef*>(out.data() + used);
        stream.avail_out = clamp_to_uint(room);
        const unsigned in_before = stream.avail_in;
        const unsigned out_before = stream.avail_out;
        status = deflate(&stream, stream.avail_in == body.size() ? Z_FINISH : Z_NO_FLUSH);
        body.remove_prefix(in_before - stream.avail_in);
        used += out_before - stream.avail_out;
        if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) return failure("deflate failed");
    }
    out.resize(used);
    return out;
}

}  // namespace

std::string_view to_string(ContentCoding coding) {
    for (const auto& [name, value] : names) {
        if (value == coding) return name;
    }
    return "";
}

std::optional<ContentCoding> content_coding_of(std::string_view name) {
    for (const auto& [known, value] : names) {
        if (known == name) return value;
    }
    return std::nullopt;
}

Result<std::string> decode_content(std::string_view content_encoding, std::string body, std::size_t limit) {
    // A response without content, as of HEAD, has nothing to decode.
    if (body.empty()) return body;
    while (!content_encoding.empty()) {
        const std::size_t comma = content_encoding.rfind(',');
        std::string_view name = content_encoding.substr(comma == std::string_view::npos ? 0 : comma + 1);
        content_encoding = content_encoding.substr(0, comma == std::string_view::npos ? 0 : comma);
        while (!name.empty() && (name.front() == ' ' || name.front() == '\t')) name.remove_prefix(1);
        while (!name.empty() && (name.back() == ' ' || name.back() == '\t')) name.remove_suffix(1);
        const auto coding = content_coding_of(name);
        if (!coding) continue;
        auto decoded = decode_one(*coding, body, limit);
        if (!decoded) return decoded;
        body = std::move(*decoded);
    }
    return body;
}

Result<std::string> encode_content(ContentCoding coding, std::string_view body) {
    switch (coding) {
        case ContentCoding::gzip:
            return deflate_body(body, 15 + 16);
        case ContentCoding::deflate:
            return deflate_body(body, 15);
        case ContentCoding::br: {
            std::size_t size = BrotliEncoderMaxCompressedSize(body.size());
            if (size == 0) return failure("brotli: the body is too large");
            std::string out(size, '\0');
            if (BrotliEncoderCompress(6, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_GENERIC, body.size(),
                                      reinterpret_cast<const std::uint8_t*>(body.data()), &size,
                                      reinterpret_cast<std::uint8_t*>(out.data())) == BROTLI_FALSE) {
                return failure("brotli: compression failed");
            }
            out.resize(size);
            return out;
        }
        case ContentCoding::zstd: {
            std::string out(ZSTD_compressBound(body.size()), '\0');
            const std::size_t size =
                ZSTD_compress(out.data(), out.size(), body.data(), body.size(), ZSTD_CLEVEL_DEFAULT);
            if (ZSTD_isError(size) != 0) return failure("zstd: " + std::string(ZSTD_getErrorName(size)));
            out.resize(size);
            return out;
        }
    }
    return failure("unknown coding");
}

Result<std::string> encode_content(std::span<const ContentCoding> codings, std::string_view body) {
    std::string out(body);
    for (ContentCoding coding : codings) {
        auto encoded = encode_content(coding, out);
        if (!encoded) return encoded;
        out = std::move(*encoded);
    }
    return out;
}

Result<std::vector<ContentCoding>> parse_content_codings(std::string_view list) {
    std::vector<ContentCoding> codings;
    while (!list.empty()) {
        const std::size_t comma = list.find(',');
        std::string_view name = list.substr(0, comma);
        list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
        while (!name.empty() && (name.front() == ' ' || name.front() == '\t')) name.remove_prefix(1);
        while (!name.empty() && (name.back() == ' ' || name.back() == '\t')) name.remove_suffix(1);
        if (name.empty()) continue;
        const auto coding = content_coding_of(name);
        if (!coding) {
            return failure("unknown compression algorithm " + std::string(name) +
                           ", supported algorithms are [gzip deflate br zstd]");
        }
        codings.push_back(*coding);
    }
    return codings;
}

std::string to_string(std::span<const ContentCoding> codings) {
    std::string out;
    for (ContentCoding coding : codings) {
        if (!out.empty()) out += ", ";
        out += to_string(coding);
    }
    return out;
}

}  // namespace k6::http
