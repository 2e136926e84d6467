#include <cmath>

#include "engine/exec/group.h"
#include "js/modules/arguments.h"
#include "js/modules/modules.h"
#include "js/mujs/binding.h"

namespace k6::js {
namespace {

// Values in messages are cut to their first and last 50 characters.
std::string shortened(const std::string& text) {
    constexpr std::size_t kept = 50;
    if (text.size() <= 2 * kept) return text;
    return text.substr(0, kept) + "... omitting " + std::to_string(text.size() - 2 * kept) + " characters ..." +
           text.substr(text.size() - kept);
}

Value reject(ScriptContext& context, const std::string& message) {
    if (context.throws()) throw GoError(message);
    context.logger.warn(message);
    return false;
}

// NaN if the value cannot be a sample's.
double sample_value(State& state, const Value& value) {
    if (value.is_nullish()) return std::nan("");
    const double number = value.to_number(state);
    // `true`, `[]` and the like are truthy whatever their number.
    return number == 0 && value.truthy() ? 1 : number;
}

Value add(Call& call, metrics::MetricId metric, const std::string& name) {
    auto& context = call.context<ScriptContext>();
    Vu& vu = context.require_vu("Adding to metrics");
    if (call.size() == 0) {
        return reject(context,
                      "no value was provided for metric '" + name + "', a number or a boolean value is expected");
    }
    const Value given = call[0];
    const double value = sample_value(call.state(), given);
    if (std::isnan(value)) {
        return reject(context, "'" + shortened(given.to_string(call.state())) + "' is an invalid value for metric '" +
                                   name + "', a number or a boolean value is expected");
    }
    if (call.has(1)) {
        const ScriptTags tags =
            read_tags(call.state(), call[1], "cannot add tags for the '" + name + "' custom metric");
        vu.record(metric, sample_tags(vu, views(tags)), value);
    } else {
        vu.record(metric, vu.tags(), value);
    }
    return true;
}

template <metrics::MetricType Type>
Value construct(Call& call) {
    auto& context = call.context<ScriptContext>();
    if (context.phase != Phase::init) throw GoError("metrics must be declared in the init context");
    const std::string name(call.text(0));
    const auto contains = call.truthy(1) ? metrics::ValueKind::time : metrics::ValueKind::default_;
    auto declared = context.registry.declare(name, Type, contains);
    if (!declared) throw GoError(declared.error().message);
    Value object = call.state().object();
    object.define("name", call.state().string(name), Attributes::read_only | Attributes::permanent);
    object.define(
        "add",
        call.state().closure("add", 2, [metric = *declared, name](Call& inner) { return add(inner, metric, name); }),
        Attributes::none);
    return object;
}

template <metrics::MetricType Type>
constexpr ClassDefinition metric_class(Literal name) {
    return {.name = name, .length = 1, .construct = construct<Type>, .call = construct<Type>};
}

constexpr ClassDefinition counter_class = metric_class<metrics::MetricType::counter>("Counter");
constexpr ClassDefinition gauge_class = metric_class<metrics::MetricType::gauge>("Gauge");
constexpr ClassDefinition rate_class = metric_class<metrics::MetricType::rate>("Rate");
constexpr ClassDefinition trend_class = metric_class<metrics::MetricType::trend>("Trend");

}  // namespace

Value make_metrics_module(ScriptContext& context) {
    Value members = context.state.object();
    for (const ClassDefinition* definition : {&counter_class, &gauge_class, &rate_class, &trend_class}) {
        members.set(definition->name.view(), context.state.define_class(*definition));
    }
    return namespace_of(context.state, members);
}

}  // namespace k6::js
