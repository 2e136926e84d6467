// Tables, lists, and the elements that have an attribute or two.
#include "js/modules/html/html_accessors.h"

namespace k6::js {
namespace {

using html::Node;

HtmlNodes children_named(const Node& node, std::initializer_list<std::string_view> tags) {
    HtmlNodes nodes;
    for (const Node* at = html::first_element_child(node); at != nullptr; at = html::next_element_sibling(*at)) {
        if (std::find(tags.begin(), tags.end(), at->name) != tags.end()) nodes.push_back(at);
    }
    return nodes;
}

const Node* first_child_named(const Node& node, std::string_view tag) {
    const HtmlNodes nodes = children_named(node, {tag});
    return nodes.empty() ? nullptr : nodes.front();
}

/// The rows of a table: those of its heads first, those of its feet last.
HtmlNodes rows_of_table(const Node& table) {
    HtmlNodes rows;
    const auto add_rows = [&](const Node& section) {
        for (const Node* row : children_named(section, {"tr"})) rows.push_back(row);
    };
    for (const Node* head : children_named(table, {"thead"})) add_rows(*head);
    for (const Node* body : children_named(table, {"tbody", "tr"})) {
        if (body->name == "tr") {
            rows.push_back(body);
        } else {
            add_rows(*body);
        }
    }
    for (const Node* foot : children_named(table, {"tfoot"})) add_rows(*foot);
    return rows;
}

double index_of(const HtmlNodes& nodes, const Node& node) {
    const auto found = std::find(nodes.begin(), nodes.end(), &node);
    return found == nodes.end() ? -1 : static_cast<double>(found - nodes.begin());
}

Value table_rows(Call& call) { return elements(call, rows_of_table(node_of(call))); }
Value table_bodies(Call& call) { return elements(call, children_named(node_of(call), {"tbody"})); }
Value caption(Call& call) { return element_or_undefined(call, first_child_named(node_of(call), "caption")); }
Value table_head(Call& call) { return element_or_undefined(call, first_child_named(node_of(call), "thead")); }
Value table_foot(Call& call) { return element_or_undefined(call, first_child_named(node_of(call), "tfoot")); }

constexpr FunctionDefinition table_methods[] = {
    {"caption", 0, caption},      {"rows", 0, table_rows},  {"sortable", 0, bool_attribute<"sortable">},
    {"tBodies", 0, table_bodies}, {"tFoot", 0, table_foot}, {"tHead", 0, table_head},
};

Value section_rows(Call& call) { return elements(call, children_named(node_of(call), {"tr"})); }
constexpr FunctionDefinition section_methods[] = {{"rows", 0, section_rows}};

Value row_cells(Call& call) { return elements(call, children_named(node_of(call), {"td", "th"})); }
Value row_index(Call& call) {
    const Node* table = closest_tag(node_of(call), "table");
    return table == nullptr ? -1.0 : index_of(rows_of_table(*table), node_of(call));
}
Value section_row_index(Call& call) {
    const Node* section = html::parent_element(node_of(call));
    return section == nullptr ? -1.0 : index_of(children_named(*section, {"tr"}), node_of(call));
}
constexpr FunctionDefinition row_methods[] = {
    {"cells", 0, row_cells},
    {"rowIndex", 0, row_index},
    {"sectionRowIndex", 0, section_row_index},
};

Value cell_index(Call& call) {
    const Node* row = html::parent_element(node_of(call));
    return row == nullptr ? -1.0 : index_of(children_named(*row, {"td", "th"}), node_of(call));
}
constexpr FunctionDefinition cell_methods[] = {
    {"cellIndex", 0, cell_index},
    {"colSpan", 0, int_attribute<"colspan", 1>},
    {"headers", 0, string_attribute<"headers">},
    {"rowSpan", 0, int_attribute<"rowspan", 1>},
};
constexpr FunctionDefinition header_cell_methods[] = {
    {"abbr", 0, string_attribute<"abbr">},
    {"cellIndex", 0, cell_index},
    {"colSpan", 0, int_attribute<"colspan", 1>},
    {"headers", 0, string_attribute<"headers">},
    {"rowSpan", 0, int_attribute<"rowspan", 1>},
    {"scope", 0, enum_attribute<"scope", "", "row", "col", "colgroup", "rowgroup">},
    {"sorted", 0, bool_attribute<"sorted">},
};

Value column_span(Call& call) { return std::max(parse_int(node_of(call).attribute_or("span", ""), 1), 1); }
constexpr FunctionDefinition column_methods[] = {{"span", 0, column_span}};

constexpr FunctionDefinition list_item_methods[] = {
    {"type", 0, enum_attribute<"type", "", "1", "a", "A", "i", "I", "disc", "square", "circle">},
    {"value", 0, int_attribute<"value", 0>},
};
constexpr FunctionDefinition ordered_list_methods[] = {
    {"reversed", 0, bool_attribute<"reversed">},
    {"start", 0, int_attribute<"start", 0>},
    {"type", 0, enum_attribute<"type", "1", "a", "A", "i", "I">},
};
constexpr FunctionDefinition list_methods[] = {{"type", 0, string_attribute<"type">}};
constexpr FunctionDefinition meta_methods[] = {
    {"content", 0, string_attribute<"content">},
    {"httpEquiv", 0, enum_attribute<"http-equiv", "content-type", "default-style", "refresh">},
    {"name", 0, string_attribute<"name">},
};
constexpr FunctionDefinition change_methods[] = {
    {"cite", 0, string_attribute<"cite">},
    {"datetime", 0, string_attribute<"datetime">},
};
constexpr FunctionDefinition time_methods[] = {{"datetime", 0, string_attribute<"datetime">}};
constexpr FunctionDefinition style_methods[] = {
    {"disabled", 0, bool_attribute<"disabled">},
    {"media", 0, string_attribute<"media">},
    {"type", 0, string_attribute_or<"type", "text/css">},
};
constexpr FunctionDefinition title_methods[] = {{"text", 0, own_text}};
constexpr FunctionDefinition data_methods[] = {{"value", 0, string_attribute<"value">}};
constexpr FunctionDefinition parameter_methods[] = {
    {"name", 0, string_attribute<"name">},
    {"value", 0, string_attribute<"value">},
};

struct Row {
    std::string_view tag;
    std::span<const FunctionDefinition> methods;
};

constexpr Row rows[] = {
    {"col", column_methods},     {"colgroup", column_methods}, {"data", data_methods},
    {"del", change_methods},     {"ins", change_methods},      {"li", list_item_methods},
    {"meta", meta_methods},      {"ol", ordered_list_methods}, {"param", parameter_methods},
    {"pre", parameter_methods},  {"style", style_methods},     {"table", table_methods},
    {"tbody", section_methods},  {"td", cell_methods},         {"tfoot", section_methods},
    {"th", header_cell_methods}, {"thead", section_methods},   {"time", time_methods},
    {"title", title_methods},    {"tr", row_methods},          {"ul", list_methods},
};

}  // namespace

std::span<const FunctionDefinition> table_element_methods(std::string_view tag) {
    for (const Row& row : rows) {
        if (row.tag == tag) return row.methods;
    }
    return {};
}

std::span<const FunctionDefinition> typed_element_methods(std::string_view tag) {
    for (const auto& methods : {link_element_methods(tag), form_element_methods(tag), table_element_methods(tag)}) {
        if (!methods.empty()) return methods;
    }
    return {};
}

}  // namespace k6::js
