#include "outputs/factory.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "outputs/csv.h"
#include "outputs/influxdb.h"
#include "outputs/json.h"
#include "outputs/kafka.h"
#include "outputs/opentelemetry.h"
#include "outputs/prometheus_rw.h"
#include "outputs/statsd.h"

namespace k6::outputs {
namespace {

using MadeOutput = Result<std::unique_ptr<metrics::Output>>;
/// What stands behind `=`; nothing without one.
using Argument = std::optional<std::string_view>;

struct OutputKind {
    std::string_view type;
    MadeOutput (*make)(Argument argument, const OutputContext& context);
    /// Another name of a kind that is listed already.
    bool alias = false;
};

MadeOutput make_json(Argument argument, const OutputContext& context) {
    return std::make_unique<JsonOutput>(std::string(argument.value_or("")), context);
}

MadeOutput make_csv(Argument argument, const OutputContext& context) {
    auto settings = parse_csv_settings(argument, context);
    if (!settings) return settings.error();
    return std::make_unique<CsvOutput>(*std::move(settings), context);
}

MadeOutput make_influxdb(Argument argument, const OutputContext& context) {
    auto settings = parse_influxdb_settings(argument, context);
    if (!settings) return settings.error();
    auto output = InfluxdbOutput::make(*settings, context);
    if (!output) return output.error();
    return *std::move(output);
}

template <StatsdFlavour flavour>
MadeOutput make_statsd(Argument, const OutputContext& context) {
    auto settings = parse_statsd_settings(flavour, context);
    if (!settings) return settings.error();
    return std::make_unique<StatsdOutput>(*settings, context);
}

MadeOutput make_kafka(Argument argument, const OutputContext& context) {
    const auto settings = parse_kafka_settings(argument, context);
    if (!settings) return settings.error();
    auto output = KafkaOutput::connect(*settings, context);
    if (!output) return output.error();
    return *std::move(output);
}

MadeOutput make_prometheus(Argument, const OutputContext& context) {
    const auto settings = parse_prometheus_settings(context);
    if (!settings) return settings.error();
    auto output = PrometheusOutput::make(*settings, context);
    if (!output) return output.error();
    return *std::move(output);
}

MadeOutput make_opentelemetry(Argument, const OutputContext& context) {
    const auto settings = parse_opentelemetry_settings(context);
    if (!settings) return settings.error();
    auto output = OpentelemetryOutput::make(*settings, context);
    if (!output) return output.error();
    return *std::move(output);
}

MadeOutput make_experimental_opentelemetry(Argument argument, const OutputContext& context) {
    context.logger.warn("The output experimental-opentelemetry is called opentelemetry now; the old name will go");
    return make_opentelemetry(argument, context);
}

/// Sorted by type, as the error message lists them.
constexpr std::array kinds = {
    OutputKind{"csv", make_csv},
    OutputKind{"datadog", make_statsd<StatsdFlavour::datadog>},
    OutputKind{"experimental-opentelemetry", make_experimental_opentelemetry, true},
    OutputKind{"experimental-prometheus-rw", make_prometheus},
    OutputKind{"influxdb", make_influxdb},
    OutputKind{"json", make_json},
    OutputKind{"kafka", make_kafka},
    OutputKind{"opentelemetry", make_opentelemetry},
    OutputKind{"output-statsd", make_statsd<StatsdFlavour::statsd>, true},
    OutputKind{"statsd", make_statsd<StatsdFlavour::statsd>},
    OutputKind{"xk6-kafka", make_kafka, true},
};

std::string available_types() {
    std::string text;
    for (const OutputKind& kind : kinds) {
        if (kind.alias) continue;
        if (!text.empty()) text += ", ";
        text += kind.type;
    }
    // Reports have no outputs of theirs, but are asked for alike (reports.h).
    return text + "; and as reports: html, junit, record";
}

}  // namespace

MadeOutput make_output(std::string_view specification, const OutputContext& context) {
    const auto equals = specification.find('=');
    const std::string_view type = specification.substr(0, equals);
    const Argument argument =
        equals == std::string_view::npos ? std::nullopt : Argument(specification.substr(equals + 1));
    const auto kind = std::ranges::find(kinds, type, &OutputKind::type);
    if (kind == kinds.end()) {
        return Error{ErrorClass::generic,
                     "invalid output type '" + std::string(type) + "', available types are: " + available_types()};
    }
    MadeOutput made = kind->make(argument, context);
    if (!made) return with_context(std::move(made).error(), "could not create the '" + std::string(type) + "' output");
    return made;
}

}  // namespace k6::outputs
