#include "tools/demo_server/form.h"

#include <algorithm>
#include <utility>

#include "tools/demo_server/field_list.h"

namespace k6::demo {
namespace {

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::string_view trim(std::string_view text) {
    std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Removes and returns what stands before `separator`, or everything.
std::string_view take_until(std::string_view& text, std::string_view separator) {
    std::size_t end = text.find(separator);
    std::string_view taken = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + separator.size());
    return taken;
}

/// Removes and returns a parameter's value: a quoted string (RFC 9110 section 5.6.4) or what stands before ";".
std::string take_parameter_value(std::string_view& text) {
    if (text.empty() || text.front() != '"') return std::string(trim(take_until(text, ";")));
    text.remove_prefix(1);
    std::string value;
    while (!text.empty() && text.front() != '"') {
        if (text.front() == '\\' && text.size() > 1) text.remove_prefix(1);
        value += text.front();
        text.remove_prefix(1);
    }
    take_until(text, ";");
    return value;
}

/// Whether what follows a boundary's text shows that it is one: "--", or spaces and a line end.
bool ends_boundary(std::string_view rest) {
    if (rest.starts_with("--")) return true;
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
    return rest.starts_with("\r\n");
}

/// Where the next delimiter begins; at 0 it may lack its leading line end. npos if there is none.
std::size_t find_delimiter(std::string_view body, std::string_view delimiter) {
    std::string_view opening = delimiter.substr(2);
    if (body.starts_with(opening) && ends_boundary(body.substr(opening.size()))) return 0;
    std::size_t at = body.find(delimiter);
    while (at != std::string_view::npos && !ends_boundary(body.substr(at + delimiter.size()))) {
        at = body.find(delimiter, at + 1);
    }
    return at;
}

Error malformed(std::string_view what) {
    return {ErrorClass::generic, "malformed multipart body: " + std::string(what)};
}

}  // namespace

std::string percent_decode(std::string_view text, bool plus) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0) {
            decoded += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
            i += 2;
        } else {
            decoded += plus && text[i] == '+' ? ' ' : text[i];
        }
    }
    return decoded;
}

std::string percent_encode(std::string_view text) {
    constexpr char kHex[] = "0123456789ABCDEF";
    constexpr std::string_view kMarks = "-._~";
    std::string encoded;
    for (char c : text) {
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                     kMarks.find(c) != std::string_view::npos;
        if (plain) {
            encoded += c;
        } else {
            auto byte = static_cast<unsigned char>(c);
            encoded += '%';
            encoded += kHex[byte >> 4];
            encoded += kHex[byte & 15];
        }
    }
    return encoded;
}

Pairs parse_pairs(std::string_view text) {
    Pairs pairs;
    while (!text.empty()) {
        std::string_view value = take_until(text, "&");
        if (value.empty()) continue;
        std::string_view name = take_until(value, "=");
        pairs.push_back({percent_decode(name, true), percent_decode(value, true)});
    }
    return pairs;
}

std::optional<std::string> find_pair(std::string_view text, std::string_view name) {
    while (!text.empty()) {
        std::string_view value = take_until(text, "&");
        std::string_view found = take_until(value, "=");
        // Names asked for are plain words: only an encoded one needs decoding to be compared.
        bool matches = found == name ||
                       (found.find_first_of("%+") != std::string_view::npos && percent_decode(found, true) == name);
        if (matches) return percent_decode(value, true);
    }
    return std::nullopt;
}

Pairs parse_cookies(std::string_view text) {
    Pairs cookies;
    while (!text.empty()) {
        std::string_view value = trim(take_until(text, ";"));
        if (value.empty()) continue;
        std::string_view name = take_until(value, "=");
        cookies.push_back({std::string(trim(name)), std::string(trim(value))});
    }
    return cookies;
}

std::optional<std::string> ParameterizedValue::find(std::string_view name) const {
    for (const Pair& parameter : parameters) {
        if (equal_ignoring_case(parameter.name, name)) return parameter.value;
    }
    return std::nullopt;
}

ParameterizedValue parse_parameterized(std::string_view text) {
    ParameterizedValue parsed;
    parsed.value = trim(take_until(text, ";"));
    std::transform(parsed.value.begin(), parsed.value.end(), parsed.value.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    while (!(text = trim(text)).empty()) {
        std::size_t end = text.find_first_of("=;");
        std::string name(trim(text.substr(0, end)));
        bool has_value = end != std::string_view::npos && text[end] == '=';
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (has_value) text = trim(text);
        std::string value = has_value ? take_parameter_value(text) : std::string();
        if (!name.empty()) parsed.parameters.push_back({std::move(name), std::move(value)});
    }
    return parsed;
}

Result<std::vector<Part>> parse_multipart(std::string_view body, std::string_view boundary) {
    // RFC 2046 section 5.1.1.
    if (boundary.empty() || boundary.size() > 70) return malformed("a boundary has 1 to 70 characters");
    std::string delimiter = "\r\n--" + std::string(boundary);
    // The first delimiter may stand at the very beginning, and one after empty content right behind the part's fields:
    // in both cases its line end is not the content's.
    std::size_t end = find_delimiter(body, delimiter);
    if (end == std::string_view::npos) return malformed("the boundary does not occur");
    std::vector<Part> parts;
    for (;;) {
        body.remove_prefix(end);
        body.remove_prefix(body.starts_with("\r\n") ? delimiter.size() : delimiter.size() - 2);
        if (body.starts_with("--")) return parts;
        take_until(body, "\r\n");
        Part part;
        part.content_type = "text/plain";
        for (;;) {
            std::size_t line_end = body.find("\r\n");
            if (line_end == std::string_view::npos) return malformed("a part's fields do not end");
            std::string_view value = take_until(body, "\r\n");
            if (value.empty()) break;
            std::string_view name = take_until(value, ":");
            if (equal_ignoring_case(name, "Content-Disposition")) {
                ParameterizedValue disposition = parse_parameterized(value);
                part.name = disposition.find("name").value_or("");
                part.filename = disposition.find("filename");
            } else if (equal_ignoring_case(name, "Content-Type")) {
                part.content_type = trim(value);
            }
        }
        end = find_delimiter(body, delimiter);
        if (end == std::string_view::npos) return malformed("the closing boundary is missing");
        part.content = body.substr(0, end);
        parts.push_back(std::move(part));
    }
}

std::string escape_html(std::string_view text) {
    std::string escaped;
    for (char c : text) {
        switch (c) {
            case '&':
                escaped += "&amp;";
                break;
            case '<':
                escaped += "&lt;";
                break;
            case '>':
                escaped += "&gt;";
                break;
            case '"':
                escaped += "&quot;";
                break;
            case '\'':
                escaped += "&#39;";
                break;
            default:
                escaped += c;
        }
    }
    return escaped;
}

}  // namespace k6::demo
