#include "js/modules/console.h"

#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "js/builtins/array_buffer.h"
#include "js/mujs/binding.h"

namespace k6::js {
namespace {

class Formatter {
public:
    explicit Formatter(State& state) : state_(state) {}

    std::string top_level(const Value& value) {
        if (value.is_function()) return "[object Function]";
        if (value.is_symbol()) return value.symbol_description();
        if (!value.is_object() || value.is_error()) return value.to_string(state_);
        nested(value);
        return std::move(out_);
    }

private:
    static constexpr std::size_t deepest = 100;

    void nested(const Value& value) {
        if (value.is_nullish()) {
            out_ += "null";
        } else if (value.is_string()) {
            out_ += '"';
            out_ += value.as_string();
            out_ += '"';
        } else if (value.is_symbol()) {
            out_ += '"' + value.symbol_description() + '"';
        } else if (value.is_function()) {
            out_ += "[object Function]";
        } else if (!value.is_object() || value.is_error()) {
            out_ += value.to_string(state_);
        } else {
            object(value);
        }
    }

    void object(const Value& value) {
        for (const Value* ancestor : ancestors_) {
            if (ancestor->same_as(value)) {
                out_ += "[Circular]";
                return;
            }
        }
        // Deeper, nobody reads it, and the C stack would not hold it.
        if (ancestors_.size() == deepest) {
            out_ += value.is_array() ? "[...]" : "{...}";
            return;
        }
        ancestors_.push_back(&value);
        if (const auto bytes = bytes_of(value)) {
            buffer(value, *bytes);
        } else if (value.is_array()) {
            list("[", "]", value.length(), [&](std::size_t index) { nested(value.at(index)); });
        } else {
            const std::vector<std::string> keys = value.keys();
            if (keys.empty() && value.is_date()) {
                date(value);
            } else {
                list("{", "}", keys.size(), [&](std::size_t index) {
                    out_ += keys[index];
                    out_ += ": ";
                    nested(value.get(keys[index]));
                });
            }
        }
        ancestors_.pop_back();
    }

    void date(const Value& value) {
        try {
            const std::string text = value.get("toISOString").call(value).to_string(state_);
            out_ += '"' + text + '"';
        } catch (const ScriptException&) {
            out_ += "{}";  // an invalid date has no ISO form
        }
    }

    void buffer(const Value& value, std::span<const std::byte> bytes) {
        if (is_array_buffer(value)) {
            out_ += "ArrayBuffer { [Uint8Contents]: <";
            char text[4];
            for (std::size_t i = 0; i < bytes.size(); ++i) {
                std::snprintf(text, sizeof text, "%s%02x", i == 0 ? "" : " ", static_cast<unsigned>(bytes[i]));
                out_ += text;
            }
            out_ += ">, byteLength: " + std::to_string(bytes.size()) + " }";
            return;
        }
        const std::size_t length = value.length();
        std::string name = value.get("constructor").get("name").to_string(state_);
        if (name == "Uint8ClampedArray") name = "Uint8Array";
        out_ += name + "(" + std::to_string(length) + ") ";
        list("[", "]", length, [&](std::size_t index) { nested(value.at(index)); });
    }

    template <class Item>
    void list(const char* open, const char* close, std::size_t size, Item&& item) {
        out_ += open;
        for (std::size_t i = 0; i < size; ++i) {
            out_ += i == 0 ? " " : ", ";
            item(i);
        }
        if (size > 0) out_ += ' ';
        out_ += close;
    }

    State& state_;
    std::string out_;
    std::vector<const Value*> ancestors_;
};

template <LogLevel Level>
Value log(Call& call) {
    auto& context = call.context<ScriptContext>();
    Logger& logger = context.console != nullptr ? *context.console : context.logger;
    if (!logger.enabled(Level)) return {};
    std::string message;
    for (std::size_t i = 0; i < call.size(); ++i) {
        if (i > 0) message += ' ';
        message += format_console_value(call.state(), call[i]);
    }
    if (context.console != nullptr) {
        logger.log(Level, message, {});
    } else {
        constexpr LogField source{"source", "console"};
        logger.log(Level, message, {&source, 1});
    }
    return {};
}

constexpr FunctionDefinition functions[] = {
    {"log", 0, log<LogLevel::info>},     {"debug", 0, log<LogLevel::debug>}, {"info", 0, log<LogLevel::info>},
    {"warn", 0, log<LogLevel::warning>}, {"error", 0, log<LogLevel::error>},
};

}  // namespace

void install_console(ScriptContext& context) {
    Value console = context.state.object();
    context.state.define_functions(console, functions, Attributes::none);
    context.state.global().define("console", console);
}

std::string format_console_value(State& state, const Value& value) { return Formatter(state).top_level(value); }

}  // namespace k6::js
