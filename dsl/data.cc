#include "dsl/data.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <stdexcept>

#include "dsl/runner.h"
#include "dsl/vu.h"

namespace k6::dsl {
namespace detail {
namespace {

Error invalid(std::size_t line, std::string reason) {
    return {ErrorClass::invalid_config, "line " + std::to_string(line) + ": " + std::move(reason)};
}

template <class Number>
bool read_number(std::string_view cell, Number& into) {
    while (!cell.empty() && (cell.front() == ' ' || cell.front() == '\t')) cell.remove_prefix(1);
    while (!cell.empty() && (cell.back() == ' ' || cell.back() == '\t')) cell.remove_suffix(1);
    const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), into);
    return error == std::errc() && end == cell.data() + cell.size();
}

}  // namespace

Result<CsvReader> CsvReader::open(std::string_view text, char separator) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    CsvReader reader;
    reader.rest_ = text;
    reader.separator_ = separator;
    auto header = reader.read_record();
    if (!header) return header.error();
    if (!*header) return invalid(1, "the file is empty: its first line names the columns");
    reader.columns_ = std::move(reader.fields_);
    return reader;
}

Result<bool> CsvReader::next() {
    auto more = read_record();
    if (!more || !*more) return more;
    if (fields_.size() != columns_.size()) {
        return invalid(line_, std::to_string(fields_.size()) + " fields, but the first line names " +
                                  std::to_string(columns_.size()) + " columns");
    }
    return true;
}

// record = field *(separator field) line-end; blank lines are skipped. A quoted field may hold anything, quotes
// doubled.
Result<bool> CsvReader::read_record() {
    const auto at_line_end = [&] { return rest_.empty() || rest_.front() == '\n' || rest_.starts_with("\r\n"); };
    const auto skip_line_end = [&] {
        if (rest_.starts_with('\r')) rest_.remove_prefix(1);
        if (rest_.starts_with('\n')) rest_.remove_prefix(1);
        ++next_line_;
    };
    while (!rest_.empty() && at_line_end()) skip_line_end();
    if (rest_.empty()) return false;
    line_ = next_line_;
    fields_.clear();
    while (true) {
        std::string& field = fields_.emplace_back();
        if (rest_.starts_with('"')) {
            rest_.remove_prefix(1);
            while (true) {
                const std::size_t quote = rest_.find('"');
                if (quote == std::string_view::npos) return invalid(line_, "a quoted field has no end");
                field += rest_.substr(0, quote);
                rest_.remove_prefix(quote + 1);
                if (!rest_.starts_with('"')) break;
                field += '"';
                rest_.remove_prefix(1);
            }
            next_line_ += static_cast<std::size_t>(std::count(field.begin(), field.end(), '\n'));
            if (!at_line_end() && rest_.front() != separator_) {
                return invalid(line_, "text after the end of a quoted field");
            }
        } else {
            while (!at_line_end() && rest_.front() != separator_) {
                if (rest_.front() == '"') return invalid(line_, "a quote inside a field that is not quoted");
                field += rest_.front();
                rest_.remove_prefix(1);
            }
        }
        if (at_line_end()) {
            skip_line_end();
            return true;
        }
        rest_.remove_prefix(1);
    }
}

Result<std::size_t> CsvReader::column(std::string_view key) const {
    const auto found = std::find(columns_.begin(), columns_.end(), key);
    if (found == columns_.end()) return invalid(1, "there is no column '" + std::string(key) + "'");
    return static_cast<std::size_t>(found - columns_.begin());
}

bool CsvReader::has_column(std::string_view key) const {
    return std::find(columns_.begin(), columns_.end(), key) != columns_.end();
}

bool read_cell(std::string_view cell, bool& into) {
    const bool yes = cell == "true" || cell == "1";
    if (!yes && cell != "false" && cell != "0") return false;
    into = yes;
    return true;
}
bool read_cell(std::string_view cell, double& into) { return read_number(cell, into); }
bool read_cell(std::string_view cell, std::int64_t& into) { return read_number(cell, into); }
bool read_cell(std::string_view cell, std::uint64_t& into) { return read_number(cell, into); }

Error bad_cell(std::size_t line, std::string_view column, std::string_view cell) {
    return invalid(line,
                   "column '" + std::string(column) + "': '" + std::string(cell) + "' does not fit the field's type");
}

std::string_view next_json_line(std::string_view& rest, std::size_t& line) {
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        std::string_view one = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        ++line;
        if (one.ends_with('\r')) one.remove_suffix(1);
        if (one.find_first_not_of(" \t") != std::string_view::npos) return one;
    }
    return {};
}

Error bad_json_line(std::size_t line, std::string_view reason) { return invalid(line, std::string(reason)); }

Result<LoadedData> load_file(std::string_view text, char) {
    return LoadedData(std::make_shared<const std::string>(text));
}

const void* find_data(Vu& vu, std::string_view path, const std::type_info& type) {
    if (const void* data = vu.runner().find_data(path, type)) return data;
    throw std::invalid_argument("data '" + std::string(path) + "' is not listed in the test's data");
}

std::size_t choose_row(Vu& vu, std::string_view path, std::size_t size, RowChoice choice) {
    const auto abort = [&](const std::string& what) {
        vu.abort_test("data '" + std::string(path) + "' has " + std::to_string(size) + " rows, too few for " + what);
    };
    if (size == 0) abort("anybody");
    switch (choice) {
        case RowChoice::random:
            return std::uniform_int_distribution<std::size_t>(0, size - 1)(vu.random());
        case RowChoice::of_vu: {
            // Setup and teardown are VU 0.
            const std::uint64_t id = std::max<std::uint64_t>(vu.id(), 1);
            if (id > size) abort("VU " + std::to_string(id));
            return static_cast<std::size_t>(id - 1);
        }
        case RowChoice::unique: {
            const std::uint64_t number = vu.core().iteration().of_scenario_in_test;
            if (number >= size) abort("iteration " + std::to_string(number + 1));
            return static_cast<std::size_t>(number);
        }
        case RowChoice::sequential:
            break;
    }
    return static_cast<std::size_t>(vu.core().iteration().of_scenario_in_test % size);
}

}  // namespace detail

std::string_view File::bytes(Vu& vu) const {
    return *static_cast<const std::string*>(detail::find_data(vu, path_, typeid(File)));
}

Result<std::string> read_data_file(std::string_view path) {
    namespace fs = std::filesystem;
    std::vector<fs::path> places{fs::path(path)};
    if (!places.front().is_absolute()) {
        const auto variable = [](const char* name) -> std::string {
            const char* value = std::getenv(name);
            return value == nullptr ? "" : value;
        };
        if (const std::string runfiles = variable("TEST_SRCDIR"); !runfiles.empty()) {
            places.push_back(fs::path(runfiles) / variable("TEST_WORKSPACE") / path);
        }
        std::error_code error;
        const fs::path program = fs::read_symlink("/proc/self/exe", error);
        const fs::path runfiles = program.string() + ".runfiles";
        for (auto entry = fs::directory_iterator(runfiles, error); !error && entry != fs::directory_iterator();
             entry.increment(error)) {
            places.push_back(entry->path() / path);
        }
    }
    for (const fs::path& place : places) {
        std::error_code error;
        if (!fs::is_regular_file(place, error)) continue;
        std::ifstream file(place, std::ios::binary);
        std::ostringstream text;
        text << file.rdbuf();
        if (file) return std::move(text).str();
    }
    return Error{ErrorClass::invalid_config, "cannot be read (is it in the target's `data`?)"};
}

}  // namespace k6::dsl
