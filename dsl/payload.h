// What a request carries: bytes with their media type.
//
//   vu.http.post(url, json(order));                                        // application/json
//   vu.http.post(url, form({{"user", "me"}, {"password", "s&cret"}}));    // application/x-www-form-urlencoded
//   vu.http.post(url, multipart({part("title", "A picture"), file_part("picture", bytes, "a.png", "image/png")}));
//   vu.http.post(url, "plain bytes");                                      // no Content-Type of its own
//
// A Payload made from a text borrows it: for arguments of one call. The functions here make ones that own their bytes.
// The request's own Content-Type wins. Values; any thread.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dsl/json.h"

namespace k6::dsl {

class Payload {
public:
    /// No body, which is not an empty one.
    Payload() = default;
    Payload(std::string_view bytes) : view_(bytes), present_(true) {}
    Payload(const char* bytes) : view_(bytes), present_(true) {}
    Payload(const std::string& bytes) : view_(bytes), present_(true) {}
    Payload(std::string&& bytes) : own_(std::move(bytes)), present_(true), owns_(true) {}
    /// Owns its bytes.
    Payload(std::string bytes, std::string content_type)
        : own_(std::move(bytes)), content_type_(std::move(content_type)), present_(true), owns_(true) {}

    bool present() const noexcept { return present_; }
    std::string_view bytes() const noexcept { return owns_ ? std::string_view(own_) : view_; }
    /// Empty: the request says, or nobody.
    const std::string& content_type() const noexcept { return content_type_; }

private:
    std::string own_;
    std::string_view view_;
    std::string content_type_;
    bool present_ = false;
    bool owns_ = false;
};

/// A value with fields (fields.h), or of JSON's own kinds.
template <class T>
Payload json(const T& value) {
    return {to_json(value), "application/json"};
}

/// For a part of a URL: everything but letters, digits and "-_.!~*'()" as %XX.
std::string url_escape(std::string_view text);

struct FormField {
    std::string_view name;
    std::string_view value;
};

/// In the order given.
Payload form(std::initializer_list<FormField> fields);
Payload form(const std::vector<std::pair<std::string, std::string>>& fields);

/// One part of a multipart form (RFC 7578). Refers to its texts: for the argument of multipart().
struct Part {
    std::string_view name;
    std::string_view bytes;
    /// Empty: no file.
    std::string_view file_name = {};
    std::string_view content_type = {};
};
inline Part part(std::string_view name, std::string_view text) { return {.name = name, .bytes = text}; }
inline Part file_part(std::string_view name, std::string_view bytes, std::string_view file_name,
                      std::string_view content_type = "application/octet-stream") {
    return {.name = name, .bytes = bytes, .file_name = file_name, .content_type = content_type};
}

Payload multipart(std::initializer_list<Part> parts);

}  // namespace k6::dsl
