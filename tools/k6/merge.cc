#include "tools/k6/merge.h"

#include <unistd.h>

// Paths may hold commas.
#define CXXOPTS_VECTOR_DELIMITER '\0'
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cxxopts.hpp>
#include <fstream>
#include <optional>
#include <sstream>

#include "base/error.h"
#include "base/version.h"
#include "metrics/run_record.h"
#include "metrics/summary_json.h"
#include "metrics/summary_text.h"
#include "outputs/reports.h"
#include "tools/run/config_file.h"
#include "tools/run/progress_display.h"

namespace k6 {
namespace {

constexpr const char* usage =
    "Usage:\n"
    "  k6 merge [flags] RECORD...\n"
    "\n"
    "Puts the records (--out record=FILE) of all parts of one test together: the summary, the thresholds and the exit\n"
    "code are those of one run of the whole.\n"
    "\n"
    "Flags:\n"
    "      --allow-missing            merge what there is, even if parts of the test are missing\n"
    "      --summary-mode MODE        compact (default), full, legacy or disabled\n"
    "      --summary-export FILE      write the summary as JSON\n"
    "      --new-machine-readable-summary\n"
    "                                 … in its new form\n"
    "  -o, --out TYPE=FILE            write a report: html=FILE, junit=FILE, record=FILE; repeatable\n"
    "      --no-color                 no colours\n"
    "  -h, --help                     print this text\n";

struct MergeLine {
    std::vector<std::string> files;
    std::vector<outputs::Report> reports;
    std::optional<metrics::SummaryLayout> layout = metrics::SummaryLayout::compact;
    std::string summary_export;
    bool new_form = false;
    bool allow_missing = false;
    bool no_colour = false;
    bool help = false;
};

int fail(const std::string& message, ErrorClass error_class = ErrorClass::generic) {
    std::fprintf(stderr, "%s\n", message.c_str());
    return static_cast<int>(error_class);
}

Result<MergeLine> parse(const std::vector<std::string>& arguments) {
    using Texts = std::vector<std::string>;
    cxxopts::Options parser("merge");
    parser.add_options()("allow-missing", "")("summary-mode", "", cxxopts::value<std::string>())(
        "summary-export", "", cxxopts::value<std::string>())("new-machine-readable-summary", "")(
        "o,out", "", cxxopts::value<Texts>())("no-color", "")("h,help", "")("files", "", cxxopts::value<Texts>());
    parser.parse_positional({"files"});
    std::vector<const char*> argv{"merge"};
    for (const std::string& argument : arguments) argv.push_back(argument.c_str());
    MergeLine line;
    try {
        const auto parsed = parser.parse(static_cast<int>(argv.size()), argv.data());
        line.help = parsed.count("help") > 0;
        line.allow_missing = parsed.count("allow-missing") > 0;
        line.new_form = parsed.count("new-machine-readable-summary") > 0;
        line.no_colour = parsed.count("no-color") > 0;
        if (parsed.count("summary-export") > 0) line.summary_export = parsed["summary-export"].as<std::string>();
        if (parsed.count("files") > 0) line.files = parsed["files"].as<Texts>();
        if (parsed.count("out") > 0) {
            for (const std::string& text : parsed["out"].as<Texts>()) {
                const auto report = outputs::parse_report(text);
                if (!report)
                    return Error{ErrorClass::generic, "invalid report '" + text + "': use html, junit or record"};
                line.reports.push_back(*report);
            }
        }
        const std::string mode =
            parsed.count("summary-mode") > 0 ? parsed["summary-mode"].as<std::string>() : "compact";
        if (mode == "full") {
            line.layout = metrics::SummaryLayout::full;
        } else if (mode == "legacy") {
            line.layout = metrics::SummaryLayout::legacy;
        } else if (mode == "disabled") {
            line.layout.reset();
        } else if (mode != "compact") {
            return Error{ErrorClass::generic, "invalid argument \"" + mode +
                                                  "\" for --summary-mode: invalid summary mode, use compact, full, "
                                                  "legacy or disabled"};
        }
    } catch (const cxxopts::exceptions::exception& problem) {
        return Error{ErrorClass::generic, problem.what()};
    }
    if (!line.help && line.files.empty()) return Error{ErrorClass::generic, "merge needs at least one record"};
    return line;
}

Result<std::vector<metrics::RecordFile>> read_files(const std::vector<std::string>& names) {
    std::vector<metrics::RecordFile> files;
    for (const std::string& name : names) {
        std::ifstream file(name, std::ios::binary);
        std::ostringstream bytes;
        bytes << file.rdbuf();
        if (!file) return Error{ErrorClass::generic, "could not read '" + name + "'"};
        files.push_back({name, bytes.str()});
    }
    return files;
}

void summarise(const MergeLine& line, const metrics::RunRecord& record) {
    const auto model = summary_of(record);
    const auto unit = metrics::parse_time_unit(record.time_unit);
    const metrics::TimeUnit time_unit = unit ? *unit : metrics::TimeUnit::automatic;
    // A record's statistics are those of a plan that was checked; others are left at the usual ones.
    auto parsed = metrics::TrendStat::parse_all(record.trend_stats);
    const std::vector<metrics::TrendStat> trend_stats = parsed ? *std::move(parsed) : metrics::TrendStat::defaults();
    const metrics::SummaryLayout layout = line.layout.value_or(metrics::SummaryLayout::compact);
    if (line.layout) {
        const bool colour = ::isatty(STDOUT_FILENO) == 1 && !line.no_colour && !run::process_environment("NO_COLOR");
        const std::string text = metrics::render_summary_text(
            model, {.trend_stats = trend_stats, .time_unit = time_unit, .colour = colour, .layout = layout});
        run::write_all(STDOUT_FILENO, "\n" + text + "\n\n");
        for (const std::string& finding : record.findings) {
            run::write_all(STDOUT_FILENO, "    LOAD GENERATOR\n    ! " + finding + "\n\n");
        }
    }
    if (line.summary_export.empty()) return;
    const metrics::SummaryJsonOptions options{
        .trend_stats = trend_stats,
        .time_unit = time_unit,
        .layout = layout,
        .script = record.test,
        .generated_at = std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now()),
        .version = std::string(product_version)};
    std::ofstream file(line.summary_export, std::ios::binary | std::ios::trunc);
    file << (line.new_form ? machine_readable_summary(model, options, 4) : metrics::summary_export(model, options));
    file.close();
    if (!file) std::fprintf(stderr, "could not write '%s'\n", line.summary_export.c_str());
}

}  // namespace

int merge_command(const std::string&, const std::vector<std::string>& arguments) {
    const auto line = parse(arguments);
    if (!line) return fail(line.error().message);
    if (line->help) {
        std::fputs(usage, stdout);
        return 0;
    }
    const auto files = read_files(line->files);
    if (!files) return fail(files.error().message);
    const auto merged = metrics::merge_records(*files);
    if (!merged) return fail(merged.error().message);
    if (!merged->missing.empty()) {
        std::string missing;
        for (const metrics::SegmentPart& segment : merged->missing) {
            missing += (missing.empty() ? "" : ", ") + to_string(segment);
        }
        if (!line->allow_missing) {
            return fail("parts of the test are missing: no record covers " + missing +
                        " (--allow-missing merges what there is)");
        }
        std::fprintf(stderr, "parts of the test are missing: no record covers %s\n", missing.c_str());
    }
    summarise(*line, merged->record);
    for (const outputs::Report& report : line->reports) {
        if (auto written = write_report(report, merged->record); !written) return fail(written.error().message);
    }
    if (!merged->record.failure) return 0;
    return fail(merged->record.failure->message, merged->record.failure->error_class);
}

}  // namespace k6
