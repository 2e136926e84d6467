// Test data: rows of a CSV or JSON-lines file as structs, and files as they are. Read once for the process, before the
// first VU is made; all VUs share them.
//
//   struct User { std::string name; std::string password; int age = 0; };
//   K6_FIELDS(User, name, password, age);
//   constexpr auto users = csv<User>("data/users.csv");       // its first line names the columns
//   constexpr auto picture = file("data/picture.png");
//
//   void log_in(Vu& vu) {
//       const User& user = users.sequential(vu);
//       vu.http.post(url, picture.bytes(vu));
//   }
//   Test k6::dsl::define_test() { return {.main = entry<log_in>, .data = {users, picture}}; }
//
// A path is relative to the working directory, or to the program's runfiles under Bazel. Constants without state; their
// methods on the VU's fiber. Data that the test does not list throws std::invalid_argument.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#include "base/error.h"
#include "dsl/fields.h"
#include "dsl/json.h"

namespace k6::dsl {

class Vu;

/// Of CSV files (RFC 4180).
struct CsvFormat {
    char separator = ',';
};

namespace detail {

enum class DataFormat : std::uint8_t { csv, json_lines, file };

/// A CSV file: its columns by their names, and the fields of each record. Errors name the line.
class CsvReader {
public:
    /// `text` outlives the reader.
    static Result<CsvReader> open(std::string_view text, char separator);
    /// False at the end.
    Result<bool> next();
    /// Of the record that was read; the column's number, or an error that names the key.
    Result<std::size_t> column(std::string_view key) const;
    bool has_column(std::string_view key) const;
    const std::string& field(std::size_t column) const { return fields_[column]; }
    std::size_t line() const noexcept { return line_; }

private:
    Result<bool> read_record();

    std::string_view rest_;
    char separator_ = ',';
    std::size_t line_ = 0;  // of the record that was read
    std::size_t next_line_ = 1;
    std::vector<std::string> columns_;
    std::vector<std::string> fields_;
};

// What a cell says; false if it is no such thing.
bool read_cell(std::string_view cell, bool& into);
bool read_cell(std::string_view cell, double& into);
bool read_cell(std::string_view cell, std::int64_t& into);
bool read_cell(std::string_view cell, std::uint64_t& into);

template <class T>
bool read_field(const std::string& cell, T& into) {
    if constexpr (std::same_as<T, std::string>) {
        into = cell;
        return true;
    } else if constexpr (IsOptional<T>::value) {
        if (cell.empty()) return true;
        return read_field(cell, into.emplace());
    } else if constexpr (std::same_as<T, bool> || std::same_as<T, double>) {
        return read_cell(cell, into);
    } else if constexpr (std::floating_point<T>) {
        double wide = 0;
        if (!read_cell(cell, wide)) return false;
        into = static_cast<T>(wide);
        return true;
    } else if constexpr (std::integral<T>) {
        std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t> wide = 0;
        if (!read_cell(cell, wide) || !std::in_range<T>(wide)) return false;
        into = static_cast<T>(wide);
        return true;
    } else {
        static_assert(always_false<T>, "csv<Row>: a field is a string, a number, a bool, or an optional of these");
    }
}

Error bad_cell(std::size_t line, std::string_view column, std::string_view cell);
/// The next line of JSON lines that is not blank; empty at the end.
std::string_view next_json_line(std::string_view& rest, std::size_t& line);
Error bad_json_line(std::size_t line, std::string_view reason);

using LoadedData = std::shared_ptr<const void>;

template <class Row>
Result<LoadedData> load_csv(std::string_view text, char separator) {
    auto reader = CsvReader::open(text, separator);
    if (!reader) return reader.error();
    Error error;
    bool failed = false;
    for_each_field<Row>([&](std::string_view key, auto member) {
        if constexpr (!IsOptional<std::remove_reference_t<decltype(std::declval<Row&>().*member)>>::value) {
            if (failed) return;
            if (auto column = reader->column(key); !column) {
                error = column.error();
                failed = true;
            }
        }
    });
    if (failed) return error;
    auto rows = std::make_shared<std::vector<Row>>();
    while (true) {
        auto more = reader->next();
        if (!more) return more.error();
        if (!*more) return LoadedData(std::move(rows));
        Row& row = rows->emplace_back();
        for_each_field<Row>([&](std::string_view key, auto member) {
            if (failed || !reader->has_column(key)) return;
            const std::string& cell = reader->field(*reader->column(key));
            if (!read_field(cell, row.*member)) {
                error = bad_cell(reader->line(), key, cell);
                failed = true;
            }
        });
        if (failed) return error;
    }
}

template <class Row>
Result<LoadedData> load_json_lines(std::string_view text, char) {
    auto rows = std::make_shared<std::vector<Row>>();
    std::size_t line = 0;
    while (true) {
        const std::string_view one = next_json_line(text, line);
        if (one.empty()) return LoadedData(std::move(rows));
        auto row = try_from_json<Row>(one);
        if (!row) return bad_json_line(line, row.error().message);
        rows->push_back(*std::move(row));
    }
}

Result<LoadedData> load_file(std::string_view text, char separator);

/// Finds what was loaded for a path and type.
const void* find_data(Vu& vu, std::string_view path, const std::type_info& type);

enum class RowChoice : std::uint8_t { sequential, random, unique, of_vu };
/// The number of a row for this iteration; may end the test, as unique() and of_vu() say.
std::size_t choose_row(Vu& vu, std::string_view path, std::size_t size, RowChoice choice);

}  // namespace detail

/// Rows of a file.
template <class Row>
class Feed {
public:
    constexpr Feed(std::string_view path, detail::DataFormat format, char separator)
        : path_(path), format_(format), separator_(separator) {}

    /// Row after row over all iterations of the VU's scenario, and again from the first. Each iteration has its row:
    /// asking twice in one gives the same.
    const Row& sequential(Vu& vu) const { return choose(vu, detail::RowChoice::sequential); }
    /// Any row, by the VU's own random numbers.
    const Row& random(Vu& vu) const { return choose(vu, detail::RowChoice::random); }
    /// As sequential, but no row is used twice: the test is aborted when an iteration finds none left. Also over the
    /// parts of a test that is distributed by execution segments.
    const Row& unique(Vu& vu) const { return choose(vu, detail::RowChoice::unique); }
    /// The VU's own row, always the same and nobody else's: the test is aborted when there are fewer rows than VUs.
    const Row& of_vu(Vu& vu) const { return choose(vu, detail::RowChoice::of_vu); }

    const std::vector<Row>& rows(Vu& vu) const {
        return *static_cast<const std::vector<Row>*>(detail::find_data(vu, path_, typeid(Row)));
    }

    constexpr std::string_view path() const noexcept { return path_; }
    constexpr detail::DataFormat format() const noexcept { return format_; }
    constexpr char separator() const noexcept { return separator_; }

private:
    const Row& choose(Vu& vu, detail::RowChoice choice) const {
        const std::vector<Row>& all = rows(vu);
        return all[detail::choose_row(vu, path_, all.size(), choice)];
    }

    std::string_view path_;
    detail::DataFormat format_;
    char separator_;
};

template <class Row>
constexpr Feed<Row> csv(std::string_view path, CsvFormat format = {}) {
    static_assert(detail::HasFields<Row>, "csv<Row>: the row's struct needs a K6_FIELDS list, which names the columns");
    return {path, detail::DataFormat::csv, format.separator};
}

/// One JSON value a line.
template <class Row>
constexpr Feed<Row> json_lines(std::string_view path) {
    return {path, detail::DataFormat::json_lines, '\0'};
}

/// A whole file.
class File {
public:
    constexpr explicit File(std::string_view path) : path_(path) {}
    std::string_view bytes(Vu& vu) const;
    constexpr std::string_view path() const noexcept { return path_; }

private:
    std::string_view path_;
};

constexpr File file(std::string_view path) { return File(path); }

/// What a test lists in `data`.
struct DataDeclaration {
    std::string_view path;
    char separator = '\0';
    const std::type_info* type = nullptr;
    Result<detail::LoadedData> (*load)(std::string_view text, char separator) = nullptr;

    template <class Row>
    DataDeclaration(const Feed<Row>& feed)
        : path(feed.path()), separator(feed.separator()), type(&typeid(Row)), load(loader<Row>(feed.format())) {}
    DataDeclaration(const File& whole) : path(whole.path()), type(&typeid(File)), load(&detail::load_file) {}

private:
    template <class Row>
    static auto loader(detail::DataFormat format) {
        // A type without fields may be one of JSON's own, which CSV has no use for.
        if constexpr (detail::HasFields<Row>) {
            if (format == detail::DataFormat::csv) return &detail::load_csv<Row>;
        }
        static_cast<void>(format);
        return &detail::load_json_lines<Row>;
    }
};

/// The file that a path of test data means: as it is, or below the runfiles of the program.
Result<std::string> read_data_file(std::string_view path);

}  // namespace k6::dsl
