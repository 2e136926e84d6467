#include "js/json_select/json_select.h"

#include <charconv>
#include <cstdlib>
#include <utility>
#include <vector>

#include "js/json_select/json_modifiers.h"
#include "js/json_select/json_text.h"

namespace k6::js {
namespace {

using Text = std::optional<std::string>;
using View = std::string_view;

Text get(View json, View path, std::size_t depth);

bool is_container(View json) { return !json.empty() && (json.front() == '{' || json.front() == '['); }

View trim(View text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

/// Bytes of the quoted string at the start of `text`.
std::size_t quoted_size(View text) {
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '\\') {
            ++i;
        } else if (text[i] == '"') {
            return i + 1;
        }
    }
    return text.size();
}

/// Bytes up to the bracket that closes the one at the start of `text`; 0 if none does.
std::size_t bracketed_size(View text) {
    std::size_t depth = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        switch (text[i]) {
            case '\\':
                ++i;
                break;
            case '"':
                i += quoted_size(text.substr(i)) - 1;
                break;
            case '(':
            case '[':
            case '{':
                ++depth;
                break;
            case ')':
            case ']':
            case '}':
                if (--depth == 0) return i + 1;
                break;
            default:
                break;
        }
    }
    return 0;
}

/// Whether what follows a dot is no key, but takes the value on the left as a whole.
bool takes_whole(View path) {
    if (path.empty()) return false;
    if (path[0] == '[' || path[0] == '{') return true;
    return path[0] == '@' && is_json_modifier(path.substr(1, path.find_first_of(".|:", 1) - 1));
}

/// A path before and after its first pipe that is not inside of anything.
struct Piped {
    View left;
    std::optional<View> right;
};

Piped split_at_pipe(View path) {
    for (std::size_t i = 0; i < path.size(); ++i) {
        const char c = path[i];
        if (c == '\\') {
            ++i;
        } else if (c == '(' || c == '[' || c == '{') {
            const std::size_t size = bracketed_size(path.substr(i));
            if (size > 0) i += size - 1;
        } else if (c == '"' && i > 0 && (path[i - 1] == ':' || path[i - 1] == '!')) {
            i += quoted_size(path.substr(i)) - 1;
        } else if (c == '|') {
            return {path.substr(0, i), path.substr(i + 1)};
        }
    }
    return {path, std::nullopt};
}

/// One component of a path, and how the rest is joined to it.
struct Component {
    /// As written.
    View pattern;
    /// Without its backslashes.
    std::string key;
    bool wildcard = false;
    enum class Rest { none, dot, pipe } joined = Rest::none;
    View rest;
};

Component first_component(View path) {
    Component component;
    std::size_t i = 0;
    for (; i < path.size(); ++i) {
        const char c = path[i];
        if (c == '\\' && i + 1 < path.size()) {
            component.key += path[++i];
            continue;
        }
        if (c == '.' || c == '|') {
            component.rest = path.substr(i + 1);
            component.joined = c == '|' || takes_whole(component.rest) ? Component::Rest::pipe : Component::Rest::dot;
            break;
        }
        component.wildcard = component.wildcard || c == '*' || c == '?';
        component.key += c;
    }
    component.pattern = path.substr(0, i);
    return component;
}

Text walk(View value, View path, std::size_t depth);

/// `value` is what the component names: goes on with the rest of the path.
Text follow(View value, const Component& component, std::size_t depth) {
    switch (component.joined) {
        case Component::Rest::none:
            return std::string(value);
        case Component::Rest::pipe:
            return get(value, component.rest, depth + 1);
        case Component::Rest::dot:
            return walk(value, component.rest, depth + 1);
    }
    return {};
}

Text walk_object(View object, View path, std::size_t depth) {
    const Component component = first_component(path);
    for (JsonWalker walker(object); walker.next();) {
        const View quoted = walker.key();
        const bool escaped = quoted.find('\\') != View::npos;
        const std::string unescaped = escaped ? json_string_text(quoted) : std::string();
        const View key = escaped ? View(unescaped) : quoted.size() < 2 ? View() : quoted.substr(1, quoted.size() - 2);
        if (component.wildcard ? !matches_wildcard(key, component.pattern) : key != component.key) continue;
        // A member that does not lead further leaves the others their chance.
        if (auto found = follow(walker.value(), component, depth)) return found;
    }
    return {};
}

/// `path op value` between the brackets of `#(…)`.
struct Query {
    View path;
    std::string op;
    std::string value;
    bool all = false;
    /// What follows the closing bracket, and `#`.
    View rest;
};

/// `text` starts with `(` or `[`, after the `#`.
std::optional<Query> parse_query(View text) {
    const std::size_t size = bracketed_size(text);
    if (size < 2) return {};
    const View inside = text.substr(1, size - 2);
    Query query;
    query.rest = text.substr(size);
    if (!query.rest.empty() && query.rest.front() == '#') {
        query.all = true;
        query.rest.remove_prefix(1);
    }
    std::size_t op = 0;
    for (; op < inside.size(); ++op) {
        const char c = inside[op];
        if (c == '\\') {
            ++op;
        } else if (c == '"') {
            op += quoted_size(inside.substr(op)) - 1;
        } else if (c == '(' || c == '[' || c == '{') {
            const std::size_t nested = bracketed_size(inside.substr(op));
            if (nested == 0) return {};
            op += nested - 1;
        } else if (c == '!' || c == '=' || c == '<' || c == '>' || c == '%') {
            break;
        }
    }
    query.path = trim(inside.substr(0, std::min(op, inside.size())));
    if (op >= inside.size()) return query;
    View comparison = inside.substr(op);
    for (const View candidate : {"==", "!=", "!%", "<=", ">=", "=", "<", ">", "%"}) {
        if (!comparison.starts_with(candidate)) continue;
        query.op = candidate == "==" ? View("=") : candidate;
        comparison.remove_prefix(candidate.size());
        break;
    }
    if (query.op.empty()) return {};
    comparison = trim(comparison);
    const bool quoted = comparison.size() >= 2 && comparison.front() == '"' && comparison.back() == '"';
    query.value = quoted ? json_string_text(comparison) : std::string(comparison);
    return query;
}

double number_of(View text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() ? number : 0;
}

template <class T>
bool compare(const T& left, const T& right, View op) {
    if (op == "=") return left == right;
    if (op == "!=") return left != right;
    if (op == "<") return left < right;
    if (op == "<=") return left <= right;
    if (op == ">") return left > right;
    return op == ">=" && left >= right;
}

/// `~true`, `~false`, `~null` and `~*` ask whether a value, or its absence, counts as such.
std::optional<bool> counts_as(const Text& found, View what) {
    if (what == "*") return found.has_value();
    const View value = found ? trim_json(*found) : View("null");
    const bool truthy = value != "null" && value != "false" && value != "\"\"" &&
                        (json_kind(value) != JsonKind::number || number_of(value) != 0);
    if (what == "null") return value == "null";
    if (what == "true") return truthy && found.has_value();
    if (what == "false") return !truthy;
    return {};
}

bool holds(const Query& query, const Text& found) {
    if (query.value.starts_with('~')) {
        const auto answer = counts_as(found, View(query.value).substr(1));
        return answer && (query.op == "=" ? *answer : query.op == "!=" && !*answer);
    }
    if (!found) return false;
    if (query.op.empty()) return true;
    const View value = trim_json(*found);
    switch (json_kind(value)) {
        case JsonKind::string: {
            const std::string text = json_string_text(value);
            if (query.op == "%") return matches_wildcard(text, query.value);
            if (query.op == "!%") return !matches_wildcard(text, query.value);
            return compare(text, query.value, query.op);
        }
        case JsonKind::number:
            return compare(number_of(value), number_of(query.value), query.op);
        case JsonKind::boolean: {
            const bool is_true = value == "true";
            if (query.op == "=") return query.value == value;
            if (query.op == "!=") return query.value != value;
            if (query.op == ">") return is_true && query.value == "false";
            if (query.op == "<") return !is_true && query.value == "true";
            return query.op == (is_true ? ">=" : "<=");
        }
        default:
            return false;
    }
}

bool matches_query(View element, const Query& query, std::size_t depth) {
    if (is_container(element)) return holds(query, get(element, query.path, depth + 1));
    return query.path.empty() && holds(query, std::string(element));
}

/// What `path` finds in each element of those that `wanted` takes, as an array.
template <class Wanted>
std::string collect(View array, std::optional<View> path, std::size_t depth, Wanted&& wanted) {
    std::string out = "[";
    for (JsonWalker walker(array); walker.next();) {
        if (!wanted(walker.value())) continue;
        const Text found = path ? get(walker.value(), *path, depth + 1) : Text(std::string(walker.value()));
        if (!found) continue;
        if (out.size() > 1) out += ',';
        out += *found;
    }
    return out + "]";
}

Text after_pipe(Text value, std::optional<View> pipe, std::size_t depth) {
    if (!pipe || !value) return value;
    return get(*value, *pipe, depth + 1);
}

Text walk_query(View array, View path, std::size_t depth) {
    const auto query = parse_query(path);
    if (!query) return {};
    const auto wanted = [&](View element) { return matches_query(element, *query, depth); };
    std::optional<View> inner;
    std::optional<View> pipe;
    if (query->rest.starts_with('.')) {
        const Piped split = split_at_pipe(query->rest.substr(1));
        inner = split.left;
        pipe = split.right;
    } else if (query->rest.starts_with('|')) {
        pipe = query->rest.substr(1);
    } else if (!query->rest.empty()) {
        return {};
    }
    if (query->all) return after_pipe(collect(array, inner, depth, wanted), pipe, depth);
    for (JsonWalker walker(array); walker.next();) {
        if (!wanted(walker.value())) continue;
        return after_pipe(inner ? get(walker.value(), *inner, depth + 1) : Text(std::string(walker.value())), pipe,
                          depth);
    }
    return {};
}

Text walk_array(View array, View path, std::size_t depth) {
    if (path.starts_with('#')) {
        const View rest = path.substr(1);
        if (rest.starts_with('.')) {
            const Piped split = split_at_pipe(rest.substr(1));
            return after_pipe(collect(array, split.left, depth, [](View) { return true; }), split.right, depth);
        }
        if (rest.starts_with('(') || rest.starts_with('[')) return walk_query(array, rest, depth);
        if (!rest.empty() && rest.front() != '|') return {};
        std::size_t count = 0;
        for (JsonWalker walker(array); walker.next();) ++count;
        return after_pipe(std::to_string(count), rest.empty() ? std::nullopt : std::optional(rest.substr(1)), depth);
    }
    const Component component = first_component(path);
    std::size_t index = 0;
    const char* const end = component.key.data() + component.key.size();
    const auto [stop, error] = std::from_chars(component.key.data(), end, index);
    if (component.key.empty() || error != std::errc() || stop != end) return {};
    for (JsonWalker walker(array); walker.next();) {
        if (index-- == 0) return follow(walker.value(), component, depth);
    }
    return {};
}

Text walk(View value, View path, std::size_t depth) {
    if (depth > max_selector_depth || value.empty()) return {};
    if (value.front() == '{') return walk_object(value, path, depth);
    if (value.front() == '[') return walk_array(value, path, depth);
    return {};
}

/// Goes on behind a modifier, literal or multipath.
Text continue_with(Text value, View rest, std::size_t depth) {
    if (value && !rest.empty() && (rest.front() == '.' || rest.front() == '|')) {
        return get(*value, rest.substr(1), depth + 1);
    }
    return value;
}

Text get_modified(View json, View path, std::size_t depth) {
    std::size_t end = path.find_first_of(".|:", 1);
    if (end == View::npos) end = path.size();
    const View name = path.substr(1, end - 1);
    View argument;
    View rest = path.substr(end);
    if (rest.starts_with(':')) {
        rest.remove_prefix(1);
        std::size_t size = 0;
        if (!rest.empty() && rest.front() == '"') {
            size = quoted_size(rest);
        } else if (!rest.empty() && (rest.front() == '{' || rest.front() == '[' || rest.front() == '(')) {
            size = bracketed_size(rest);
        }
        if (size == 0) size = std::min(rest.find('|'), rest.size());
        argument = rest.substr(0, size);
        rest.remove_prefix(size);
    }
    return continue_with(apply_json_modifier(name, json, argument), rest, depth);
}

Text get_literal(View path, std::size_t depth) {
    View rest = path.substr(1);
    View literal;
    if (!rest.empty() && (rest.front() == '{' || rest.front() == '[' || rest.front() == '"')) {
        literal = first_json_value(rest);
    } else {
        literal = rest.substr(0, std::min(rest.find_first_of(".|"), rest.size()));
    }
    rest.remove_prefix(literal.size());
    if (!is_json(literal)) return {};
    return continue_with(std::string(literal), rest, depth);
}

struct SubPath {
    View name;
    View path;
};

/// The parts of `{…}` or `[…]` at the start of `path`, and what follows. Nothing if it does not close.
std::optional<std::pair<std::vector<SubPath>, View>> parse_multipath(View path) {
    const std::size_t size = bracketed_size(path);
    if (size < 2) return {};
    const View inside = path.substr(1, size - 2);
    std::vector<SubPath> parts;
    std::size_t start = 0;
    std::size_t colon = View::npos;
    const auto push = [&](std::size_t end) {
        if (colon == View::npos) {
            parts.push_back({{}, inside.substr(start, end - start)});
        } else {
            parts.push_back({inside.substr(start, colon - start), inside.substr(colon + 1, end - colon - 1)});
        }
        start = end + 1;
        colon = View::npos;
    };
    bool modifier = false;
    for (std::size_t i = 0; i < inside.size(); ++i) {
        const char c = inside[i];
        if (c == '\\') {
            ++i;
        } else if (c == '"') {
            i += quoted_size(inside.substr(i)) - 1;
        } else if (c == '(' || c == '[' || c == '{') {
            const std::size_t nested = bracketed_size(inside.substr(i));
            if (nested == 0) return {};
            i += nested - 1;
        } else if (c == '@' && (i == start || inside[i - 1] == '.' || inside[i - 1] == '|')) {
            modifier = true;
        } else if (c == ':' && !modifier && colon == View::npos) {
            colon = i;
        } else if (c == ',') {
            push(i);
            modifier = false;
        }
    }
    push(inside.size());
    return std::pair(std::move(parts), path.substr(size));
}

/// The last component, if it can be a key.
View name_of(View path) {
    std::size_t begin = path.size();
    while (begin > 0 &&
           !((path[begin - 1] == '.' || path[begin - 1] == '|') && (begin < 2 || path[begin - 2] != '\\'))) {
        --begin;
    }
    const View last = path.substr(begin);
    for (char c : last) {
        if (static_cast<unsigned char>(c) < ' ' || View("[]{}()#|!").find(c) != View::npos) return "_";
    }
    return last;
}

Text get_multipath(View json, View path, std::size_t depth, bool& understood) {
    const auto parsed = parse_multipath(path);
    understood = parsed.has_value();
    if (!parsed) return {};
    const bool object = path.front() == '{';
    std::string out(1, object ? '{' : '[');
    for (const SubPath& part : parsed->first) {
        const Text found = get(json, part.path, depth + 1);
        if (!found) continue;
        if (out.size() > 1) out += ',';
        if (object) {
            const bool is_quoted = part.name.starts_with('"') && is_json(part.name);
            const View name = part.name.empty() ? name_of(part.path) : part.name;
            out += is_quoted ? std::string(name) : to_json_string(name);
            out += ':';
        }
        out += *found;
    }
    out += object ? '}' : ']';
    return continue_with(std::move(out), parsed->second, depth);
}

Text get(View json, View path, std::size_t depth) {
    if (depth > max_selector_depth) return {};
    json = trim_json(json);
    if (!path.empty()) {
        if (path.front() == '@' && is_json_modifier(path.substr(1, path.find_first_of(".|:", 1) - 1))) {
            return get_modified(json, path, depth);
        }
        if (path.front() == '!') return get_literal(path, depth);
        if (path.front() == '[' || path.front() == '{') {
            bool understood = false;
            Text value = get_multipath(json, path, depth, understood);
            if (understood) return value;
        }
        if (path.starts_with("..")) return walk("[" + std::string(json) + "]", path.substr(2), depth + 1);
    }
    return walk(json, path, depth);
}

std::size_t character_size(View text) {
    std::size_t size = 1;
    while (size < text.size() && (text[size] & 0xC0) == 0x80) ++size;
    return size;
}

}  // namespace

bool matches_wildcard(View text, View pattern) {
    // Where the last `*` stood, and what it has taken so far.
    bool starred = false;
    View star_text;
    View star_pattern;
    for (;;) {
        if (!pattern.empty() && pattern.front() == '*') {
            pattern.remove_prefix(1);
            starred = true;
            star_text = text;
            star_pattern = pattern;
            continue;
        }
        if (text.empty()) return pattern.empty();
        if (!pattern.empty() && pattern.front() == '?') {
            pattern.remove_prefix(1);
            text.remove_prefix(character_size(text));
            continue;
        }
        const View literal = pattern.size() > 1 && pattern.front() == '\\' ? pattern.substr(1) : pattern;
        if (!literal.empty() && literal.front() == text.front()) {
            pattern = literal.substr(1);
            text.remove_prefix(1);
            continue;
        }
        if (!starred) return false;
        star_text.remove_prefix(character_size(star_text));
        text = star_text;
        pattern = star_pattern;
    }
}

std::optional<std::string> select_json(View json, View path) {
    if (path.empty()) return {};
    return get(json, path, 0);
}

}  // namespace k6::js
