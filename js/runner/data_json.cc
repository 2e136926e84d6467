#include "js/runner/data_json.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <string_view>
#include <vector>

#include "js/builtins/array_buffer.h"
#include "js/modules/base64.h"
#include "js/mujs/errors.h"

namespace k6::js {
namespace {

struct Unsupported {
    std::string what;
};

class Writer {
public:
    explicit Writer(State& state) : state_(state) {}

    std::string write(const Value& value) {
        any(value);
        return std::move(out_);
    }

private:
    void any(const Value& value) {
        switch (value.type()) {
            case Value::Type::undefined:
            case Value::Type::null:
                out_ += "null";
                break;
            case Value::Type::boolean:
                out_ += value.as_boolean() ? "true" : "false";
                break;
            case Value::Type::number:
                number(value.as_number());
                break;
            case Value::Type::string:
                text(value);
                break;
            case Value::Type::symbol:
                throw Unsupported{"a symbol has no JSON form"};
            case Value::Type::bigint:
                throw Unsupported{"a BigInt has no JSON form"};
            case Value::Type::function:
                throw Unsupported{"a function has no JSON form"};
            case Value::Type::object:
                object(value);
                break;
        }
    }

    void number(double value) {
        if (!std::isfinite(value)) throw Unsupported{"unsupported value: " + Value(value).to_string(state_)};
        out_ += Value(value).to_string(state_);
    }

    void text(const Value& value) { out_ += stringify(value); }

    std::string stringify(const Value& value) {
        return state_.global().get("JSON").get("stringify").call({}, {value}).as_string();
    }

    void object(const Value& value) {
        for (const Value* ancestor : ancestors_) {
            if (ancestor->same_as(value)) throw Unsupported{"encountered a cycle"};
        }
        // Each level takes C stack, of which a fiber has little.
        constexpr std::size_t deepest = 500;
        if (ancestors_.size() == deepest) throw Unsupported{"objects are nested too deeply"};
        ancestors_.push_back(&value);
        if (value.is_date()) {
            date(value);
        } else if (is_array_buffer(value)) {
            out_ += "{}";
        } else if (is_bytes(value)) {
            const auto bytes = *bytes_of(value);
            out_ += '"' + base64_encode({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, {}) + '"';
        } else if (value.is_array() || bytes_of(value)) {
            list(value);
        } else if (const std::string tag = tag_of(value); tag == "Map" || tag == "Set") {
            list(state_.global().get("Array").get("from").call({}, {value}));
        } else {
            members(value);
        }
        ancestors_.pop_back();
    }

    std::string tag_of(const Value& value) {
        const Value tag = value.get("@@toStringTag");
        return tag.is_string() ? tag.as_string() : std::string();
    }

    bool is_bytes(const Value& value) {
        return is_uint8_array(value) || (bytes_of(value) && tag_of(value) == "Uint8ClampedArray");
    }

    void list(const Value& value) {
        const std::size_t length = value.length();
        out_ += '[';
        for (std::size_t i = 0; i < length; ++i) {
            if (i > 0) out_ += ',';
            any(value.at(i));
        }
        out_ += ']';
    }

    void members(const Value& value) {
        std::vector<std::string> keys = value.keys();
        std::sort(keys.begin(), keys.end());
        out_ += '{';
        bool first = true;
        for (const std::string& key : keys) {
            if (!std::exchange(first, false)) out_ += ',';
            out_ += stringify(state_.string(key));
            out_ += ':';
            any(value.get(key));
        }
        out_ += '}';
    }

    // "2006-01-02T15:04:05.999Z"
    void date(const Value& value) {
        const double milliseconds = value.get("getTime").call(value).to_number(state_);
        if (!std::isfinite(milliseconds)) throw Unsupported{"an invalid date has no JSON form"};
        const std::string iso = value.get("toISOString").call(value).as_string();
        std::string_view seconds = iso;
        std::string fraction;
        if (const std::size_t point = iso.find('.'); point != std::string::npos) {
            seconds = std::string_view(iso).substr(0, point);
            fraction = iso.substr(point, iso.size() - point - 1);
            while (fraction.ends_with('0')) fraction.pop_back();
            if (fraction == ".") fraction.clear();
        }
        out_ += '"';
        out_ += seconds;
        out_ += fraction;
        out_ += "Z\"";
    }

    State& state_;
    std::string out_;
    std::vector<const Value*> ancestors_;
};

}  // namespace

Result<std::optional<std::string>> data_to_json(State& state, const Value& value) {
    if (value.is_undefined()) return std::optional<std::string>();
    try {
        return std::optional(Writer(state).write(value));
    } catch (const Unsupported& unsupported) {
        return Error{ErrorClass::generic, unsupported.what};
    } catch (const ScriptException& thrown) {
        return Error{ErrorClass::generic, describe(state, thrown.value()).message};
    } catch (const HostError& error) {
        return Error{ErrorClass::generic, error.what()};
    }
}

}  // namespace k6::js
