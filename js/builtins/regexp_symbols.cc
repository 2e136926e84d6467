// RegExp.prototype[Symbol.match, matchAll, replace, search, split] (ECMA-262 22.2.5). Each algorithm looks up what
// scripts may have overridden; for a RegExp that nobody touched it goes straight to the matcher, with the same result.
#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "js/builtins/iterators.h"
#include "js/builtins/regexp_exec.h"

namespace k6::js {
namespace {

/// All matches that a global expression finds from the start, as exec called again and again would, each with all of
/// its captures. Leaves lastIndex at 0.
std::vector<regexp::Capture> all_matches(State& state, const Value& expression, const regexp::Program& program,
                                         const RegExpInput& input) {
    js_State* J = state.raw();
    js_Object* object = Internal::raw(expression).u.object;
    set_last_index(state, object, 0);
    std::vector<regexp::Capture> captures;
    regexp::Matcher& matcher = regexp_runtime(J).matcher;
    const regexp::Search search = program.flags().sticky ? regexp::Search::here : regexp::Search::from_here_on;
    for (std::size_t start = 0; start <= input.subject().text().size();) {
        const regexp::Outcome outcome = program.match(matcher, input.subject(), start, search);
        if (outcome == regexp::Outcome::gave_up) throw_match_limit(program);
        if (outcome == regexp::Outcome::no_match) break;
        for (std::uint32_t group = 0; group < program.group_count(); ++group) {
            captures.push_back(matcher.capture(group));
        }
        const regexp::Capture whole = matcher.capture(0);
        start = whole.last == whole.first ? input.next_offset(whole.last) : whole.last;
    }
    return captures;
}

double to_length(double number) {
    return std::isnan(number) ? 0 : std::clamp(std::trunc(number), 0.0, 9007199254740991.0);
}

/// lastIndex of any object, moved over the character that is there.
void step_over(State& state, const Value& expression, const Text& text, bool unicode) {
    const double index = to_length(expression.get("lastIndex").to_number(state));
    double next = index + 1;
    if (unicode && next < text.units) {
        const Place place = place_of(text, static_cast<int>(index));
        if (!place.split && static_cast<unsigned char>(text.bytes[place.offset]) >= 0xF0) next = index + 2;
    }
    set_last_index(state, Internal::raw(expression).u.object, next);
}

struct FlagText {
    bool global;
    bool unicode;
};

FlagText flags_of(State& state, const Value& expression) {
    const std::string flags = to_engine_string(state, expression.get("flags"));
    return {flags.find('g') != std::string::npos, flags.find('u') != std::string::npos};
}

/// SpeciesConstructor(expression, %RegExp%); undefined stands for RegExp itself.
Value species_of(State& state, const Value& expression) {
    const Value constructor = expression.get("constructor");
    if (constructor.is_undefined()) return {};
    if (!constructor.is_object()) throw TypeError("object.constructor is not an object");
    const Value species = constructor.get("@@species");
    if (species.is_nullish() || species.same_as(state.hidden("RegExp"))) return {};
    if (!species.is_function()) throw TypeError("object.constructor[Symbol.species] is not a constructor");
    return species;
}

Value construct_like(State& state, const Value& species, const Value& expression, const std::string& flags) {
    const Value constructor = species.is_undefined() ? state.hidden("RegExp") : species;
    const Value arguments[] = {expression, state.string(flags)};
    return constructor.construct(arguments);
}

}  // namespace

// ---- match

Value regexp_match(State& state, const Value& expression, const Value& text) {
    js_State* J = state.raw();
    if (is_pristine_regexp(J, Internal::raw(expression))) {
        const auto program = regexp_of(Internal::raw(expression))->program;
        if (!program->flags().global) return regexp_builtin_exec(state, expression, text);
        Guard guard(J);
        const RegExpInput input(state, text, program->form());
        const std::vector<regexp::Capture> captures = all_matches(state, expression, *program, input);
        if (captures.empty()) return Value::null();
        js_Object* matches = new_array(J);
        for (std::size_t i = 0; i < captures.size(); i += program->group_count()) {
            append_raw(J, matches, input.capture_value(captures[i]));
        }
        return to_value(state, object_value(matches));
    }
    const FlagText flags = flags_of(state, expression);
    if (!flags.global) return regexp_exec(state, expression, text);
    set_last_index(state, Internal::raw(expression).u.object, 0);
    const js_Value raw_text = Internal::raw(text);
    const Value matches = state.array();
    bool any = false;
    for (;;) {
        const Value result = regexp_exec(state, expression, text);
        if (result.is_null()) return any ? matches : Value::null();
        any = true;
        const Value match = to_js_string(state, result.at(0));
        matches.append(match);
        if (match.raw_text().empty()) step_over(state, expression, text_of(J, raw_text), flags.unicode);
    }
}

// ---- matchAll

namespace {

struct RegExpStringIterator {
    static constexpr const char* js_name = "RegExp String Iterator";
    void js_trace(Tracer& tracer) const {
        tracer.visit(expression);
        tracer.visit(text);
    }
    TracedValue expression;
    TracedValue text;
    bool global = false;
    bool unicode = false;
    bool done = false;
};

Value string_iterator_next(Call& call) {
    State& state = call.state();
    js_State* J = state.raw();
    RegExpStringIterator& iterator = this_box<RegExpStringIterator>(call).value;
    const auto finished = [&](bool done, const Value& value) {
        Guard guard(J);
        return to_value(state, iterator_result(J, Internal::raw(value), done));
    };
    if (iterator.done) return finished(true, {});
    const Value expression = iterator.expression.load(state);
    const Value text = iterator.text.load(state);
    const Value match = regexp_exec(state, expression, text);
    if (match.is_null() || !iterator.global) iterator.done = true;
    if (match.is_null()) return finished(true, {});
    if (iterator.global) {
        const Value whole = to_js_string(state, match.at(0));
        if (whole.raw_text().empty()) {
            const js_Value raw_text = Internal::raw(text);
            step_over(state, expression, text_of(J, raw_text), iterator.unicode);
        }
    }
    return finished(false, match);
}

constexpr FunctionDefinition string_iterator_functions[] = {{"next", 0, string_iterator_next}};

}  // namespace

Value regexp_match_all(State& state, const Value& expression, const Value& text) {
    const Value species = species_of(state, expression);
    const std::string flags = to_engine_string(state, expression.get("flags"));
    const Value matcher = construct_like(state, species, expression, flags);
    const double index = to_length(expression.get("lastIndex").to_number(state));
    set_last_index(state, Internal::raw(matcher).u.object, index);
    Value prototype = state.hidden("RegExp String Iterator");
    if (!prototype.is_object()) {
        prototype = state.object(iterator_prototype(state));
        state.define_functions(prototype, string_iterator_functions);
        prototype.define("@@toStringTag", state.literal("RegExp String Iterator"),
                         Attributes::hidden | Attributes::read_only);
        state.set_hidden("RegExp String Iterator", prototype);
    }
    return state.native<RegExpStringIterator>(prototype, 0, TracedValue(matcher), TracedValue(text),
                                              flags.find('g') != std::string::npos,
                                              flags.find('u') != std::string::npos, false);
}

// ---- replace

void substitute(std::string& out, std::string_view pattern, const Substitution& match) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const std::size_t dollar = pattern.find('$', i);
        if (dollar == std::string_view::npos || dollar + 1 == pattern.size()) {
            append_text(out, pattern.substr(i));
            return;
        }
        append_text(out, pattern.substr(i, dollar - i));
        const char next = pattern[dollar + 1];
        i = dollar + 1;
        if (next == '$') {
            out += '$';
        } else if (next == '&') {
            append_text(out, match.matched);
        } else if (next == '`') {
            append_text(out, match.before);
        } else if (next == '\'') {
            append_text(out, match.after);
        } else if (is_digit(next)) {
            std::size_t group = static_cast<std::size_t>(next - '0');
            std::string text;
            // Two digits if there is such a group.
            if (i + 1 < pattern.size() && is_digit(pattern[i + 1])) {
                const std::size_t longer = group * 10 + static_cast<std::size_t>(pattern[i + 1] - '0');
                if (longer >= 1 && longer <= match.groups) {
                    group = longer;
                    ++i;
                }
            }
            if (group >= 1 && group <= match.groups && match.group(group, text)) {
                append_text(out, text);
            } else if (group == 0 || group > match.groups) {
                out += '$';
                out += next;
            }
        } else if (next == '<' && match.named != nullptr) {
            const std::size_t close = pattern.find('>', i + 1);
            if (close == std::string_view::npos) {
                out += "$<";
            } else {
                append_text(out, match.named(std::string(pattern.substr(i + 1, close - i - 1))));
                i = close;
            }
        } else {
            out += '$';
            --i;  // what follows stands for itself
        }
    }
}

namespace {

/// The result of a replacement function, as bytes.
std::string call_replacer(State& state, const Value& replacer, std::span<const Value> arguments) {
    return to_engine_string(state, replacer.call({}, arguments));
}

Value text_result(State& state, const std::string& text) {
    Guard guard(state.raw());
    return to_value(state, text_value(state.raw(), text));
}

Value named_groups(State& state, const regexp::Program& program, std::span<const Value> captures) {
    const Value groups = state.object(Value::null());
    for (const auto& [name, group] : program.names()) groups.define(name, captures[group], Attributes::none);
    return groups;
}

/// For an expression that nobody touched.
Value replace_directly(State& state, const Value& expression, const Value& text, const Value& replacer,
                       const std::string& replacement) {
    js_State* J = state.raw();
    const auto program = regexp_of(Internal::raw(expression))->program;
    Guard guard(J);
    const RegExpInput input(state, text, program->form());
    const std::size_t groups = program->group_count();
    std::vector<regexp::Capture> captures;
    if (program->flags().global) {
        captures = all_matches(state, expression, *program, input);
    } else if (regexp_step(state, Internal::raw(expression).u.object, *program, input)) {
        for (std::uint32_t group = 0; group < groups; ++group) {
            captures.push_back(regexp_runtime(J).matcher.capture(group));
        }
    }
    if (captures.empty()) return text;
    const std::size_t end = input.subject().text().size();
    const bool plain = !replacer.is_function() && replacement.find('$') == std::string::npos;
    std::string result;
    std::string storage;
    std::size_t copied = 0;
    for (std::size_t i = 0; i < captures.size(); i += groups) {
        const std::span<const regexp::Capture> match(captures.data() + i, groups);
        append_text(result, input.piece(copied, match[0].first, storage));
        copied = match[0].last;
        if (plain) {
            append_text(result, replacement);
        } else if (replacer.is_function()) {
            std::vector<Value> arguments;
            arguments.reserve(groups + 3);
            for (const regexp::Capture& capture : match) {
                arguments.push_back(to_value(state, input.capture_value(capture)));
            }
            const Value named = program->names().empty() ? Value() : named_groups(state, *program, arguments);
            arguments.push_back(input.unit_of(match[0].first));
            arguments.push_back(text);
            if (!program->names().empty()) arguments.push_back(named);
            append_text(result, call_replacer(state, replacer, arguments));
        } else {
            std::string matched;
            std::string before;
            std::string after;
            Substitution substitution;
            substitution.matched = input.piece(match[0].first, match[0].last, matched);
            // Only what is asked for: both may be long.
            if (replacement.find("$`") != std::string::npos)
                substitution.before = input.piece(0, match[0].first, before);
            if (replacement.find("$'") != std::string::npos)
                substitution.after = input.piece(match[0].last, end, after);
            substitution.groups = groups - 1;
            const auto text_of_group = [&](std::size_t group, std::string& out) {
                if (match[group].participated()) out = input.piece(match[group].first, match[group].last, storage);
                return true;
            };
            substitution.group = text_of_group;
            if (!program->names().empty()) {
                substitution.named = [&](const std::string& wanted) {
                    std::string out;
                    for (const auto& [name, group] : program->names()) {
                        if (name == wanted) text_of_group(group, out);
                    }
                    return out;
                };
            }
            substitute(result, replacement, substitution);
        }
        if (result.size() > JS_STRLIMIT) throw RangeError("Invalid string length");
    }
    append_text(result, input.piece(copied, end, storage));
    return text_result(state, result);
}

}  // namespace

Value regexp_replace(State& state, const Value& expression, const Value& text, const Value& given) {
    js_State* J = state.raw();
    const std::string replacement = given.is_function() ? std::string() : to_engine_string(state, given);
    const Value replacer = given.is_function() ? given : Value();
    if (is_pristine_regexp(J, Internal::raw(expression))) {
        return replace_directly(state, expression, text, replacer, replacement);
    }
    const FlagText flags = flags_of(state, expression);
    if (flags.global) set_last_index(state, Internal::raw(expression).u.object, 0);
    const js_Value raw_text = Internal::raw(text);
    std::vector<Value> results;
    for (;;) {
        const Value result = regexp_exec(state, expression, text);
        if (result.is_null()) break;
        results.push_back(result);
        if (!flags.global) break;
        const Value match = to_js_string(state, result.at(0));
        if (match.raw_text().empty()) step_over(state, expression, text_of(J, raw_text), flags.unicode);
    }
    std::string out;
    int copied = 0;
    Guard guard(J);
    const Text subject = text_of(J, raw_text);
    const auto part = [&](int from, int to) {
        const Value piece = to_value(state, part_of(J, subject, from, to));
        return std::string(piece.raw_text());
    };
    for (const Value& result : results) {
        const std::size_t length = result.length();
        std::vector<Value> captures;
        captures.push_back(to_js_string(state, result.at(0)));
        for (std::size_t i = 1; i < std::max<std::size_t>(length, 1); ++i) {
            const Value capture = result.at(i);
            captures.push_back(capture.is_undefined() ? capture : to_js_string(state, capture));
        }
        const double index = result.get("index").to_number(state);
        const int position =
            std::isnan(index) ? 0 : static_cast<int>(std::clamp<double>(std::trunc(index), 0, subject.units));
        const std::size_t group_count = captures.size() - 1;
        const Value named = result.get("groups");
        std::string piece;
        if (replacer.is_function()) {
            std::vector<Value> arguments = captures;
            arguments.push_back(position);
            arguments.push_back(text);
            if (!named.is_undefined()) arguments.push_back(named);
            piece = call_replacer(state, replacer, arguments);
        } else {
            const std::string matched(captures[0].raw_text());
            const int match_end = std::min(subject.units, position + utf16_length(matched.data(), matched.size()));
            const std::string before = part(0, position);
            const std::string after = part(match_end, subject.units);
            Substitution substitution;
            substitution.matched = matched;
            substitution.before = before;
            substitution.after = after;
            substitution.groups = group_count;
            substitution.group = [&](std::size_t group, std::string& group_text) {
                const Value& capture = captures[group];
                group_text = capture.raw_text();
                return true;
            };
            if (!named.is_undefined()) {
                if (named.is_null()) throw TypeError("Cannot convert undefined or null to object");
                substitution.named = [&](const std::string& name) {
                    const Value value = named.get(std::string_view(to_utf8(name)));
                    return value.is_undefined() ? std::string() : to_engine_string(state, value);
                };
            }
            substitute(piece, replacement, substitution);
        }
        if (position >= copied) {
            append_text(out, part(copied, position));
            append_text(out, piece);
            const Value& whole = captures[0];
            copied = std::min(subject.units, position + utf16_length(whole.raw_text().data(), whole.raw_text().size()));
        }
    }
    append_text(out, part(copied, subject.units));
    return text_result(state, out);
}

// ---- search

Value regexp_search(State& state, const Value& expression, const Value& text) {
    js_State* J = state.raw();
    if (is_pristine_regexp(J, Internal::raw(expression))) {
        const auto program = regexp_of(Internal::raw(expression))->program;
        Guard guard(J);
        const RegExpInput input(state, text, program->form());
        regexp::Matcher& matcher = regexp_runtime(J).matcher;
        const regexp::Outcome outcome = program->match(
            matcher, input.subject(), 0, program->flags().sticky ? regexp::Search::here : regexp::Search::from_here_on);
        if (outcome == regexp::Outcome::gave_up) throw_match_limit(*program);
        return outcome == regexp::Outcome::match ? input.unit_of(matcher.capture(0).first) : -1;
    }
    js_Object* object = Internal::raw(expression).u.object;
    const auto same = [](const Value& a, const Value& b) { return same_value(Internal::raw(a), Internal::raw(b)); };
    const Value previous = expression.get("lastIndex");
    if (!same(previous, Value(0))) set_last_index(state, object, 0);
    const Value result = regexp_exec(state, expression, text);
    if (!same(expression.get("lastIndex"), previous)) expression.set("lastIndex", previous);
    return result.is_null() ? Value(-1) : result.get("index");
}

// ---- split

namespace {

/// For an expression whose splitter would be a plain RegExp.
Value split_directly(State& state, const regexp::Program& program, const Value& text, std::uint32_t limit) {
    js_State* J = state.raw();
    Guard guard(J);
    const RegExpInput input(state, text, program.form());
    js_Object* parts = new_array(J);
    const std::size_t size = input.subject().text().size();
    regexp::Matcher& matcher = regexp_runtime(J).matcher;
    const auto find = [&](std::size_t from) {
        const regexp::Outcome outcome = program.match(matcher, input.subject(), from, regexp::Search::from_here_on);
        if (outcome == regexp::Outcome::gave_up) throw_match_limit(program);
        return outcome == regexp::Outcome::match;
    };
    if (size == 0) {
        if (!find(0)) append_raw(J, parts, input.raw());
        return to_value(state, object_value(parts));
    }
    const auto full = [&] { return static_cast<std::uint32_t>(parts->u.a.flat_length) >= limit; };
    std::size_t start = 0;
    for (std::size_t from = 0; from < size && find(from);) {
        const regexp::Capture whole = matcher.capture(0);
        if (whole.first >= size) break;
        if (whole.last == start) {
            from = input.next_offset(std::max(from, whole.first));
            continue;
        }
        append_raw(J, parts, input.piece_value(start, whole.first));
        if (full()) return to_value(state, object_value(parts));
        start = whole.last;
        for (std::uint32_t group = 1; group < program.group_count(); ++group) {
            append_raw(J, parts, input.capture_value(matcher.capture(group)));
            if (full()) return to_value(state, object_value(parts));
        }
        from = start;
    }
    append_raw(J, parts, input.piece_value(start, size));
    return to_value(state, object_value(parts));
}

}  // namespace

Value regexp_split(State& state, const Value& expression, const Value& text, const Value& given_limit) {
    js_State* J = state.raw();
    const Value species = species_of(state, expression);
    const bool direct = species.is_undefined() && is_pristine_regexp(J, Internal::raw(expression));
    std::string flags = to_engine_string(state, expression.get("flags"));
    const bool unicode = flags.find('u') != std::string::npos;
    if (flags.find('y') == std::string::npos) flags += 'y';
    const auto limit_of = [&]() -> std::uint32_t {
        return given_limit.is_undefined() ? 0xFFFFFFFFU : jsV_numbertouint32(given_limit.to_number(state));
    };
    if (direct) {
        const auto program = regexp_of(Internal::raw(expression))->program;
        const std::uint32_t limit = limit_of();
        return limit == 0 ? state.array() : split_directly(state, *program, text, limit);
    }
    const Value splitter = construct_like(state, species, expression, flags);
    js_Object* splitter_object = Internal::raw(splitter).u.object;
    const std::uint32_t limit = limit_of();
    const Value parts = state.array();
    if (limit == 0) return parts;
    const js_Value raw_text = Internal::raw(text);
    Guard guard(J);
    const Text subject = text_of(J, raw_text);
    if (subject.units == 0) {
        if (regexp_exec(state, splitter, text).is_null()) parts.append(text);
        return parts;
    }
    const auto part = [&](int from, int to) { return to_value(state, part_of(J, subject, from, to)); };
    std::uint32_t count = 0;
    int start = 0;
    for (int at = 0; at < subject.units;) {
        set_last_index(state, splitter_object, at);
        const Value result = regexp_exec(state, splitter, text);
        int end = 0;
        if (!result.is_null()) {
            end = static_cast<int>(
                std::min<double>(to_length(splitter.get("lastIndex").to_number(state)), subject.units));
        }
        if (result.is_null() || end == start) {
            const Place place = place_of(subject, at);
            const bool pair =
                unicode && !place.split && static_cast<unsigned char>(subject.bytes[place.offset]) >= 0xF0;
            at += pair ? 2 : 1;
            continue;
        }
        parts.append(part(start, at));
        if (++count == limit) return parts;
        start = end;
        const std::size_t length = result.length();
        for (std::size_t i = 1; i < std::max<std::size_t>(length, 1); ++i) {
            parts.append(result.at(i));
            if (++count == limit) return parts;
        }
        at = start;
    }
    parts.append(part(start, subject.units));
    return parts;
}

void install_regexp_symbols(State& state) { state.set_hidden("RegExp", state.global().get("RegExp")); }

}  // namespace k6::js
