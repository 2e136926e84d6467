#include "outputs/line_protocol.h"

#include <array>
#include <charconv>
#include <cmath>
#include <optional>

namespace k6::outputs {
namespace {

void append_escaped(std::string& out, std::string_view text, std::string_view special) {
    const auto is_special = [special](char c) { return c == '\n' || special.find(c) != std::string_view::npos; };
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        // InfluxDB's parser has no escape for a backslash: one in front of an escape, or at the end, would make its
        // idea of where the value ends another one than ours.
        if (c == '\\' && (i + 1 == text.size() || is_special(text[i + 1]))) c = '/';
        if (is_special(c)) out += '\\';
        // A line break would end the point.
        out += c == '\n' ? ' ' : c;
    }
}

void append_float(std::string& out, double value) {
    std::array<char, 400> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::fixed).ptr;
    out.append(digits.data(), end);
}

std::optional<bool> as_boolean(std::string_view text) {
    if (text == "true" || text == "1" || text == "t" || text == "T" || text == "TRUE" || text == "True") return true;
    if (text == "false" || text == "0" || text == "f" || text == "F" || text == "FALSE" || text == "False")
        return false;
    return std::nullopt;
}

template <class T>
std::optional<T> as_number(std::string_view text) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    if constexpr (std::is_floating_point_v<T>) {
        if (!std::isfinite(value)) return std::nullopt;
    }
    return value;
}

/// A value that its kind cannot have is a string.
void append_field_value(std::string& out, FieldKind kind, std::string_view value) {
    if (kind == FieldKind::boolean) {
        if (const auto parsed = as_boolean(value)) {
            out += *parsed ? "true" : "false";
            return;
        }
    } else if (kind == FieldKind::integer) {
        if (const auto parsed = as_number<std::int64_t>(value)) {
            out += std::to_string(*parsed) + "i";
            return;
        }
    } else if (kind == FieldKind::floating) {
        if (const auto parsed = as_number<double>(value)) {
            append_float(out, *parsed);
            return;
        }
    }
    out += '"';
    for (const char c : value) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    out += '"';
}

constexpr std::string_view special_in_keys = ",= ";

}  // namespace

Result<FieldKinds> FieldKinds::parse(const std::vector<std::string>& items) {
    FieldKinds kinds;
    for (const std::string& item : items) {
        const std::size_t colon = item.find(':');
        const std::string name = item.substr(0, colon);
        const std::string type = colon == std::string::npos ? "string" : item.substr(colon + 1);
        if (kinds.find(name) != nullptr) {
            return Error{ErrorClass::generic,
                         "a tag name (" + name + ") shows up more than once in InfluxDB field type configurations"};
        }
        FieldKind kind = FieldKind::string;
        if (type == "bool") {
            kind = FieldKind::boolean;
        } else if (type == "int") {
            kind = FieldKind::integer;
        } else if (type == "float") {
            kind = FieldKind::floating;
        } else if (type != "string") {
            return Error{ErrorClass::generic,
                         "an invalid type (" + type + ") is specified for an InfluxDB field (" + name + ")"};
        }
        kinds.kinds_.emplace_back(name, kind);
    }
    return kinds;
}

const FieldKind* FieldKinds::find(std::string_view tag) const {
    for (const auto& [name, kind] : kinds_) {
        if (name == tag) return &kind;
    }
    return nullptr;
}

void LineProtocol::describe_tags(const metrics::TagSet& tags) {
    tags_text_.clear();
    fields_before_text_.clear();
    fields_after_text_.clear();
    for (const metrics::Tag& tag : tags) {
        if (tag.value.empty()) continue;
        if (const FieldKind* kind = fields_.find(tag.key)) {
            const bool before = tag.key < "value";
            std::string& out = before ? fields_before_text_ : fields_after_text_;
            if (!before) out += ',';
            append_escaped(out, tag.key, ",= \"");
            out += '=';
            append_field_value(out, *kind, tag.value);
            if (before) out += ',';
        } else {
            tags_text_ += ',';
            append_escaped(tags_text_, tag.key, special_in_keys);
            tags_text_ += '=';
            append_escaped(tags_text_, tag.value, special_in_keys);
        }
    }
}

bool LineProtocol::append(std::string& out, const metrics::Sample& sample) {
    if (!std::isfinite(sample.value)) return false;
    if (sample.tags != last_tags_) {
        last_tags_ = sample.tags;
        describe_tags(*sample.tags);
    }
    append_escaped(out, registry_.at(sample.metric).name, ", ");
    out += tags_text_;
    out += ' ';
    out += fields_before_text_;
    out += "value=";
    append_float(out, sample.value);
    out += fields_after_text_;
    out += ' ';
    out += std::to_string(sample.time.time_since_epoch().count() / unit_);
    return true;
}

}  // namespace k6::outputs
