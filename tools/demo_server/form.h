// What clients put into URLs and bodies: percent-encoding, query strings, forms, multipart bodies, cookies.
//
// Values and pure functions; any thread.
//
//   for (const auto& [name, value] : parse_pairs("a=1&b=x%20y")) ...
//   auto form = parse_multipart(body, "boundary");
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace k6::demo {

struct Pair {
    std::string name;
    std::string value;

    friend bool operator==(const Pair&, const Pair&) = default;
};
using Pairs = std::vector<Pair>;

/// Decodes %XX, and "+" to a space if `plus`. What is no valid %XX stays as it is, as browsers do.
std::string percent_decode(std::string_view text, bool plus = false);
/// Encodes all but the unreserved characters (RFC 3986 section 2.3).
std::string percent_encode(std::string_view text);

/// "a=1&b=2", of a query string or an application/x-www-form-urlencoded body.
Pairs parse_pairs(std::string_view text);
/// The decoded value of the first pair of that name; cheaper than parse_pairs.
std::optional<std::string> find_pair(std::string_view text, std::string_view name);
/// "a=1; b=2", of a Cookie field.
Pairs parse_cookies(std::string_view text);

/// A field value such as `form-data; name="a"; filename="b.txt"`: the lower-case first word, and the parameters.
struct ParameterizedValue {
    std::string value;
    Pairs parameters;

    std::optional<std::string> find(std::string_view name) const;
};
ParameterizedValue parse_parameterized(std::string_view text);

/// One part of a multipart/form-data body (RFC 7578).
struct Part {
    std::string name;
    /// Set for files only.
    std::optional<std::string> filename;
    std::string content_type;
    std::string content;
};
Result<std::vector<Part>> parse_multipart(std::string_view body, std::string_view boundary);

std::string escape_html(std::string_view text);

}  // namespace k6::demo
