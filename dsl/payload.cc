#include "dsl/payload.h"

#include <algorithm>
#include <cstdint>
#include <span>

#include "base/random.h"

namespace k6::dsl {
namespace {

/// WHATWG's application/x-www-form-urlencoded serialiser.
void append_form_escaped(std::string& out, std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                           c == '_' || c == '.' || c == '~';
        if (plain) {
            out += c;
        } else if (c == ' ') {
            out += '+';
        } else {
            out += '%';
            out += digits[byte >> 4U];
            out += digits[byte & 15U];
        }
    }
}

void append_pair(std::string& out, std::string_view name, std::string_view value) {
    if (!out.empty()) out += '&';
    append_form_escaped(out, name);
    out += '=';
    append_form_escaped(out, value);
}

/// A parameter of Content-Disposition, as RFC 7578 section 4.2 and browsers write it.
void append_parameter(std::string& out, std::string_view name, std::string_view value) {
    out += "; ";
    out += name;
    out += "=\"";
    for (const char c : value) {
        switch (c) {
            case '"':
                out += "%22";
                break;
            case '\r':
                out += "%0D";
                break;
            case '\n':
                out += "%0A";
                break;
            default:
                out += c;
        }
    }
    out += '"';
}

/// A line of 60 digits that no part holds. The same parts have the same one, so that runs can be compared.
std::string boundary_for(std::span<const Part> parts) {
    std::uint64_t seed = 0xCBF29CE484222325;
    for (const Part& part : parts) {
        for (const std::string_view text : {part.name, part.file_name}) {
            for (const char c : text) seed = (seed ^ static_cast<unsigned char>(c)) * 0x100000001B3;
        }
        seed ^= part.bytes.size();
    }
    constexpr std::string_view digits = "0123456789abcdef";
    RandomSource random(seed);
    while (true) {
        std::string boundary;
        while (boundary.size() < 60) boundary += digits[random() & 15U];
        const bool taken = std::any_of(parts.begin(), parts.end(), [&](const Part& part) {
            return part.bytes.find(boundary) != std::string_view::npos;
        });
        if (!taken) return boundary;
    }
}

}  // namespace

std::string url_escape(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           std::string_view("-_.!~*'()").find(c) != std::string_view::npos;
        if (plain) {
            out += c;
        } else {
            out += '%';
            out += digits[byte >> 4U];
            out += digits[byte & 15U];
        }
    }
    return out;
}

Payload form(std::initializer_list<FormField> fields) {
    std::string out;
    for (const FormField& field : fields) append_pair(out, field.name, field.value);
    return {std::move(out), "application/x-www-form-urlencoded"};
}

Payload form(const std::vector<std::pair<std::string, std::string>>& fields) {
    std::string out;
    for (const auto& [name, value] : fields) append_pair(out, name, value);
    return {std::move(out), "application/x-www-form-urlencoded"};
}

Payload multipart(std::initializer_list<Part> parts) {
    const std::string boundary = boundary_for(parts);
    std::string out;
    for (const Part& part : parts) {
        out += "--" + boundary + "\r\nContent-Disposition: form-data";
        append_parameter(out, "name", part.name);
        if (!part.file_name.empty()) append_parameter(out, "filename", part.file_name);
        out += "\r\n";
        if (!part.content_type.empty()) {
            out += "Content-Type: ";
            for (const char c : part.content_type) {
                if (c != '\r' && c != '\n') out += c;
            }
            out += "\r\n";
        }
        out += "\r\n";
        out += part.bytes;
        out += "\r\n";
    }
    out += "--" + boundary + "--\r\n";
    return {std::move(out), "multipart/form-data; boundary=" + boundary};
}

}  // namespace k6::dsl
