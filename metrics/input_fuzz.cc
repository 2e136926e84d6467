// Fuzz entry: any bytes as a threshold expression, as a metric with a tag selector, and as a run record, whole or
// without its wrapping. Every answer is one; what is read can be written again, in one form.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "metrics/run_record.h"
#include "metrics/submetric.h"
#include "metrics/summary_json.h"
#include "metrics/summary_text.h"
#include "metrics/threshold.h"

namespace {

using namespace k6::metrics;

void check(bool holds) {
    if (!holds) std::abort();
}

void try_texts(std::string_view text) {
    if (const auto expression = ThresholdExpression::parse(text)) {
        check(expression->percentile >= 0 && expression->percentile <= 100 && expression->window >= k6::Duration());
        static_cast<void>(expression->holds(1));
    } else {
        check(!expression.error().message.empty());
    }
    if (const auto metric = parse_metric_expression(text)) {
        check(!metric->selector || !metric->selector->tags.empty());
    } else {
        check(!metric.error().message.empty());
    }
    Registry registry;
    SubmetricSet submetrics;
    const ThresholdDefinition definition{std::string(text), {{"count>1"}}};
    if (const auto set = ThresholdSet::create({&definition, 1}, registry, submetrics); !set) {
        check(!set.error().message.empty());
    }
}

void try_record(k6::Result<RunRecord> record) {
    if (!record) return check(!record.error().message.empty());
    const SummaryModel model = summary_of(*record);
    check(!render_summary_text(model, {.layout = SummaryLayout::full}).empty());
    check(!summary_export(model, {}).empty());
    const std::string written = encode_record(*record);
    const auto again = decode_record(written, std::make_shared<RecordWorld>());
    check(again.has_value() && encode_record(*again) == written);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    try_texts(input);
    try_record(decode_record_body(input, std::make_shared<RecordWorld>()));
    try_record(decode_record(input, std::make_shared<RecordWorld>()));
    return 0;
}
