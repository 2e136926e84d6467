// Loading source: the way from text to bytecode, and from bytecode back to places in the source.
//
// MuJS's parser and compiler carry a line for every node and instruction. Here it is a position: a line, or, if
// negative, minus one minus a byte offset in the compiled text, which the table of the script turns into line and
// column.
#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "js/mujs/binding.h"
#include "js/mujs/runtime.h"
#include "js/mujs/shared_script.h"

namespace k6::js {
namespace {

/// Frees what the parser made, however it ends.
struct ParserCleanup {
    js_State* J;
    ~ParserCleanup() {
        jsP_freeparse(J);
        runtime_of(J).compiled_text = nullptr;
    }
};

/// Compiles `source` and leaves it as a script function on the stack. With `positions` the code's positions are byte
/// offsets, else lines.
void load(js_State* J, const char* file, const char* source, int strict, js_Environment* scope, bool positions) {
    js_Function* function = nullptr;
    run_native(J, [&] {
        Guard guard(J);
        const ParserCleanup cleanup{J};
        if (positions) runtime_of(J).compiled_text = source;
        const js_Function* last = J->gcfun;
        js_Ast* tree = jsP_parse(J, file, source);
        function = jsC_compilescript(J, tree, strict);
        note_functions(J, last, {});
    });
    js_newscript(J, function, scope);
}

/// Lines in place of byte offsets, for the functions compiled since `last` was the newest.
void count_lines(js_State* J, const js_Function* last, const char* source) {
    const PositionTable table{std::string_view(source)};
    const auto to_line = [&](int& position) {
        if (position < 0) position = table.place(static_cast<std::uint32_t>(-(position + 1))).first;
    };
    for (js_Function* function = J->gcfun; function != last; function = function->gcnext) {
        to_line(function->line);
        for (int at = 0; at < function->codelen; at += instruction_size(function->code + at)) {
            to_line(function->code[at]);
        }
    }
}

/// Where the next token begins, given what the lexer has read ahead.
const char* token_start(const js_State* J) {
    const int ahead = J->lexchar;
    const char* at = J->source;
    if (ahead >= 0) at -= ahead < 0x80 ? 1 : ahead < 0x800 ? 2 : ahead < 0x10000 ? 3 : 4;
    for (;;) {
        if (const int white = white_space(at)) {
            at += white;
        } else if (at[0] == '/' && at[1] == '/') {
            while (*at != 0 && *at != '\n') ++at;
        } else if (at[0] == '/' && at[1] == '*') {
            const char* end = std::strstr(at + 2, "*/");
            if (end == nullptr) return at;
            at = end + 2;
        } else {
            return at;
        }
    }
}

}  // namespace

PositionTable::PositionTable(std::string_view text) {
    line_starts.push_back(0);
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\n') line_starts.push_back(static_cast<std::uint32_t>(i + 1));
    }
}

std::pair<int, int> PositionTable::place(std::uint32_t offset) const {
    if (positions.empty()) {
        const auto line = std::upper_bound(line_starts.begin(), line_starts.end(), offset) - 1;
        return {static_cast<int>(line - line_starts.begin()) + 1, static_cast<int>(offset - *line) + 1};
    }
    auto next = std::upper_bound(positions.begin(), positions.end(), offset,
                                 [](std::uint32_t value, const SourcePosition& entry) { return value < entry.offset; });
    if (next != positions.begin()) --next;
    return {static_cast<int>(next->line), static_cast<int>(next->column)};
}

std::pair<int, int> source_place(const Runtime& runtime, const char* file, int position) {
    if (position >= 0) return {position, 0};
    const auto offset = static_cast<std::uint32_t>(-(position + 1));
    for (const auto& [name, table] : runtime.position_tables) {
        if (name == file) return table->place(offset);
    }
    return {1, static_cast<int>(offset) + 1};
}

void note_functions(js_State* J, const js_Function* last, const std::vector<FunctionSource>& functions) {
    for (js_Function* function = J->gcfun; function != last; function = function->gcnext) {
        function_begin(function) = function_end(function) = function_traits(function) = 0;
        if (function->line >= 0) continue;
        const auto offset = static_cast<std::uint32_t>(-(function->line + 1));
        const auto found =
            std::lower_bound(functions.begin(), functions.end(), offset,
                             [](const FunctionSource& entry, std::uint32_t value) { return entry.offset < value; });
        if (found == functions.end() || found->offset != offset) continue;
        function_begin(function) = static_cast<int>(found->begin);
        function_end(function) = static_cast<int>(found->end);
        function_traits(function) = static_cast<int>(found->kind) | (found->length ? *found->length + 1 : 0) << 8;
        if (found->kind == FunctionSource::Kind::class_constructor) function->strict = class_strictness;
        if (found->name) function->name = js_intern(J, to_engine_text(*found->name).c_str());
    }
}

std::string_view function_text(const Runtime& runtime, const js_Function* function) {
    if (function_end(function) == 0) return {};
    for (const auto& [name, table] : runtime.position_tables) {
        if (name != function->filename) continue;
        const auto begin = static_cast<std::size_t>(function_begin(function));
        const auto end = static_cast<std::size_t>(function_end(function));
        if (end > table->source.size()) return {};
        return std::string_view(table->source).substr(begin, end - begin);
    }
    return {};
}

void load_script(js_State* J, const char* file, const char* source) {
    load(J, file, source, J->default_strict, J->GE, true);
}

Value evaluate_source(State& state, std::string_view source) {
    js_State* J = state.raw();
    std::string code(source);
    std::vector<FunctionSource> functions;
    const auto lower = runtime_of(J).lower_source;
    if (lower != nullptr) {
        Result<LoweredSource> lowered = lower(to_utf8(source));
        if (!lowered) throw SyntaxError(lowered.error().message);
        code = to_engine_text(lowered->code);
        functions = std::move(lowered->functions);
    }
    Guard guard(J);
    const js_Function* last = J->gcfun;
    load(J, "(eval)", code.c_str(), J->default_strict, J->GE, !functions.empty());
    if (!functions.empty()) {
        note_functions(J, last, functions);
        count_lines(J, last, code.c_str());
    }
    js_pushundefined(J);
    js_call(J, 0);
    if (lower != nullptr) {
        js_pushundefined(J);
        js_call(J, 0);
    }
    return Internal::value(state, *js_tovalue(J, -1));
}

js_Function* compile_function(js_State* J, const char* parameters, const char* body) {
    js_Function* function = nullptr;
    run_native(J, [&] {
        Guard guard(J);
        const ParserCleanup cleanup{J};
        const js_Function* last = J->gcfun;
        function = jsC_compilefunction(J, jsP_parsefunction(J, "[string]", parameters, body));
        note_functions(J, last, {});
        function->name = "anonymous";
    });
    return function;
}

}  // namespace k6::js

using namespace k6::js;

extern "C" {

void js_loadeval(js_State* J, const char* file, const char* source) {
    load(J, file, source, J->strict, J->strict ? J->E : nullptr, false);
}

int k6_js_nesting_limit(js_State* J) { return runtime_of(J).nesting_limit; }

int k6_js_lex(js_State* J) {
    const char* text = runtime_of(J).compiled_text;
    if (text == nullptr) return jsY_lex(J);
    const char* start = token_start(J);
    const int token = jsY_lex(J);
    J->lexline = -static_cast<int>(start - text) - 1;
    return token;
}

}  // extern "C"
