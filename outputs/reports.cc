#include "outputs/reports.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "outputs/report_html.h"
#include "outputs/report_junit.h"

namespace k6::outputs {
namespace {

struct Row {
    ReportKind kind;
    std::string_view type;
    std::string_view default_path;
    std::string (*render)(const metrics::RunRecord& record);
};

constexpr std::array rows = {
    Row{ReportKind::html, "html", "report.html", html_report},
    Row{ReportKind::junit, "junit", "junit.xml", junit_report},
    Row{ReportKind::record, "record", "run.k6r", metrics::encode_record},
};

const Row& row_of(ReportKind kind) { return *std::ranges::find(rows, kind, &Row::kind); }

struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
};

Error file_error(const std::string& path) {
    return Error{ErrorClass::generic, "open " + path + ": " + std::strerror(errno)};
}

}  // namespace

std::optional<Report> parse_report(std::string_view specification) {
    const auto equals = specification.find('=');
    const auto row = std::ranges::find(rows, specification.substr(0, equals), &Row::type);
    if (row == rows.end()) return {};
    const std::string_view path = equals == std::string_view::npos ? "" : specification.substr(equals + 1);
    return Report{row->kind, std::string(path.empty() ? row->default_path : path)};
}

std::string describe(const Report& report) {
    return std::string(row_of(report.kind).type) + " (" + (report.path == "-" ? "stdout" : report.path) + ")";
}

Result<void> prepare_report(const Report& report) {
    if (report.path == "-") return {};
    const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(report.path.c_str(), "we"));
    if (!file) return file_error(report.path);
    return {};
}

Result<void> write_report(const Report& report, const metrics::RunRecord& record) {
    const std::string bytes = row_of(report.kind).render(record);
    if (report.path == "-") {
        std::fwrite(bytes.data(), 1, bytes.size(), stdout);
        std::fflush(stdout);
        return {};
    }
    std::FILE* const file = std::fopen(report.path.c_str(), "we");
    if (file == nullptr) return file_error(report.path);
    const bool written = std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
    if (std::fclose(file) != 0 || !written) {
        return Error{ErrorClass::generic, "could not write '" + report.path + "'"};
    }
    return {};
}

}  // namespace k6::outputs
