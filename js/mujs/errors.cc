#include "js/mujs/errors.h"

#include <algorithm>
#include <charconv>

#include "js/mujs/state.h"

namespace k6::js {
namespace {

int take_trailing_number(std::string_view& text) {
    std::size_t start = text.size();
    while (start > 0 && text[start - 1] >= '0' && text[start - 1] <= '9') --start;
    if (start == text.size() || start == 0 || text[start - 1] != ':') return 0;
    int number = 0;
    std::from_chars(text.data() + start, text.data() + text.size(), number);
    text = text.substr(0, start - 1);
    return number;
}

/// The text of a property that needs no script to read, or empty.
std::string property_text(const Value& object, const char* name) {
    try {
        const Value value = object.get(name);
        return value.is_string() ? value.as_string() : std::string();
    } catch (const ScriptException&) {
        return {};
    }
}

}  // namespace

std::string shown_function_name(std::string_view name) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (name.size() > 2 && name[0] == '$' && std::string_view("cfis").find(name[1]) != std::string_view::npos &&
        std::all_of(name.begin() + 2, name.end(), is_digit)) {
        return {};
    }
    constexpr std::string_view prefix = "$k_f_";
    if (!name.starts_with(prefix)) return std::string(name);
    name.remove_prefix(prefix.size());
    std::string shown;
    for (std::size_t i = 0; i < name.size(); ++i) {
        unsigned byte = 0;
        if (name[i] == '$' && i + 2 < name.size() &&
            std::from_chars(name.data() + i + 1, name.data() + i + 3, byte, 16).ptr == name.data() + i + 3) {
            shown += static_cast<char>(byte);
            i += 2;
        } else {
            shown += name[i];
        }
    }
    return shown;
}

std::string format_frame(const StackFrame& frame) {
    std::string text = "\tat ";
    std::string place = frame.file;
    if (frame.line > 0) {
        place += ':';
        place += std::to_string(frame.line);
        if (frame.column > 0) {
            place += ':';
            place += std::to_string(frame.column);
            place += "(0)";
        }
    }
    const std::string name = shown_function_name(frame.function);
    if (name.empty()) return text + place;
    return text + name + " (" + place + ")";
}

std::vector<StackFrame> parse_stack(std::string_view stack) {
    std::vector<StackFrame> frames;
    while (!stack.empty()) {
        std::string_view line = stack.substr(0, stack.find('\n'));
        stack.remove_prefix(std::min(stack.size(), line.size() + 1));
        if (!line.starts_with("\tat ")) continue;
        line.remove_prefix(4);
        StackFrame frame;
        const std::size_t open = line.find(" (");
        if (open != std::string_view::npos && line.ends_with(')')) {
            frame.function = line.substr(0, open);
            line = line.substr(open + 2, line.size() - open - 3);
        }
        if (line.ends_with(')')) line = line.substr(0, line.rfind('('));
        const int last = take_trailing_number(line);
        const int first = take_trailing_number(line);
        frame.line = first > 0 ? first : last;
        frame.column = first > 0 ? last : 0;
        frame.file = line;
        frames.push_back(std::move(frame));
    }
    return frames;
}

std::string ScriptError::log_text() const {
    std::string log = text;
    log += '\n';
    for (const StackFrame& frame : frames) {
        log += format_frame(frame);
        log += '\n';
    }
    return log;
}

Error ScriptError::to_error() const { return {ErrorClass::script_exception, log_text(), "script exception"}; }

ScriptError describe(State& state, const Value& thrown) {
    ScriptError error;
    try {
        error.text = thrown.to_string(state);
    } catch (const ScriptException&) {
        error.text = thrown.is_object() ? "[object Object]" : "";
    }
    error.message = error.text;
    if (thrown.is_object()) {
        if (std::string message = property_text(thrown, "message"); !message.empty())
            error.message = std::move(message);
        error.name = property_text(thrown, "name");
        error.frames = parse_stack(property_text(thrown, "stack"));
    }
    if (thrown.is_symbol()) error.text = error.message = "Symbol(" + thrown.symbol_description() + ")";
    // Of values that are no errors the engine has noted where they were thrown.
    const Value place = state.hidden("@@internal:place");
    if (error.frames.empty() && place.is_object() && state.hidden("@@internal:thrown").same_as(thrown)) {
        error.frames = parse_stack(property_text(place, "stack"));
        state.set_hidden("@@internal:place", {});
        state.set_hidden("@@internal:thrown", {});
    }
    return error;
}

}  // namespace k6::js
