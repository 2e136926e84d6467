#include "tools/run/record_of_run.h"

#include <openssl/evp.h>

#include <array>
#include <string_view>

#include "base/hex.h"

namespace k6::run {

std::string plan_hash(const Plan& plan) {
    Plan whole = plan;
    whole.segment = {};
    whole.segment_sequence = {};
    const std::string json = plan_to_json(whole, JsonStyle::compact);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
    unsigned length = 0;
    if (EVP_Digest(json.data(), json.size(), digest.data(), &length, EVP_sha256(), nullptr) != 1) return "";
    return hex_text({reinterpret_cast<const char*>(digest.data()), length});
}

metrics::RunRecord record_of(const FinishedRun& facts) {
    const Segment& segment = facts.plan.segment;
    metrics::RunRecord record{
        .test = facts.test,
        .plan_hash = plan_hash(facts.plan),
        .segments = {{segment.from.numerator(), segment.from.denominator(), segment.to.numerator(),
                      segment.to.denominator()}},
        .started = facts.started,
        .duration = facts.result.duration,
        .complete_iterations = facts.result.complete_iterations,
        .interrupted_iterations = facts.result.interrupted_iterations,
        .dropped_samples = facts.health.dropped_samples,
        .failure = facts.result.error,
        .stopped_by_thresholds = facts.result.thresholds.abort,
        .trend_stats = facts.plan.summary_trend_stats,
        .time_unit = facts.plan.summary_time_unit,
        .registry = &facts.registry,
        .submetrics = &facts.submetrics,
        .thresholds = facts.thresholds,
        .snapshot = facts.result.metrics,
        .timeline = facts.timeline,
        .findings = facts.health.findings,
    };
    return record;
}

}  // namespace k6::run
