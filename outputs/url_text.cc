#include "outputs/url_text.h"

#include <algorithm>
#include <optional>

namespace k6::outputs {
namespace {

std::optional<int> hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return std::nullopt;
}

}  // namespace

std::string percent_decoded(std::string_view text, bool plus_is_blank) {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size()) {
            const auto high = hex_digit(text[i + 1]);
            const auto low = hex_digit(text[i + 2]);
            if (high && low) {
                decoded += static_cast<char>(*high * 16 + *low);
                i += 2;
                continue;
            }
        }
        decoded += plus_is_blank && text[i] == '+' ? ' ' : text[i];
    }
    return decoded;
}

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    for (const char c : text) {
        const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                                std::string_view("-._~").find(c) != std::string_view::npos;
        if (unreserved) {
            encoded += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            encoded += {'%', digits[byte >> 4], digits[byte & 15]};
        }
    }
    return encoded;
}

std::string query_text(const Parameters& parameters) {
    std::string text;
    for (const auto& [key, value] : parameters) {
        if (!text.empty()) text += '&';
        text += percent_encoded(key) + "=" + percent_encoded(value);
    }
    return text;
}

SplitUrl split_url(std::string_view url) {
    SplitUrl parts;
    url = url.substr(0, url.find('#'));
    if (const std::size_t scheme_end = url.find("://"); scheme_end != std::string_view::npos) {
        parts.scheme = std::string(url.substr(0, scheme_end));
        url.remove_prefix(scheme_end + 3);
    }
    if (const std::size_t question = url.find('?'); question != std::string_view::npos) {
        std::string_view query = url.substr(question + 1);
        while (!query.empty()) {
            const std::size_t end = std::min(query.find('&'), query.size());
            const std::string_view item = query.substr(0, end);
            const std::size_t equals = std::min(item.find('='), item.size());
            if (!item.empty()) {
                parts.query.emplace_back(percent_decoded(item.substr(0, equals), true),
                                         equals < item.size() ? percent_decoded(item.substr(equals + 1), true) : "");
            }
            query.remove_prefix(std::min(end + 1, query.size()));
        }
        url = url.substr(0, question);
    }
    const std::size_t slash = std::min(url.find('/'), url.size());
    std::string_view authority = url.substr(0, slash);
    parts.path = std::string(url.substr(slash));
    if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
        const std::string_view user = authority.substr(0, at);
        const std::size_t colon = std::min(user.find(':'), user.size());
        parts.username = percent_decoded(user.substr(0, colon));
        if (colon < user.size()) parts.password = percent_decoded(user.substr(colon + 1));
        authority.remove_prefix(at + 1);
    }
    parts.authority = std::string(authority);
    return parts;
}

}  // namespace k6::outputs
