// Metrics as the OpenTelemetry protocol has them (OTLP 1.x, opentelemetry/proto/metrics/v1/metrics.proto), and their
// two wire forms.
//
//   OtlpRequest request{.resource = {{"service.name", "k6"}}, .metrics = {…}};
//   std::string body = to_protobuf(request);   // ExportMetricsServiceRequest
//   std::string json = to_json(request);       // the same in protobuf's JSON mapping, as OTLP/HTTP has it
//
// Any thread; values.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace k6::outputs {

using OtlpAttributes = std::vector<std::pair<std::string, std::string>>;

/// Counts in the buckets that the SDKs' default bounds make; a bound belongs to the bucket below it.
struct OtlpHistogram {
    static constexpr std::array<double, 15> bounds = {0,   5,   10,   25,   50,   75,   100,  250,
                                                      500, 750, 1000, 2500, 5000, 7500, 10000};

    std::array<std::uint64_t, bounds.size() + 1> counts{};
    std::uint64_t count = 0;
    double sum = 0;
    double min = 0;
    double max = 0;

    void add(double value);
};

struct OtlpPoint {
    OtlpAttributes attributes;
    /// One of them, as the metric's kind says.
    double value = 0;
    std::int64_t whole = 0;
    OtlpHistogram histogram;
};

struct OtlpMetric {
    enum class Kind {
        /// Monotonic and cumulative.
        sum,
        /// The same of whole numbers.
        whole_sum,
        gauge,
        histogram,
    };

    std::string name;
    std::string unit;
    Kind kind = Kind::sum;
    std::vector<OtlpPoint> points;
};

struct OtlpRequest {
    OtlpAttributes resource;
    std::string scope = "k6";
    /// Unix nanoseconds, of all points.
    std::uint64_t start_time = 0;
    std::uint64_t time = 0;
    std::vector<OtlpMetric> metrics;
};

std::string to_protobuf(const OtlpRequest& request);
std::string to_json(const OtlpRequest& request);

/// What an ExportMetricsServiceResponse says about points that were not taken.
struct OtlpPartialSuccess {
    std::int64_t rejected_points = 0;
    std::string message;
};
/// Of a body that is none: nothing was rejected.
OtlpPartialSuccess partial_success_of(std::string_view protobuf);

}  // namespace k6::outputs
