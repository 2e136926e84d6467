#include "outputs/csv.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <utility>

#include "outputs/settings.h"

namespace k6::outputs {
namespace {

constexpr std::array<std::pair<std::string_view, CsvTimeFormat>, 6> time_formats{{
    {"unix", CsvTimeFormat::unix},
    {"unix_milli", CsvTimeFormat::unix_milli},
    {"unix_micro", CsvTimeFormat::unix_micro},
    {"unix_nano", CsvTimeFormat::unix_nano},
    {"rfc3339", CsvTimeFormat::rfc3339},
    {"rfc3339_nano", CsvTimeFormat::rfc3339_nano},
}};

Result<CsvTimeFormat> parse_time_format(std::string_view text) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    for (const auto& [name, format] : time_formats) {
        if (name == lower) return format;
    }
    return Error{ErrorClass::generic, std::string(text) + " does not belong to TimeFormat values"};
}

Result<void> read_argument(std::string_view argument, CsvSettings& settings) {
    if (argument.find('=') == std::string_view::npos) {
        settings.file_name = std::string(argument);
        return {};
    }
    for (const std::string& part : parse_list(argument)) {
        const std::size_t equals = part.find('=');
        const std::string key = part.substr(0, equals);
        if (equals == std::string::npos || equals == 0 || equals + 1 == part.size()) {
            return Error{ErrorClass::generic, "couldn't parse \"" + part + "\" as argument for csv output"};
        }
        const std::string value = part.substr(equals + 1);
        if (key == "fileName") {
            settings.file_name = value;
        } else if (key == "saveInterval") {
            auto period = parse_period(value);
            if (!period) return period.error();
            settings.save_interval = *period;
        } else if (key == "timeFormat") {
            auto format = parse_time_format(value);
            if (!format) return format.error();
            settings.time_format = *format;
        } else {
            return Error{ErrorClass::generic, "unknown key \"" + key + "\" as argument for csv output"};
        }
    }
    return {};
}

void append_field(std::string& out, std::string_view field) {
    const bool quoted =
        field.find_first_of(",\"\r\n") != std::string_view::npos || field.starts_with(' ') || field.starts_with('\t');
    if (!quoted) {
        out += field;
        return;
    }
    out += '"';
    for (const char c : field) {
        if (c == '"') out += '"';
        out += c;
    }
    out += '"';
}

void append_pair(std::string& pairs, const metrics::Tag& tag) {
    if (!pairs.empty()) pairs += '&';
    pairs += tag.key;
    pairs += '=';
    pairs += tag.value;
}

/// As "%.6f" does. Almost every value is a matter of one multiplication: it is right unless the product's rounding
/// error could decide between two texts.
void append_six_decimals(std::string& out, double value) {
    constexpr double largest = 1e9;
    constexpr double doubtful = 0.1;
    std::array<char, 400> digits;
    const double magnitude = std::fabs(value);
    const double millionths = magnitude * 1e6;
    const double whole = std::floor(millionths);
    const double rest = millionths - whole;
    if (!(magnitude < largest) || std::fabs(rest - 0.5) < doubtful) {
        out.append(digits.data(),
                   std::to_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::fixed, 6).ptr);
        return;
    }
    auto number = static_cast<std::uint64_t>(whole) + (rest > 0.5 ? 1 : 0);
    char* const end = digits.data() + 32;
    char* begin = end;
    for (int i = 0; i < 6; ++i, number /= 10) *--begin = static_cast<char>('0' + number % 10);
    *--begin = '.';
    do {
        *--begin = static_cast<char>('0' + number % 10);
        number /= 10;
    } while (number != 0);
    if (std::signbit(value)) *--begin = '-';
    out.append(begin, end);
}

void append_integer(std::string& out, std::int64_t value) {
    std::array<char, 24> digits{};
    out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr);
}

}  // namespace

Result<CsvSettings> parse_csv_settings(std::optional<std::string_view> argument, const OutputContext& context) {
    CsvSettings settings;
    const auto sources = Settings::of("csv", context);
    if (!sources) return sources.error();
    sources->text("file_name", "K6_CSV_FILENAME", settings.file_name);
    if (auto read = sources->period("save_interval", "K6_CSV_SAVE_INTERVAL", settings.save_interval); !read) {
        return read.error();
    }
    std::string format;
    sources->text("time_format", "K6_CSV_TIME_FORMAT", format);
    if (!format.empty()) {
        auto parsed = parse_time_format(format);
        if (!parsed) return parsed.error();
        settings.time_format = *parsed;
    }
    if (argument) {
        if (auto read = read_argument(*argument, settings); !read) return read.error();
    }
    return settings;
}

CsvLines::CsvLines(CsvTimeFormat format, const OutputContext& context) : format_(format), registry_(context.registry) {
    for (const std::string& name : context.system_tags.names()) {
        // These two are metadata.
        if (name != to_string(metrics::SystemTag::vu) && name != to_string(metrics::SystemTag::iter)) {
            columns_.push_back(name);
        }
    }
    std::sort(columns_.begin(), columns_.end());
    values_.resize(columns_.size());
}

void CsvLines::append_header(std::string& out) const {
    out += "metric_name,timestamp,metric_value";
    for (const std::string& column : columns_) {
        out += ',';
        out += column;
    }
    out += ",extra_tags,metadata\n";
}

void CsvLines::append_time(std::string& out, metrics::WallTime time) {
    using namespace std::chrono;
    const auto since = time.time_since_epoch();
    switch (format_) {
        case CsvTimeFormat::unix:
            return append_integer(out, floor<seconds>(since).count());
        case CsvTimeFormat::unix_milli:
            return append_integer(out, floor<milliseconds>(since).count());
        case CsvTimeFormat::unix_micro:
            return append_integer(out, floor<microseconds>(since).count());
        case CsvTimeFormat::unix_nano:
            return append_integer(out, duration_cast<nanoseconds>(since).count());
        case CsvTimeFormat::rfc3339:
            return times_.append(out, floor<seconds>(time));
        case CsvTimeFormat::rfc3339_nano:
            return times_.append(out, time);
    }
}

void CsvLines::describe_tags(const metrics::TagSet& tags) {
    std::fill(values_.begin(), values_.end(), std::string_view());
    pairs_.clear();
    for (const metrics::Tag& tag : tags) {
        const auto column = std::lower_bound(columns_.begin(), columns_.end(), tag.key);
        if (column != columns_.end() && *column == tag.key) {
            values_[static_cast<std::size_t>(column - columns_.begin())] = tag.value;
        } else {
            append_pair(pairs_, tag);
        }
    }
    last_tags_text_.clear();
    for (const std::string_view value : values_) {
        last_tags_text_ += ',';
        append_field(last_tags_text_, value);
    }
    last_tags_text_ += ',';
    append_field(last_tags_text_, pairs_);
    last_tags_text_ += ',';
}

void CsvLines::append(std::string& out, std::span<const metrics::Sample> samples) {
    // Other sets may have taken the last ones' addresses.
    last_tags_ = nullptr;
    last_metadata_ = nullptr;
    for (const metrics::Sample& sample : samples) {
        if (sample.tags != last_tags_) {
            last_tags_ = sample.tags;
            describe_tags(*sample.tags);
        }
        if (sample.metadata != last_metadata_) {
            last_metadata_ = sample.metadata;
            pairs_.clear();
            for (const metrics::Tag& tag : *sample.metadata) append_pair(pairs_, tag);
            last_metadata_text_.clear();
            append_field(last_metadata_text_, pairs_);
            last_metadata_text_ += '\n';
        }
        if (sample.time != last_time_) {
            last_time_ = sample.time;
            last_time_text_.clear();
            append_time(last_time_text_, sample.time);
            last_time_text_ += ',';
        }
        out += name_of(sample.metric);
        out += last_time_text_;
        append_six_decimals(out, sample.value);
        out += last_tags_text_;
        out += last_metadata_text_;
    }
}

const std::string& CsvLines::name_of(metrics::MetricId id) {
    if (id.index >= names_.size()) names_.resize(id.index + 1);
    std::string& name = names_[id.index];
    if (name.empty()) name = registry_.at(id).name + ",";
    return name;
}

CsvOutput::CsvOutput(CsvSettings settings, const OutputContext& context)
    : QueuedOutput("csv", context, settings.save_interval),
      settings_(std::move(settings)),
      lines_(settings_.time_format, context) {}

std::string CsvOutput::description() const {
    return is_standard_output(settings_.file_name) ? "csv (stdout)" : "csv (" + settings_.file_name + ")";
}

Result<void> CsvOutput::open() {
    auto sink = ByteSink::open(settings_.file_name);
    if (!sink) return sink.error();
    sink_.emplace(*std::move(sink));
    lines_.append_header(text_);
    auto written = sink_->write(text_);
    text_.clear();
    return written;
}

void CsvOutput::write(const SampleQueue::Chunks& chunks) {
    Result<void> written;
    for_each_piece(chunks, [this, &written](std::span<const metrics::Sample> samples) {
        // After a failure the rest of this flush is not worth a second complaint.
        if (!written) return;
        lines_.append(text_, samples);
        written = sink_->write_blocks(text_);
    });
    if (written) written = sink_->write(text_);
    text_.clear();
    if (!written) log_error("Samples couldn't be written", written.error().message);
}

}  // namespace k6::outputs
