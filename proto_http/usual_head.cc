#include "proto_http/usual_head.h"

#include <bit>
#include <cstring>

namespace k6::http {
namespace {

// Eight bytes at a time, the first one lowest. The functions below answer with the highest bit of each byte.
using Word = std::uint64_t;
static_assert(std::endian::native == std::endian::little);

constexpr Word low_bits = 0x0101010101010101;
constexpr Word high_bits = 0x8080808080808080;
constexpr Word every(unsigned char byte) { return low_bits * byte; }

Word load(const char* at) {
    Word word = 0;
    std::memcpy(&word, at, sizeof word);
    return word;
}
/// Which bytes are not below `bound` (at most 128). Exact: no byte borrows from the next one.
constexpr Word at_least(Word word, unsigned char bound) {
    return (((word | high_bits) - every(bound)) | word) & high_bits;
}
constexpr Word equal_to(Word word, unsigned char byte) { return ~at_least(word ^ every(byte), 1) & high_bits; }
/// Control characters, tab included.
constexpr Word controls(Word word) { return (~at_least(word, 0x20) & high_bits) | equal_to(word, 0x7f); }
constexpr Word letters(Word word) {
    const Word lower = word | every(0x20);
    return at_least(lower, 'a') & ~at_least(lower, 'z' + 1) & ~word & high_bits;
}
constexpr unsigned first_of(Word marks) { return static_cast<unsigned>(std::countr_zero(marks)) / 8; }

constexpr bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }
constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The first control character, or the end.
const char* find_control(const char* at, const char* end) {
    for (; end - at >= 8; at += 8) {
        if (const Word found = controls(load(at))) return at + first_of(found);
    }
    while (at != end && !is_control(*at)) ++at;
    return at;
}

/// Makes a name of letters, digits, `-` and `_` canonical in place, up to the first other character or the end.
char* make_name_canonical(char* at, const char* end) {
    bool word_begins = true;
    while (end - at >= 8) {
        const Word word = load(at);
        const Word dashes = equal_to(word, '-');
        const Word alphabetic = letters(word);
        const Word others = ~(dashes | alphabetic) & high_bits;
        const unsigned size = others == 0 ? 8 : first_of(others);
        const Word starts = (dashes << 8 | (word_begins ? Word{0x80} : 0)) & alphabetic;
        // A letter's case is its bit of 32.
        Word canonical = (word & ~(alphabetic >> 2)) | ((alphabetic & ~starts) >> 2);
        if (size < 8) {
            const Word part = (Word{1} << size * 8) - 1;
            canonical = (canonical & part) | (word & ~part);
        }
        std::memcpy(at, &canonical, sizeof canonical);
        if (size > 0) word_begins = at[size - 1] == '-';
        at += size;
        if (size < 8) {
            if (!is_digit(*at) && *at != '_') return at;
            word_begins = false;
            ++at;
        }
    }
    for (; at != end; ++at) {
        if (is_letter(*at)) {
            *at = static_cast<char>(word_begins ? *at & ~0x20 : *at | 0x20);
        } else if (!is_digit(*at) && *at != '-' && *at != '_') {
            break;
        }
        word_begins = *at == '-';
    }
    return at;
}

bool is_line_end(const char* at, const char* end) { return end - at >= 2 && at[0] == '\r' && at[1] == '\n'; }

std::optional<std::uint64_t> parse_length(std::string_view digits) {
    constexpr std::size_t most_digits = 18;
    if (digits.empty() || digits.size() > most_digits) return std::nullopt;
    std::uint64_t length = 0;
    for (char c : digits) {
        if (!is_digit(c)) return std::nullopt;
        length = length * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return length;
}

constexpr std::string_view version = "HTTP/1.1 ";

}  // namespace

std::optional<UsualHead> parse_usual_head(std::string_view bytes, const UsualHeadLimits& limits, Response& response) {
    // Up to the reason: "HTTP/1.1 200 ".
    constexpr std::size_t reason_at = version.size() + 4;
    if (bytes.size() < reason_at || !bytes.starts_with(version) || bytes[reason_at - 1] != ' ') return std::nullopt;
    int status = 0;
    for (std::size_t i = version.size(); i < reason_at - 1; ++i) {
        if (!is_digit(bytes[i])) return std::nullopt;
        status = status * 10 + (bytes[i] - '0');
    }
    if (status < 200) return std::nullopt;
    const char* const line_end = find_control(bytes.data() + reason_at, bytes.data() + bytes.size());
    const auto line_size = static_cast<std::size_t>(line_end - bytes.data());
    if (line_size == reason_at || !is_line_end(line_end, bytes.data() + bytes.size())) return std::nullopt;

    const std::string_view fields = bytes.substr(line_size + 2);
    const std::size_t fields_size = fields.find("\r\n\r\n");
    UsualHead head;
    if (fields.starts_with("\r\n")) {
        head.size = line_size + 4;
    } else if (fields_size != std::string_view::npos) {
        head.size = line_size + 2 + fields_size + 4;
    } else {
        return std::nullopt;
    }
    // More than what is counted exactly.
    if (2 * head.size > limits.max_head_size) return std::nullopt;

    std::optional<std::uint64_t> length;
    if (!fields.starts_with("\r\n")) {
        Headers& headers = response.headers;
        Headers::Block block = headers.append_block(fields.substr(0, fields_size + 2));
        char* at = block.begin;
        while (at != block.end) {
            if (headers.size() >= limits.max_headers) return std::nullopt;
            char* const name = at;
            at = make_name_canonical(at, block.end);
            const std::string_view name_text(name, static_cast<std::size_t>(at - name));
            if (name_text.empty() || *at != ':') return std::nullopt;
            ++at;
            while (*at == ' ') ++at;
            const char* const value = at;
            const char* const end = find_control(at, block.end);
            if (!is_line_end(end, block.end)) return std::nullopt;
            at += end - value + 2;
            std::string_view value_text(value, static_cast<std::size_t>(end - value));
            while (value_text.ends_with(' ')) value_text.remove_suffix(1);
            headers.add_of_block(name_text, value_text);

            switch (name_text.front()) {
                case 'C':
                    if (name_text == "Content-Length") {
                        if (length) return std::nullopt;
                        length = parse_length(value_text);
                        if (!length) return std::nullopt;
                    } else if (name_text == "Connection") {
                        if (equals_ignoring_case(value_text, "close")) {
                            head.keep_alive = false;
                        } else if (!equals_ignoring_case(value_text, "keep-alive")) {
                            return std::nullopt;
                        }
                    }
                    break;
                case 'P':
                    if (name_text == "Proxy-Connection") return std::nullopt;
                    break;
                case 'T':
                    if (name_text == "Transfer-Encoding") return std::nullopt;
                    break;
                case 'U':
                    if (name_text == "Upgrade") return std::nullopt;
                    break;
                default:
                    break;
            }
        }
    }
    // RFC 9112 section 6.3.
    const bool no_content = limits.head_request || status == 204 || status == 304;
    if (!no_content && !length) return std::nullopt;
    head.content_length = no_content ? 0 : *length;
    response.status = status;
    response.status_text.assign(bytes.data() + version.size(), line_size - version.size());
    response.protocol = Protocol::http_1_1;
    return head;
}

}  // namespace k6::http
