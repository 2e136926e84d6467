// Writing JSON text (RFC 8259) by hand: what outputs and the summary need, and fast.
//
//   JsonWriter json(4);                     // indented by four blanks; 0 gives one line
//   json.begin_object();
//   json.key("count").number(3).key("name").string("a\"b");
//   json.end_object();
//   json.text();
//
// One thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace k6::metrics {

/// The text in quotes. `<`, `>` and `&` stay as they are; what is not UTF-8 becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text);

/// As append_number; infinities and NaN, which JSON does not have, become null.
void append_json_number(std::string& out, double value);

class JsonWriter {
public:
    explicit JsonWriter(int indent = 0) : indent_(indent) {}

    JsonWriter& begin_object() { return begin('{'); }
    JsonWriter& end_object() { return end('}'); }
    JsonWriter& begin_array() { return begin('['); }
    JsonWriter& end_array() { return end(']'); }
    JsonWriter& key(std::string_view name);

    JsonWriter& string(std::string_view text);
    JsonWriter& number(double value);
    JsonWriter& boolean(bool value);
    JsonWriter& null();
    /// A whole value that is JSON already; laid out anew to fit in.
    JsonWriter& json(std::string_view value);

    const std::string& text() const { return out_; }

private:
    JsonWriter& begin(char bracket);
    JsonWriter& end(char bracket);
    /// What has to stand before the next value or key.
    void separate();
    void new_line();

    std::string out_;
    int indent_;
    /// Per open bracket: whether something stands in it.
    std::vector<bool> open_;
    bool after_key_ = false;
};

}  // namespace k6::metrics
