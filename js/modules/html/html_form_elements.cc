// Forms and their controls.
#include <cmath>

#include "js/modules/html/html_accessors.h"

namespace k6::js {
namespace {

using html::Node;

bool equals_ignoring_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
        const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
        return lower(x) == lower(y);
    });
}

HtmlNodes below(const Node& top, std::initializer_list<std::string_view> tags) {
    HtmlNodes nodes;
    for (const Node* at = html::next_in(top, top); at != nullptr; at = html::next_in(top, *at)) {
        if (at->is_element() && std::find(tags.begin(), tags.end(), at->name) != tags.end()) nodes.push_back(at);
    }
    return nodes;
}

// ---- form

HtmlNodes controls_of(const Node& form) { return below(form, {"input", "select", "button", "textarea", "fieldset"}); }
Value form_controls(Call& call) { return elements(call, controls_of(node_of(call))); }
Value form_length(Call& call) { return controls_of(node_of(call)).size(); }

/// `post` only if it is written so.
Value form_method(Call& call) {
    return call.state().string(node_of(call).attribute_or("method", "") == "post" ? std::string_view("post") : "get");
}

/// A reference, or the page itself.
Value url_or_page(Call& call, std::string_view reference) {
    const HtmlPage& page = *element_of(call).page.page;
    return call.state().string(reference.empty() ? page.url : resolve_reference(page, reference));
}
Value form_action(Call& call) { return url_or_page(call, node_of(call).attribute_or("action", "")); }

std::string_view known_enctype(std::string_view value) {
    if (value == "multipart/form-data" || value == "text/plain") return value;
    return "application/x-www-form-urlencoded";
}
Value enctype(Call& call) { return call.state().string(known_enctype(node_of(call).attribute_or("enctype", ""))); }

constexpr FunctionDefinition form_methods[] = {
    {"acceptCharset", 0, string_attribute<"accept-charset">},
    {"action", 0, form_action},
    {"autocomplete", 0, enum_attribute<"autocomplete", "on", "off">},
    {"elements", 0, form_controls},
    {"encoding", 0, enctype},
    {"enctype", 0, enctype},
    {"length", 0, form_length},
    {"method", 0, form_method},
    {"name", 0, string_attribute<"name">},
    {"noValidate", 0, bool_attribute<"novalidate">},
    {"target", 0, string_attribute<"target">},
};

// ---- input and button: what they say about the form, or the form itself

/// An attribute of the control, or of its form under another name.
std::string_view own_or_forms(Call& call, std::string_view own, std::string_view of_form) {
    if (const auto value = node_of(call).attribute(own)) return *value;
    const Node* form = owner_form(call);
    return form == nullptr ? std::string_view() : form->attribute_or(of_form, "");
}

Value control_form_action(Call& call) { return url_or_page(call, own_or_forms(call, "formaction", "action")); }
Value control_form_enctype(Call& call) {
    return call.state().string(known_enctype(own_or_forms(call, "formenctype", "enctype")));
}
Value control_form_method(Call& call) {
    const bool post = equals_ignoring_case(own_or_forms(call, "formmethod", "method"), "post");
    return call.state().string(post ? std::string_view("post") : "get");
}
Value control_form_target(Call& call) { return call.state().string(own_or_forms(call, "formtarget", "target")); }
Value control_form_no_validate(Call& call) {
    if (node_of(call).has_attribute("formnovalidate")) return true;
    const Node* form = owner_form(call);
    return form != nullptr && form->has_attribute("novalidate");
}

Value data_list(Call& call) {
    const auto id = node_of(call).attribute("list");
    const Node* list = id ? find_id(*element_of(call).page.page, *id) : nullptr;
    return element_or_undefined(call, list != nullptr && list->name == "datalist" ? list : nullptr);
}

constexpr FunctionDefinition input_methods[] = {
    {"accept", 0, string_attribute<"accept">},
    {"accessKey", 0, string_attribute<"accesskey">},
    {"alt", 0, string_attribute<"alt">},
    {"autocomplete", 0, enum_attribute<"autocomplete", "on", "off">},
    {"autofocus", 0, bool_attribute<"autofocus">},
    {"checked", 0, bool_attribute<"checked">},
    {"defaultChecked", 0, bool_attribute<"checked">},
    {"defaultValue", 0, string_attribute<"value">},
    {"dirName", 0, string_attribute<"dirname">},
    {"disabled", 0, bool_attribute<"disabled">},
    {"form", 0, owner_form_element},
    {"formAction", 0, control_form_action},
    {"formEnctype", 0, control_form_enctype},
    {"formMethod", 0, control_form_method},
    {"formNoValidate", 0, control_form_no_validate},
    {"formTarget", 0, control_form_target},
    {"height", 0, string_attribute<"height">},
    {"labels", 0, labels},
    {"list", 0, data_list},
    {"max", 0, string_attribute<"max">},
    {"maxLength", 0, int_attribute<"maxlength", -1>},
    {"min", 0, string_attribute<"min">},
    {"multiple", 0, bool_attribute<"multiple">},
    {"name", 0, string_attribute<"name">},
    {"pattern", 0, string_attribute<"pattern">},
    {"placeholder", 0, string_attribute<"placeholder">},
    {"readonly", 0, bool_attribute<"readonly">},
    {"required", 0, bool_attribute<"required">},
    {"size", 0, int_attribute<"size", 0>},
    {"src", 0, url_attribute<"src">},
    {"step", 0, string_attribute<"step">},
    {"tabIndex", 0, int_attribute<"tabindex", 0>},
    {"type", 0,
     enum_attribute<"type", "text", "button", "checkbox", "color", "date", "datetime-local", "email", "file", "hidden",
                    "image", "month", "number", "password", "radio", "range", "reset", "search", "submit", "tel",
                    "time", "url", "week">},
    {"value", 0, string_attribute<"value">},
    {"width", 0, string_attribute<"width">},
};

Value button_value(Call& call) {
    const auto value = node_of(call).attribute("value");
    return call.state().string(value ? std::string(*value) : html::inner_html(node_of(call)));
}

constexpr FunctionDefinition button_methods[] = {
    {"accessKey", 0, string_attribute<"accesskey">},
    {"autofocus", 0, bool_attribute<"autofocus">},
    {"disabled", 0, bool_attribute<"disabled">},
    {"form", 0, owner_form_element},
    {"formAction", 0, control_form_action},
    {"formEnctype", 0, control_form_enctype},
    {"formMethod", 0, control_form_method},
    {"formNoValidate", 0, control_form_no_validate},
    {"formTarget", 0, control_form_target},
    {"labels", 0, labels},
    {"name", 0, string_attribute<"name">},
    {"tabIndex", 0, int_attribute<"tabindex", 0>},
    {"type", 0, enum_attribute<"type", "submit", "button", "menu", "reset">},
    {"value", 0, button_value},
};

// ---- select and option

std::string option_value(const Node& option) {
    const auto value = option.attribute("value");
    return value ? std::string(*value) : html::inner_html(option);
}

HtmlNodes selected_options(const Node& select) {
    HtmlNodes options = below(select, {"option"});
    std::erase_if(options, [](const Node* option) { return !option->has_attribute("selected"); });
    return options;
}

Value select_value(Call& call) {
    const HtmlNodes selected = selected_options(node_of(call));
    return call.state().string(selected.empty() ? std::string() : option_value(*selected.front()));
}
Value select_options(Call& call) { return elements(call, below(node_of(call), {"option"})); }
Value select_selected_options(Call& call) { return elements(call, selected_options(node_of(call))); }
Value select_length(Call& call) { return below(node_of(call), {"option"}).size(); }
Value select_index(Call& call) {
    const HtmlNodes options = below(node_of(call), {"option"});
    const auto found = std::find_if(options.begin(), options.end(),
                                    [](const Node* option) { return option->has_attribute("selected"); });
    return found == options.end() ? -1.0 : static_cast<double>(found - options.begin());
}
bool is_multiple(Call& call) { return node_of(call).has_attribute("multiple"); }
Value select_size(Call& call) { return parse_int(node_of(call).attribute_or("size", ""), is_multiple(call) ? 4 : 1); }
Value select_type(Call& call) {
    return call.state().string(is_multiple(call) ? std::string_view("select-multiple") : "select");
}

constexpr FunctionDefinition select_methods[] = {
    {"autofocus", 0, bool_attribute<"autofocus">},
    {"disabled", 0, bool_attribute<"disabled">},
    {"form", 0, owner_form_element},
    {"labels", 0, labels},
    {"length", 0, select_length},
    {"multiple", 0, bool_attribute<"multiple">},
    {"name", 0, string_attribute<"name">},
    {"options", 0, select_options},
    {"required", 0, bool_attribute<"required">},
    {"selectedIndex", 0, select_index},
    {"selectedOptions", 0, select_selected_options},
    {"size", 0, select_size},
    {"tabIndex", 0, int_attribute<"tabindex", 0>},
    {"type", 0, select_type},
    {"value", 0, select_value},
};

Value option_own_value(Call& call) { return call.state().string(option_value(node_of(call))); }
Value option_label(Call& call) {
    const auto label = node_of(call).attribute("label");
    return call.state().string(label ? std::string(*label) : html::text_content(node_of(call)));
}
Value option_disabled(Call& call) {
    const Node& node = node_of(call);
    return node.has_attribute("disabled") ||
           (node.parent != nullptr && node.parent->is_element("optgroup") && node.parent->has_attribute("disabled"));
}
Value option_index(Call& call) {
    const Node& node = node_of(call);
    const Node* list = closest_tag(node, "select");
    if (list == nullptr) list = closest_tag(node, "datalist");
    if (list == nullptr) return 0;
    const HtmlNodes options = below(*list, {"option"});
    return static_cast<double>(std::find(options.begin(), options.end(), &node) - options.begin());
}

constexpr FunctionDefinition option_methods[] = {
    {"defaultSelected", 0, bool_attribute<"selected">},
    {"disabled", 0, option_disabled},
    {"form", 0, owner_form_element},
    {"index", 0, option_index},
    {"label", 0, option_label},
    {"selected", 0, bool_attribute<"selected">},
    {"text", 0, own_text},
    {"value", 0, option_own_value},
};

constexpr FunctionDefinition option_group_methods[] = {
    {"disabled", 0, bool_attribute<"disabled">},
    {"label", 0, string_attribute<"label">},
};

Value data_list_options(Call& call) { return elements(call, below(node_of(call), {"option"})); }
constexpr FunctionDefinition data_list_methods[] = {{"options", 0, data_list_options}};

// ---- the others

Value text_length(Call& call) { return call.state().string(node_of(call).attribute_or("value", "")).get("length"); }

constexpr FunctionDefinition text_area_methods[] = {
    {"accessKey", 0, string_attribute<"accesskey">},
    {"autocomplete", 0, enum_attribute<"autocomplete", "on", "off">},
    {"autofocus", 0, bool_attribute<"autofocus">},
    {"cols", 0, int_attribute<"cols", 0>},
    {"defaultValue", 0, string_attribute<"value">},
    {"disabled", 0, bool_attribute<"disabled">},
    {"form", 0, owner_form_element},
    {"labels", 0, labels},
    {"length", 0, text_length},
    {"maxLength", 0, int_attribute<"maxlength", 0>},
    {"name", 0, string_attribute<"name">},
    {"placeholder", 0, string_attribute<"placeholder">},
    {"readOnly", 0, bool_attribute<"readonly">},
    {"required", 0, bool_attribute<"required">},
    {"rows", 0, int_attribute<"rows", 0>},
    {"tabIndex", 0, int_attribute<"tabindex", 0>},
    {"type", 0, constant_text<"textarea">},
    {"value", 0, string_attribute<"value">},
    {"wrap", 0, enum_attribute<"wrap", "soft", "hard", "off">},
};

const Node* labelled(Call& call) {
    const Node& label = node_of(call);
    if (const auto id = label.attribute("for")) return find_id(*element_of(call).page.page, *id);
    const HtmlNodes controls =
        below(label, {"button", "input", "keygen", "meter", "object", "output", "progress", "select", "textarea"});
    return controls.empty() ? nullptr : controls.front();
}
Value label_control(Call& call) { return element_or_undefined(call, labelled(call)); }
Value label_form(Call& call) {
    const Node* control = labelled(call);
    return element_or_undefined(call, control == nullptr ? nullptr : closest_tag(*control, "form"));
}

constexpr FunctionDefinition label_methods[] = {
    {"control", 0, label_control},
    {"form", 0, label_form},
    {"htmlFor", 0, string_attribute<"for">},
};

constexpr FunctionDefinition legend_methods[] = {
    {"accessKey", 0, string_attribute<"accesskey">},
    {"form", 0, owner_form_element},
    {"value", 0, string_attribute<"value">},
};

constexpr FunctionDefinition field_set_methods[] = {
    {"disabled", 0, bool_attribute<"disabled">},
    {"elements", 0, form_controls},
    {"form", 0, owner_form_element},
    {"name", 0, string_attribute<"name">},
    {"type", 0, constant_text<"fieldset">},
};

constexpr FunctionDefinition keygen_methods[] = {
    {"autofocus", 0, bool_attribute<"autofocus">},
    {"challenge", 0, string_attribute<"challenge">},
    {"disabled", 0, bool_attribute<"disabled">},
    {"form", 0, owner_form_element},
    {"keytype", 0, enum_attribute<"keytype", "RSA", "DSA", "EC">},
    {"labels", 0, labels},
    {"name", 0, string_attribute<"name">},
};

double parse_double(std::string_view text, double otherwise) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() && std::isfinite(number) ? number : otherwise;
}

double progress_max(const Node& node) {
    const double max = parse_double(node.attribute_or("max", ""), 1);
    return max > 0 ? max : 1;
}
double progress_fraction(const Node& node) {
    return std::clamp(parse_double(node.attribute_or("value", ""), 0) / progress_max(node), 0.0, 1.0);
}

constexpr FunctionDefinition progress_methods[] = {
    {"labels", 0, labels},
    {"max", 0, [](Call& call) -> Value { return progress_max(node_of(call)); }},
    {"position", 0,
     [](Call& call) -> Value {
         return node_of(call).has_attribute("value") ? progress_fraction(node_of(call)) : -1.0;
     }},
    {"value", 0, [](Call& call) -> Value { return progress_fraction(node_of(call)); }},
};

constexpr FunctionDefinition meter_methods[] = {
    {"high", 0, int_attribute<"high", 0>},   {"labels", 0, labels},
    {"low", 0, int_attribute<"low", 0>},     {"max", 0, int_attribute<"max", 0>},
    {"min", 0, int_attribute<"min", 0>},     {"optimum", 0, int_attribute<"optimum", 0>},
    {"value", 0, int_attribute<"value", 0>},
};

constexpr FunctionDefinition output_methods[] = {
    {"defaultValue", 0, own_text}, {"form", 0, owner_form_element},       {"htmlFor", 0, string_attribute<"for">},
    {"labels", 0, labels},         {"name", 0, string_attribute<"name">}, {"value", 0, own_text},
};

struct Row {
    std::string_view tag;
    std::span<const FunctionDefinition> methods;
};

constexpr Row rows[] = {
    {"button", button_methods},      {"datalist", data_list_methods},
    {"fieldset", field_set_methods}, {"form", form_methods},
    {"input", input_methods},        {"keygen", keygen_methods},
    {"label", label_methods},        {"legend", legend_methods},
    {"meter", meter_methods},        {"optgroup", option_group_methods},
    {"option", option_methods},      {"output", output_methods},
    {"progress", progress_methods},  {"select", select_methods},
    {"textarea", text_area_methods},
};

}  // namespace

const Node* owner_form(Call& call) {
    const Node& node = node_of(call);
    if (const auto id = node.attribute("form")) {
        const Node* form = find_id(*element_of(call).page.page, *id);
        return form != nullptr && form->name == "form" ? form : nullptr;
    }
    return closest_tag(node, "form");
}

Value owner_form_element(Call& call) { return element_or_undefined(call, owner_form(call)); }

Value labels(Call& call) {
    const Node& node = node_of(call);
    HtmlNodes nodes;
    if (const Node* around = closest_tag(node, "label")) nodes.push_back(around);
    if (const auto id = node.attribute("id")) {
        const Node& root = element_of(call).page.page->document->root();
        for (const Node* at = &root; at != nullptr; at = html::next_in(root, *at)) {
            const bool is_new = nodes.empty() || at != nodes.front();
            if (is_new && at->is_element("label") && at->attribute("for") == id) nodes.push_back(at);
        }
    }
    return elements(call, nodes);
}

std::span<const FunctionDefinition> form_element_methods(std::string_view tag) {
    for (const Row& row : rows) {
        if (row.tag == tag) return row.methods;
    }
    return {};
}

}  // namespace k6::js
