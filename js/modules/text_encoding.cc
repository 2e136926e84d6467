#include "js/modules/text_encoding.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <utility>

#include "base/surrogates.h"
#include "js/builtins/array_buffer.h"
#include "js/mujs/binding.h"
#include "js/mujs/native.h"

namespace k6::js {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";

void append_utf_8(std::string& text, std::uint32_t code) {
    if (code < 0x80) {
        text += static_cast<char>(code);
    } else if (code < 0x800) {
        text += static_cast<char>(0xc0 | code >> 6);
        text += static_cast<char>(0x80 | (code & 63));
    } else if (code < 0x10000) {
        text += static_cast<char>(0xe0 | code >> 12);
        text += static_cast<char>(0x80 | (code >> 6 & 63));
        text += static_cast<char>(0x80 | (code & 63));
    } else {
        text += static_cast<char>(0xf0 | code >> 18);
        text += static_cast<char>(0x80 | (code >> 12 & 63));
        text += static_cast<char>(0x80 | (code >> 6 & 63));
        text += static_cast<char>(0x80 | (code & 63));
    }
}

/// The first sequence of `bytes`: its length, and whether it is a character, malformed, or cut off by the end. The
/// length of a malformed one is that of its maximal subpart (Unicode 3.9, as the Encoding standard has it).
struct Sequence {
    enum class Kind { character, malformed, cut_off };
    Kind kind;
    std::size_t size;
};

Sequence first_sequence(std::string_view bytes) {
    using Kind = Sequence::Kind;
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    const unsigned lead = byte(0);
    if (lead < 0x80) return {Kind::character, 1};
    const std::size_t size = lead >= 0xc2 && lead <= 0xdf   ? 2
                             : lead >= 0xe0 && lead <= 0xef ? 3
                             : lead >= 0xf0 && lead <= 0xf4 ? 4
                                                            : 0;
    if (size == 0) return {Kind::malformed, 1};
    for (std::size_t i = 1; i < size; ++i) {
        if (i == bytes.size()) return {Kind::cut_off, i};
        unsigned lowest = 0x80;
        unsigned highest = 0xbf;
        if (i == 1) {
            if (lead == 0xe0) lowest = 0xa0;
            if (lead == 0xed) highest = 0x9f;
            if (lead == 0xf0) lowest = 0x90;
            if (lead == 0xf4) highest = 0x8f;
        }
        if (byte(i) < lowest || byte(i) > highest) return {Kind::malformed, i};
    }
    return {Kind::character, size};
}

}  // namespace

std::optional<TextEncoding> text_encoding_of(std::string_view label) {
    const std::size_t begin = label.find_first_not_of(" \t\n\f\r");
    if (begin == std::string_view::npos) return {};
    label = label.substr(begin, label.find_last_not_of(" \t\n\f\r") - begin + 1);
    std::string name(label);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    static constexpr std::pair<std::string_view, TextEncoding> labels[] = {
        {"utf-8", TextEncoding::utf_8},
        {"utf8", TextEncoding::utf_8},
        {"unicode-1-1-utf-8", TextEncoding::utf_8},
        {"unicode11utf8", TextEncoding::utf_8},
        {"unicode20utf8", TextEncoding::utf_8},
        {"x-unicode20utf8", TextEncoding::utf_8},
        {"utf-16", TextEncoding::utf_16le},
        {"utf-16le", TextEncoding::utf_16le},
        {"ucs-2", TextEncoding::utf_16le},
        {"unicode", TextEncoding::utf_16le},
        {"iso-10646-ucs-2", TextEncoding::utf_16le},
        {"csunicode", TextEncoding::utf_16le},
        {"unicodefeff", TextEncoding::utf_16le},
        {"utf-16be", TextEncoding::utf_16be},
        {"unicodefffe", TextEncoding::utf_16be},
    };
    for (const auto& [known, encoding] : labels) {
        if (known == name) return encoding;
    }
    return {};
}

std::optional<std::string> TextStream::decode(std::string_view bytes, bool more) {
    std::string all = std::exchange(pending_, {});
    all += bytes;
    std::string text;
    const bool good = encoding_ == TextEncoding::utf_8 ? decode_utf_8(all, more, text) : decode_utf_16(all, more, text);
    if (!good) {
        pending_.clear();
        bom_seen_ = false;
        return {};
    }
    if (!bom_seen_ && !text.empty()) {
        bom_seen_ = true;
        if (!options_.ignore_bom && text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
    }
    if (!more) bom_seen_ = false;
    return text;
}

bool TextStream::decode_utf_8(std::string_view bytes, bool more, std::string& text) {
    while (!bytes.empty()) {
        const Sequence sequence = first_sequence(bytes);
        if (sequence.kind == Sequence::Kind::character) {
            text += bytes.substr(0, sequence.size);
        } else if (sequence.kind == Sequence::Kind::cut_off && more) {
            pending_ = bytes;
            return true;
        } else {
            if (options_.fatal) return false;
            text += replacement;
        }
        bytes.remove_prefix(sequence.size);
    }
    return true;
}

bool TextStream::decode_utf_16(std::string_view bytes, bool more, std::string& text) {
    const auto unit = [&](std::size_t at) {
        const auto first = static_cast<unsigned char>(bytes[at]);
        const auto second = static_cast<unsigned char>(bytes[at + 1]);
        return static_cast<std::uint32_t>(encoding_ == TextEncoding::utf_16le ? first | second << 8
                                                                              : first << 8 | second);
    };
    std::size_t at = 0;
    for (; at + 1 < bytes.size(); at += 2) {
        const std::uint32_t code = unit(at);
        const bool high = is_high_surrogate(code);
        if (high && at + 3 < bytes.size()) {
            const std::uint32_t low = unit(at + 2);
            if (is_low_surrogate(low)) {
                append_utf_8(text, join_surrogates(code, low));
                at += 2;
                continue;
            }
        } else if (high && more) {
            break;
        }
        if (high || is_low_surrogate(code)) {
            if (options_.fatal) return false;
            text += replacement;
        } else {
            append_utf_8(text, code);
        }
    }
    if (at == bytes.size()) return true;
    if (more) {
        pending_ = bytes.substr(at);
        return true;
    }
    if (options_.fatal) return false;
    text += replacement;
    return true;
}

namespace {

constexpr std::string_view encoding_name(TextEncoding encoding) {
    switch (encoding) {
        case TextEncoding::utf_8:
            return "utf-8";
        case TextEncoding::utf_16le:
            return "utf-16le";
        case TextEncoding::utf_16be:
            return "utf-16be";
    }
    return "utf-8";
}

constexpr Attributes fixed = Attributes::read_only | Attributes::permanent;

Value encode(Call& call) {
    const Value text = call[0];
    return uint8_array(call.state(), text.is_nullish() ? std::string() : text.to_string(call.state()));
}

// Its instances are plain objects with members of their own.
Value make_encoder(Call& call) {
    State& state = call.state();
    Value encoder = state.object();
    encoder.define("encode", state.function("encode", 1, encode), fixed);
    encoder.define("encoding", state.literal("utf-8"), fixed);
    return encoder;
}

struct TextDecoder {
    static constexpr const char* js_name = "TextDecoder";
    TextStream stream;
};

Value decode(Call& call) {
    auto& decoder = call.self<TextDecoder>();
    const Value input = call[0];
    std::string_view bytes;
    if (!input.is_undefined()) {
        const auto given = bytes_of(input);
        if (!given) throw TypeError("TextDecoder.decode: an ArrayBuffer or a view of one is expected");
        bytes = {reinterpret_cast<const char*>(given->data()), given->size()};
    }
    const Value options = call[1];
    const bool more = options.is_object() && options.get("stream").truthy();
    const auto text = decoder.stream.decode(bytes, more);
    if (!text) throw TypeError("The encoded data was not valid");
    return call.state().string(*text);
}

constexpr FunctionDefinition decoder_methods[] = {{"decode", 2, decode}};

Value make_decoder(Call& call) {
    State& state = call.state();
    const std::string label = call.has(0) ? std::string(call.text(0)) : "utf-8";
    const auto encoding = text_encoding_of(label);
    if (!encoding) throw RangeError("unsupported encoding: " + label);
    TextStream::Options options;
    if (const Value given = call[1]; given.is_object()) {
        options.fatal = given.get("fatal").truthy();
        options.ignore_bom = given.get("ignoreBOM").truthy();
    }
    Value decoder = call.native<TextDecoder>(TextStream(*encoding, options));
    decoder.define("encoding", state.string(encoding_name(*encoding)), fixed);
    decoder.define("fatal", options.fatal, fixed);
    decoder.define("ignoreBOM", options.ignore_bom, fixed);
    return decoder;
}

constexpr ClassDefinition encoder_class{.name = "TextEncoder", .length = 0, .construct = make_encoder};
constexpr ClassDefinition decoder_class{
    .name = "TextDecoder", .length = 0, .construct = make_decoder, .methods = decoder_methods};

/// Puts the class in the place of the accessor that was asked for it.
template <const ClassDefinition& definition>
Value materialise(Call& call) {
    const Value constructor = call.state().define_class(definition);
    call.state().global().define(definition.name.view(), constructor);
    return constructor;
}

template <const ClassDefinition& definition>
Value replace(Call& call) {
    call.state().global().define(definition.name.view(), call[0]);
    return {};
}

constexpr AccessorDefinition classes[] = {
    {"TextEncoder", materialise<encoder_class>, replace<encoder_class>},
    {"TextDecoder", materialise<decoder_class>, replace<decoder_class>},
};

}  // namespace

void install_text_encoding(State& state) { state.define_accessors(state.global(), classes); }

}  // namespace k6::js
