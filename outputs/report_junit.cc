#include "outputs/report_junit.h"

#include <string_view>
#include <vector>

#include "metrics/number_text.h"
#include "outputs/markup.h"
#include "outputs/report_text.h"

namespace k6::outputs {
namespace {

using metrics::CheckCount;
using metrics::SummaryMetric;
using metrics::SummaryModel;
using metrics::SummaryThreshold;

struct Case {
    std::string name;
    std::string class_name;
    /// Empty: it passed.
    std::string failure;
    std::string kind;
};

std::string suite_text(std::string_view name, const std::vector<Case>& cases, const std::string& attributes) {
    std::size_t failures = 0;
    for (const Case& one : cases) failures += one.failure.empty() ? 0 : 1;
    std::string out = "  <testsuite name=\"" + markup_text(name) + "\" tests=\"" + std::to_string(cases.size()) +
                      "\" failures=\"" + std::to_string(failures) + "\" errors=\"0\" skipped=\"0\"" + attributes +
                      ">\n";
    for (const Case& one : cases) {
        out += "    <testcase name=\"" + markup_text(one.name) + "\" classname=\"" + markup_text(one.class_name) + "\"";
        if (one.failure.empty()) {
            out += "/>\n";
        } else {
            out += ">\n      <failure type=\"" + one.kind + "\" message=\"" + markup_text(one.failure) +
                   "\"/>\n    </testcase>\n";
        }
    }
    return out + "  </testsuite>\n";
}

std::vector<Case> thresholds(const SummaryModel& model, const std::string& class_name) {
    std::vector<Case> cases;
    for (const SummaryMetric& metric : model.metrics) {
        for (const SummaryThreshold& threshold : metric.thresholds) {
            Case& one = cases.emplace_back(Case{metric.name + " - " + threshold.source, class_name, "", "threshold"});
            if (threshold.ok) continue;
            if (threshold.no_data) {
                one.failure = "no data";
                one.kind = "no data";
                continue;
            }
            one.failure = std::string(to_string(metric.sink.type())) +
                          " threshold failed: " + threshold_finding(threshold, metric, model.run_duration);
        }
    }
    return cases;
}

std::vector<Case> checks(const SummaryModel& model, const std::string& class_name) {
    std::vector<Case> cases;
    for (const CheckCount& check : model.checks) {
        const std::string group = check.group.empty() ? "" : check.group.substr(2) + " › ";
        Case& one = cases.emplace_back(Case{group + check.name, class_name, "", "check"});
        if (check.fails == 0) continue;
        one.failure = std::to_string(check.fails) + " of " + std::to_string(check.passes + check.fails) + " failed";
    }
    return cases;
}

}  // namespace

std::string junit_report(const metrics::RunRecord& record) {
    const SummaryModel model = summary_of(record);
    std::vector<Case> run{{record.test, record.test, "", "run"}};
    // Thresholds have cases of their own.
    if (record.failure && record.failure->error_class != ErrorClass::thresholds_failed) {
        run.front().failure = record.failure->message;
    }
    std::vector<std::pair<std::string, std::vector<Case>>> suites;
    suites.emplace_back("run", std::move(run));
    suites.emplace_back("thresholds", thresholds(model, record.test));
    suites.emplace_back("checks", checks(model, record.test));

    const std::string seconds = metrics::to_fixed(std::chrono::duration<double>(record.duration).count(), 3);
    const std::string attributes = " time=\"" + seconds + "\" timestamp=\"" + utc_seconds_text(record.started) + "\"";
    std::size_t tests = 0;
    std::size_t failures = 0;
    std::string text;
    for (const auto& [name, cases] : suites) {
        if (cases.empty()) continue;
        tests += cases.size();
        for (const Case& one : cases) failures += one.failure.empty() ? 0 : 1;
        text += suite_text(name, cases, name == "run" ? attributes : "");
    }
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"" + markup_text(record.test) +
           "\" tests=\"" + std::to_string(tests) + "\" failures=\"" + std::to_string(failures) +
           "\" errors=\"0\" time=\"" + seconds + "\">\n" + text + "</testsuites>\n";
}

}  // namespace k6::outputs
