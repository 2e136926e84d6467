#include "tools/run/progress_text.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <variant>

namespace k6::run {
namespace {

constexpr std::size_t longest_name = 30;
constexpr std::size_t full_bar = 40;
constexpr std::size_t smallest_bar = 8;

constexpr const char* faint = "\x1b[2m";
constexpr const char* red = "\x1b[31m";
constexpr const char* green = "\x1b[32m";
constexpr const char* plain = "\x1b[0m";

std::string painted(const char* paint, std::string text, const ProgressStyle& style) {
    return style.colour ? paint + text + plain : text;
}

std::string zero_padded(std::int64_t value, std::int64_t largest) {
    std::string text = std::to_string(value);
    const std::size_t width = std::to_string(largest).size();
    return text.size() < width ? std::string(width - text.size(), '0') + text : text;
}

std::string padded(std::string text, std::size_t width) {
    const std::size_t have = display_width(text);
    if (have < width) text.append(width - have, ' ');
    return text;
}

std::string status_mark(ScenarioStatus status, const ProgressStyle& style) {
    switch (status) {
        case ScenarioStatus::waiting:
            return painted(faint, "•", style);
        case ScenarioStatus::running:
            return " ";
        case ScenarioStatus::stopping:
            return "↓";
        case ScenarioStatus::done:
            return painted(green, "✓", style);
        case ScenarioStatus::interrupted:
            return painted(red, "✗", style);
    }
    return " ";
}

std::string bar(double fraction, std::size_t width, const ProgressStyle& style) {
    fraction = std::clamp(fraction, 0.0, 1.0);
    if (!style.bars || width <= smallest_bar) {
        char text[16];
        std::snprintf(text, sizeof text, "[ %3.0f%% ]", fraction * 100);
        return text;
    }
    const std::size_t cells = width - 2;
    const auto filled = static_cast<std::size_t>(std::floor(static_cast<double>(cells) * fraction));
    std::string done(filled, '=');
    if (filled > 0 && filled < cells) done.back() = '>';
    return "[" + done + painted(faint, std::string(cells - filled, '-'), style) + "]";
}

bool time_is_over(const ScenarioProgress& scenario) {
    return scenario.status != ScenarioStatus::waiting && scenario.elapsed >= scenario.total;
}

std::string time_column(const ScenarioProgress& scenario, bool keep_elapsed) {
    const std::string total = format_go_duration(scenario.total);
    if (!keep_elapsed && time_is_over(scenario)) return total;
    return fixed_width_duration(scenario.elapsed, scenario.total) + "/" + total;
}

struct Columns {
    const ScenarioProgress& scenario;

    std::vector<std::string> operator()(const ConstantVusPlan& plan) const {
        return {std::to_string(plan.vus) + " VUs", time_column(scenario, false)};
    }
    std::vector<std::string> operator()(const RampingVusPlan&) const {
        return {zero_padded(scenario.planned_vus, scenario.max_vus) + "/" + std::to_string(scenario.max_vus) + " VUs",
                time_column(scenario, false)};
    }
    std::vector<std::string> operator()(const ConstantArrivalRatePlan&) const { return arrivals(); }
    std::vector<std::string> operator()(const RampingArrivalRatePlan&) const { return arrivals(); }
    std::vector<std::string> operator()(const ExternallyControlledPlan&) const {
        const bool endless = scenario.total == Duration(0);
        return {zero_padded(scenario.planned_vus, scenario.max_vus) + "/" + std::to_string(scenario.max_vus) + " VUs",
                endless ? fixed_width_duration(scenario.elapsed, std::chrono::hours(1)) + "/0s"
                        : time_column(scenario, false)};
    }
    std::vector<std::string> operator()(const SharedIterationsPlan& plan) const {
        return {std::to_string(plan.vus) + " VUs", time_column(scenario, true), iterations() + " shared iters"};
    }
    std::vector<std::string> operator()(const PerVuIterationsPlan& plan) const {
        return {std::to_string(plan.vus) + " VUs", time_column(scenario, false),
                iterations() + " iters, " + std::to_string(plan.iterations) + " per VU"};
    }

private:
    std::vector<std::string> arrivals() const {
        char rate[48];
        std::snprintf(rate, sizeof rate, "%.2f iters/s", scenario.rate);
        return {zero_padded(scenario.active_vus, scenario.max_vus) + "/" +
                    zero_padded(scenario.planned_vus, scenario.max_vus) + " VUs",
                time_column(scenario, false), rate};
    }
    std::string iterations() const {
        const auto total = static_cast<std::int64_t>(scenario.total_iterations);
        const auto done = static_cast<std::int64_t>(scenario.complete_iterations + scenario.interrupted_iterations);
        return zero_padded(std::min(done, total), total) + "/" + std::to_string(total);
    }
};

std::vector<std::string> columns_of(const ScenarioProgress& scenario) {
    if (scenario.status == ScenarioStatus::waiting) {
        return {"waiting", fixed_width_duration(scenario.starts_in, scenario.scenario->start_time)};
    }
    return std::visit(Columns{scenario},
                      scenario.executor != nullptr ? *scenario.executor : scenario.scenario->executor);
}

std::string shown_name(const std::string& name) {
    return name.size() <= longest_name ? name : name.substr(0, longest_name - 3) + "...";
}

/// Before there is anything else to tell of.
std::string init_line(const RunProgress& progress, const ProgressStyle& style) {
    const std::int64_t planned = std::max<std::int64_t>(progress.planned_vus, 1);
    const double fraction = static_cast<double>(progress.initialized_vus) / static_cast<double>(planned);
    return "Init " + bar(fraction, full_bar, style) + " " + zero_padded(progress.initialized_vus, planned) + "/" +
           std::to_string(progress.planned_vus) + " VUs initialized";
}

std::string_view phase_word(const RunProgress& progress) {
    if (progress.paused) return "paused";
    switch (progress.phase) {
        case RunPhase::created:
        case RunPhase::init_vus:
            return "init";
        case RunPhase::paused:
            return "paused";
        case RunPhase::setup:
            return "setup()";
        case RunPhase::running:
            return "running";
        case RunPhase::teardown:
            return "teardown()";
        case RunPhase::ended:
            return "running";
    }
    return "running";
}

}  // namespace

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    bool in_escape = false;
    for (char c : text) {
        if (c == '\x1b') {
            in_escape = true;
        } else if (in_escape) {
            in_escape = !(c >= '@' && c <= '~' && c != '[');
        } else if ((c & 0xC0) != 0x80) {
            ++width;
        }
    }
    return width;
}

std::string fixed_width_duration(Duration duration, Duration longest) {
    using std::chrono::hours;
    using std::chrono::minutes;
    using std::chrono::seconds;
    const long long tenths = std::max<long long>(0, duration.count() / 100'000'000);
    const long long fraction = tenths % 10;
    const long long all_seconds = tenths / 10;
    const long long second = all_seconds % 60;
    const long long minute = all_seconds / 60 % 60;
    const long long hour = all_seconds / 3600;
    char text[64];
    if (longest < seconds(10)) {
        std::snprintf(text, sizeof text, "%lld.%llds", all_seconds, fraction);
    } else if (longest < minutes(1)) {
        std::snprintf(text, sizeof text, "%02lld.%llds", all_seconds, fraction);
    } else if (longest < minutes(10)) {
        std::snprintf(text, sizeof text, "%lldm%02lld.%llds", all_seconds / 60, second, fraction);
    } else if (longest < hours(1)) {
        std::snprintf(text, sizeof text, "%02lldm%02lld.%llds", all_seconds / 60, second, fraction);
    } else if (longest < hours(10)) {
        std::snprintf(text, sizeof text, "%lldh%02lldm%02lld.%llds", hour, minute, second, fraction);
    } else if (longest < hours(24)) {
        std::snprintf(text, sizeof text, "%02lldh%02lldm%02lld.%llds", hour, minute, second, fraction);
    } else {
        std::snprintf(text, sizeof text, "%lldd%02lldh%02lldm%02lld.%llds", hour / 24, hour % 24, minute, second,
                      fraction);
    }
    return text;
}

std::vector<std::string> progress_lines(const RunProgress& progress, Duration longest, const ProgressStyle& style) {
    if (progress.phase == RunPhase::created || progress.phase == RunPhase::init_vus)
        return {init_line(progress, style)};
    std::vector<std::string> lines;
    const std::int64_t vus = std::max(progress.active_vus, progress.initialized_vus);
    lines.push_back(std::string(phase_word(progress)) + " (" + fixed_width_duration(progress.elapsed, longest) + "), " +
                    zero_padded(progress.active_vus, vus) + "/" + zero_padded(progress.initialized_vus, vus) +
                    " VUs, " + std::to_string(progress.complete_iterations) + " complete and " +
                    std::to_string(progress.interrupted_iterations) + " interrupted iterations");

    std::size_t name_width = 0;
    std::vector<std::vector<std::string>> columns;
    std::vector<std::size_t> widths;
    for (const ScenarioProgress& scenario : progress.scenarios) {
        name_width = std::max(name_width, display_width(shown_name(scenario.scenario->name)));
        columns.push_back(columns_of(scenario));
        for (std::size_t i = 0; i < columns.back().size(); ++i) {
            if (widths.size() <= i) widths.push_back(0);
            if (i + 1 < columns.back().size()) widths[i] = std::max(widths[i], display_width(columns.back()[i]));
        }
    }
    std::vector<std::string> rights;
    std::size_t right_width = 0;
    for (const std::vector<std::string>& row : columns) {
        std::string right;
        for (std::size_t i = 0; i < row.size(); ++i) {
            right += ' ';
            right += i + 1 < row.size() ? padded(row[i], widths[i] + 1) : row[i];
        }
        right_width = std::max(right_width, display_width(right));
        rights.push_back(std::move(right));
    }
    // name, blank, mark, blank, bar, columns
    const std::size_t rest = name_width + 3 + right_width;
    const std::size_t bar_width = style.width > rest ? std::min(full_bar, style.width - rest) : smallest_bar;
    for (std::size_t i = 0; i < progress.scenarios.size(); ++i) {
        const ScenarioProgress& scenario = progress.scenarios[i];
        lines.push_back(padded(shown_name(scenario.scenario->name), name_width) + " " +
                        status_mark(scenario.status, style) + " " + bar(scenario.fraction, bar_width, style) +
                        rights[i]);
    }
    return lines;
}

}  // namespace k6::run
