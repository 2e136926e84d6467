// What form controls and data attributes hold, as scripts see it. The rules are the reference's own, where they differ
// from browsers' too: controls count as checked or disabled by the values "checked" and "disabled" only, a textarea's
// value is its inner HTML.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "js/builtins/json.h"
#include "js/json_select/json_text.h"
#include "js/modules/html/html_objects.h"

namespace k6::js {
namespace {

using html::Node;

std::string option_value(const Node& option) {
    const auto value = option.attribute("value");
    return value ? std::string(*value) : html::inner_html(option);
}

bool is_serialisable(const Node& node) {
    return node.name == "input" || node.name == "select" || node.name == "textarea" || node.name == "keygen";
}

bool is_successful(const Node& node) {
    if (node.attribute_or("name", "").empty() || node.attribute("disabled") == std::string_view("disabled"))
        return false;
    const std::string_view type = node.attribute_or("type", "");
    for (const std::string_view never : {"submit", "button", "reset", "image", "file"}) {
        if (type == never) return false;
    }
    return (type != "checkbox" && type != "radio") || node.attribute("checked") == std::string_view("checked");
}

void append_escaped(std::string& out, std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    for (char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
            std::string_view("-_.~").find(c) != std::string_view::npos) {
            out += c;
        } else if (c == ' ') {
            out += '+';
        } else {
            out += '%';
            out += digits[byte >> 4];
            out += digits[byte & 15];
        }
    }
}

/// Words that keep all their letters in upper case.
bool is_initialism(std::string_view upper) {
    static constexpr std::array words{"ACL",   "API",  "ASCII", "CPU",  "CSS", "DNS",  "EOF",  "GUID", "HTML", "HTTP",
                                      "HTTPS", "ID",   "IP",    "JSON", "LHS", "QPS",  "RAM",  "RHS",  "RPC",  "SLA",
                                      "SMTP",  "SQL",  "SSH",   "TCP",  "TLS", "TTL",  "UDP",  "UI",   "UID",  "URI",
                                      "URL",   "UTF8", "UUID",  "VM",   "XML", "XMPP", "XSRF", "XSS"};
    return std::any_of(words.begin(), words.end(), [&](const char* word) { return upper == word; });
}

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

/// `foo-bar` → `fooBar`
std::string camel_case(std::string_view dashed) {
    std::string out;
    bool first = true;
    while (!dashed.empty() || first) {
        const std::size_t dash = std::min(dashed.find('-'), dashed.size());
        std::string word(dashed.substr(0, dash));
        dashed.remove_prefix(std::min(dash + 1, dashed.size()));
        if (!first && !word.empty()) {
            std::string shouted = word;
            for (char& c : shouted) c = upper(c);
            if (is_initialism(shouted)) {
                word = shouted;
            } else {
                word[0] = upper(word[0]);
            }
        }
        out += word;
        first = false;
    }
    return out;
}

/// `fooBar` → `foo-bar`
std::string dashed(std::string_view camel) {
    std::string out;
    for (char c : camel) {
        if (c >= 'A' && c <= 'Z') {
            out += '-';
            c = static_cast<char>(c - 'A' + 'a');
        }
        out += c;
    }
    return out;
}

constexpr std::string_view data_prefix = "data-";

Value converted(State& state, std::string_view text) {
    if (text == "true" || text == "false") return text == "true";
    if (text.empty() || text == "null" || text == "undefined") return {};
    if ((text.front() == '{' || text.front() == '[') && is_json(text)) return parse_json(state, text);
    if ((text.front() >= '0' && text.front() <= '9') || text.front() == '-') {
        double number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error == std::errc() && end == text.data() + text.size() && std::isfinite(number) &&
            Value(number).to_string(state) == text) {
            return number;
        }
    }
    return state.string(text);
}

}  // namespace

Value control_value(State& state, const Node& node) {
    if (node.name == "input") {
        const std::string_view type = node.attribute_or("type", "");
        return state.string(node.attribute_or("value", type == "checkbox" || type == "radio" ? "on" : ""));
    }
    if (node.name == "button") return state.string(node.attribute_or("value", ""));
    if (node.name == "textarea") return state.string(html::inner_html(node));
    if (node.name == "option") return state.string(option_value(node));
    if (node.name != "select") return {};
    const HtmlNodes marked = find_all(state, node, "option[selected]");
    if (!node.has_attribute("multiple")) {
        return state.string(marked.empty() ? std::string() : option_value(*marked.front()));
    }
    const Value all = state.array();
    for (const Node* option : marked) all.append(state.string(option_value(*option)));
    return all;
}

std::vector<FormValue> form_values(State& state, const HtmlNodes& nodes) {
    std::vector<FormValue> values;
    const auto add = [&](const Node& node) {
        if (!is_serialisable(node) || !is_successful(node)) return;
        Value value = control_value(state, node);
        if (value.is_undefined()) value = state.string(std::string_view());
        values.push_back({std::string(node.attribute_or("name", "")), std::move(value)});
    };
    const bool is_form =
        std::any_of(nodes.begin(), nodes.end(), [](const Node* node) { return node->is_element("form"); });
    for (const Node* node : nodes) {
        if (!is_form) {
            if (node->is_element()) add(*node);
            continue;
        }
        for (const Node* at = html::next_in(*node, *node); at != nullptr; at = html::next_in(*node, *at)) {
            if (at->is_element()) add(*at);
        }
    }
    return values;
}

std::string encode_form_values(State& state, const std::vector<FormValue>& values) {
    // A later value of a name replaces an earlier one; several come from one control only.
    std::map<std::string, Value> by_name;
    for (const FormValue& value : values) by_name.insert_or_assign(value.name, value.value);
    std::string out;
    const auto pair = [&](const std::string& name, const Value& value) {
        if (!out.empty()) out += '&';
        append_escaped(out, name);
        out += '=';
        append_escaped(out, value.to_string(state));
    };
    for (const auto& [name, value] : by_name) {
        if (!value.is_array()) {
            pair(name, value);
            continue;
        }
        for (std::size_t i = 0; i < value.length(); ++i) pair(name, value.at(i));
    }
    return out;
}

Value data_value(State& state, const Node& node, std::string_view name) {
    const std::string as_attribute = dashed(name);
    for (const html::Attribute& attribute : node.attributes) {
        if (!attribute.name.starts_with(data_prefix)) continue;
        const std::string_view own = attribute.name.substr(data_prefix.size());
        if (own == name || own == as_attribute || camel_case(own) == name) return converted(state, attribute.value);
    }
    return {};
}

Value data_object(State& state, const Node& node) {
    if (node.attributes.empty()) return {};
    const Value object = state.object();
    for (const html::Attribute& attribute : node.attributes) {
        if (!attribute.name.starts_with(data_prefix)) continue;
        object.set(camel_case(attribute.name.substr(data_prefix.size())), converted(state, attribute.value));
    }
    return object;
}

}  // namespace k6::js
