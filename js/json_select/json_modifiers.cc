#include "js/json_select/json_modifiers.h"

#include <algorithm>
#include <array>
#include <vector>

#include "js/json_select/json_select.h"
#include "js/json_select/json_text.h"

namespace k6::js {
namespace {

using Text = std::optional<std::string>;

/// Whether an argument like {"deep":true} sets an option.
bool option(std::string_view argument, std::string_view name) {
    if (!is_json(argument) || json_kind(trim_json(argument)) != JsonKind::object) return false;
    for (JsonWalker walker(argument); walker.next();) {
        if (json_string_text(walker.key()) == name) return walker.value() == "true";
    }
    return false;
}

bool is_container(std::string_view json) {
    return json_kind(json) == JsonKind::object || json_kind(json) == JsonKind::array;
}

std::string joined(const std::vector<std::string>& parts, char open, char close) {
    std::string out(1, open);
    for (const std::string& part : parts) {
        if (out.size() > 1) out += ',';
        out += part;
    }
    return out + close;
}

std::string member(const JsonWalker& walker) { return std::string(walker.key()) + ":" + std::string(walker.value()); }

Text this_value(std::string_view json, std::string_view) { return std::string(json); }

Text reverse(std::string_view json, std::string_view) {
    if (!is_container(json)) return std::string(json);
    const bool object = json_kind(json) == JsonKind::object;
    std::vector<std::string> parts;
    for (JsonWalker walker(json); walker.next();)
        parts.push_back(object ? member(walker) : std::string(walker.value()));
    std::reverse(parts.begin(), parts.end());
    return object ? joined(parts, '{', '}') : joined(parts, '[', ']');
}

Text keys(std::string_view json, std::string_view) {
    std::vector<std::string> parts;
    if (is_container(json)) {
        const bool object = json_kind(json) == JsonKind::object;
        for (JsonWalker walker(json); walker.next();) parts.emplace_back(object ? walker.key() : "null");
    }
    return joined(parts, '[', ']');
}

Text values(std::string_view json, std::string_view) {
    if (json_kind(json) == JsonKind::array) return std::string(json);
    std::vector<std::string> parts;
    if (json_kind(json) == JsonKind::object) {
        for (JsonWalker walker(json); walker.next();) parts.emplace_back(walker.value());
    } else {
        parts.emplace_back(json);
    }
    return joined(parts, '[', ']');
}

/// Depth is bounded: a text nests at most as deep as this goes, what is deeper stays as it is.
void flatten_into(std::string_view array, bool deep, std::size_t depth, std::vector<std::string>& parts) {
    for (JsonWalker walker(array); walker.next();) {
        if (json_kind(walker.value()) != JsonKind::array) {
            parts.emplace_back(walker.value());
        } else if (deep && depth < max_selector_depth) {
            flatten_into(walker.value(), deep, depth + 1, parts);
        } else {
            for (JsonWalker inner(walker.value()); inner.next();) parts.emplace_back(inner.value());
        }
    }
}

Text flatten(std::string_view json, std::string_view argument) {
    if (json_kind(json) != JsonKind::array) return std::string(json);
    std::vector<std::string> parts;
    flatten_into(json, option(argument, "deep"), 0, parts);
    return joined(parts, '[', ']');
}

/// The objects of an array as one; a later value of a key replaces an earlier one unless all are preserved.
Text join(std::string_view json, std::string_view argument) {
    if (json_kind(json) != JsonKind::array) return std::string(json);
    const bool preserve = option(argument, "preserve");
    std::vector<std::pair<std::string, std::string>> members;
    for (JsonWalker walker(json); walker.next();) {
        if (json_kind(walker.value()) != JsonKind::object) continue;
        for (JsonWalker inner(walker.value()); inner.next();) {
            const auto same = [&](const auto& other) { return other.first == inner.key(); };
            const auto found = preserve ? members.end() : std::find_if(members.begin(), members.end(), same);
            if (found == members.end()) {
                members.emplace_back(inner.key(), inner.value());
            } else {
                found->second = inner.value();
            }
        }
    }
    std::vector<std::string> parts;
    for (const auto& [key, value] : members) parts.push_back(key + ":" + value);
    return joined(parts, '{', '}');
}

Text valid(std::string_view json, std::string_view) { return is_json(json) ? Text(std::string(json)) : std::nullopt; }

Text ugly(std::string_view json, std::string_view) { return without_blanks(json); }

Text to_string(std::string_view json, std::string_view) { return to_json_string(json); }

Text from_string(std::string_view json, std::string_view) {
    if (json_kind(json) != JsonKind::string) return {};
    std::string text = json_string_text(json);
    if (!is_json(text)) return {};
    return std::string(trim_json(text));
}

/// {"a":[1,2],"b":[3,4]} → [{"a":1,"b":3},{"a":2,"b":4}]
Text group(std::string_view json, std::string_view) {
    if (json_kind(json) != JsonKind::object) return {};
    std::vector<std::vector<std::string>> rows;
    for (JsonWalker walker(json); walker.next();) {
        if (json_kind(walker.value()) != JsonKind::array) continue;
        std::size_t row = 0;
        for (JsonWalker inner(walker.value()); inner.next(); ++row) {
            if (row == rows.size()) rows.emplace_back();
            rows[row].push_back(std::string(walker.key()) + ":" + std::string(inner.value()));
        }
    }
    std::vector<std::string> parts;
    for (const auto& row : rows) parts.push_back(joined(row, '{', '}'));
    return joined(parts, '[', ']');
}

/// What `path` finds in the value and in everything inside of it, as an array.
void dig_into(std::string_view json, std::string_view path, std::size_t depth, std::vector<std::string>& parts) {
    if (auto found = select_json(json, path)) parts.push_back(std::move(*found));
    if (!is_container(json) || depth >= max_selector_depth) return;
    for (JsonWalker walker(json); walker.next();) dig_into(walker.value(), path, depth + 1, parts);
}

Text dig(std::string_view json, std::string_view argument) {
    // A path that digs in turn would multiply the work at each level.
    if (argument.find("@dig") != std::string_view::npos) return {};
    std::vector<std::string> parts;
    dig_into(json, argument, 0, parts);
    return joined(parts, '[', ']');
}

/// Two blanks per level. The value is parsed anyway, so of the options only the order of keys could matter, and it does
/// not either: objects compare equal.
Text pretty(std::string_view json, std::string_view) {
    std::string out;
    std::size_t depth = 0;
    const std::string compact = without_blanks(json);
    bool in_string = false;
    const auto line = [&] { out += '\n', out.append(2 * depth, ' '); };
    for (std::size_t i = 0; i < compact.size(); ++i) {
        const char c = compact[i];
        if (in_string) {
            out += c;
            if (c == '\\' && i + 1 < compact.size()) out += compact[++i];
            if (c == '"') in_string = false;
        } else if (c == '{' || c == '[') {
            out += c;
            const bool empty = i + 1 < compact.size() && (compact[i + 1] == '}' || compact[i + 1] == ']');
            if (empty) {
                out += compact[++i];
            } else {
                ++depth;
                line();
            }
        } else if (c == '}' || c == ']') {
            if (depth > 0) --depth;
            line();
            out += c;
        } else {
            out += c;
            in_string = c == '"';
            if (c == ',') line();
            if (c == ':') out += ' ';
        }
    }
    return out;
}

struct Modifier {
    std::string_view name;
    Text (*apply)(std::string_view json, std::string_view argument);
};

constexpr std::array modifiers{
    Modifier{"dig", dig},         Modifier{"flatten", flatten}, Modifier{"fromstr", from_string},
    Modifier{"group", group},     Modifier{"join", join},       Modifier{"keys", keys},
    Modifier{"pretty", pretty},   Modifier{"reverse", reverse}, Modifier{"this", this_value},
    Modifier{"tostr", to_string}, Modifier{"ugly", ugly},       Modifier{"valid", valid},
    Modifier{"values", values},
};

const Modifier* find(std::string_view name) {
    for (const Modifier& modifier : modifiers) {
        if (modifier.name == name) return &modifier;
    }
    return nullptr;
}

}  // namespace

bool is_json_modifier(std::string_view name) { return find(name) != nullptr; }

std::optional<std::string> apply_json_modifier(std::string_view name, std::string_view json,
                                               std::string_view argument) {
    const Modifier* modifier = find(name);
    return modifier == nullptr ? std::nullopt : modifier->apply(json, argument);
}

}  // namespace k6::js
