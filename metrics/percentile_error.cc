// Prints how far percentiles from the histogram are from exact ones: bazel run //metrics:percentile_error
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "metrics/sink.h"

namespace {

struct Distribution {
    std::string name;
    std::function<double(std::mt19937_64&)> draw;
};

double exact_quantile(const std::vector<double>& sorted, double p) {
    const double position = p * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(position);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (sorted[above] - sorted[below]) * (position - static_cast<double>(below));
}

}  // namespace

int main() {
    const Distribution distributions[] = {
        {"uniform", [](auto& random) { return std::uniform_real_distribution(0.5, 1000.0)(random); }},
        {"log-normal", [](auto& random) { return std::lognormal_distribution(1.0, 1.5)(random); }},
        {"bimodal",
         [](auto& random) {
             const bool slow = std::bernoulli_distribution(0.1)(random);
             return std::fabs(std::normal_distribution(slow ? 800.0 : 5.0, slow ? 50.0 : 0.5)(random));
         }},
        {"heavy-tailed",
         [](auto& random) { return std::pow(1 - std::uniform_real_distribution(0.0, 1.0)(random), -1 / 1.1); }},
    };
    const double percentiles[] = {1, 10, 25, 50, 75, 90, 95, 99, 99.9, 99.99};
    std::printf("relative error in %% of percentiles of 1,000,000 samples\n\n%-14s", "");
    for (const double p : percentiles) std::printf("%9s%-5g", "p", p);
    std::printf("%10s\n", "greatest");
    for (const Distribution& distribution : distributions) {
        std::mt19937_64 random(2024);
        k6::metrics::TrendSink trend;
        std::vector<double> values(1'000'000);
        for (double& value : values) {
            value = distribution.draw(random);
            trend.add(value);
        }
        std::sort(values.begin(), values.end());
        std::printf("%-14s", distribution.name.c_str());
        double greatest = 0;
        for (const double p : percentiles) {
            const double exact = exact_quantile(values, p / 100);
            const double error = 100 * std::fabs(trend.quantile(p / 100) - exact) / exact;
            greatest = std::max(greatest, error);
            std::printf("%14.4f", error);
        }
        std::printf("%10.4f\n", greatest);
    }
}
