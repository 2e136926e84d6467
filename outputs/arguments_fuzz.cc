// Fuzz entry: any bytes as what stands behind `--out`, in variables, and in the configuration file. Every answer is
// one, and what is made describes itself; nothing is started.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/log.h"
#include "outputs/csv.h"
#include "outputs/influxdb.h"
#include "outputs/kafka.h"
#include "outputs/opentelemetry.h"
#include "outputs/otlp_data.h"
#include "outputs/prometheus_rw.h"
#include "outputs/prometheus_series.h"
#include "outputs/statsd.h"
#include "outputs/url_text.h"

namespace {

using namespace k6::outputs;

void check_text(const k6::Error& error) {
    if (error.message.empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    k6::MemoryLogger logger;
    k6::metrics::Registry registry;
    k6::metrics::SubmetricSet submetrics;
    const auto parse_all = [&](const OutputContext& context, std::optional<std::string_view> argument) {
        if (const auto csv = parse_csv_settings(argument, context); !csv) check_text(csv.error());
        if (const auto kafka = parse_kafka_settings(argument, context); !kafka) check_text(kafka.error());
        if (const auto influxdb = parse_influxdb_settings(argument, context)) {
            if (const auto output = InfluxdbOutput::make(*influxdb, context)) {
                if ((*output)->description().empty()) std::abort();
            } else {
                check_text(output.error());
            }
        } else {
            check_text(influxdb.error());
        }
        if (const auto prometheus = parse_prometheus_settings(context)) {
            static_cast<void>(parse_prometheus_stats(prometheus->trend_stats));
        } else {
            check_text(prometheus.error());
        }
        if (const auto otlp = parse_opentelemetry_settings(context); !otlp) check_text(otlp.error());
        for (const StatsdFlavour flavour : {StatsdFlavour::statsd, StatsdFlavour::datadog}) {
            if (const auto statsd = parse_statsd_settings(flavour, context); !statsd) check_text(statsd.error());
        }
    };
    parse_all({registry, submetrics, {}, logger}, text);
    parse_all({.registry = registry,
               .submetrics = submetrics,
               .thresholds = {},
               .logger = logger,
               .environment = [&](std::string_view) { return std::optional(text); },
               .environment_names = [] { return std::vector<std::string>{"K6_PROMETHEUS_RW_HEADERS_X"}; }},
              {});
    parse_all({.registry = registry,
               .submetrics = submetrics,
               .thresholds = {},
               .logger = logger,
               .configuration = [&](std::string_view) { return std::optional(text); }},
              {});
    const SplitUrl url = split_url(text);
    if (percent_decoded(percent_encoded(text)) != text || url.authority.size() > text.size()) std::abort();
    static_cast<void>(partial_success_of(text));
    return 0;
}
