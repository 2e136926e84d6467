// The `csv` output: a header, then one line for each sample (RFC 4180 quoting, lines end with "\n").
//
//   auto settings = parse_csv_settings("fileName=a.csv,timeFormat=rfc3339", environment);
//   CsvOutput output(*settings, context);
//
//   metric_name,timestamp,metric_value,check,…,url,extra_tags,metadata
//   http_reqs,1795287077,1.000000,,…,http://h/,team=a,vu=1&iter=0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/duration.h"
#include "outputs/byte_sink.h"
#include "outputs/queued_output.h"
#include "outputs/rfc3339.h"

namespace k6::outputs {

enum class CsvTimeFormat { unix, unix_milli, unix_micro, unix_nano, rfc3339, rfc3339_nano };

struct CsvSettings {
    /// As ByteSink takes it.
    std::string file_name = "file.csv";
    Duration save_interval = std::chrono::seconds(1);
    CsvTimeFormat time_format = CsvTimeFormat::unix;
};

/// `argument` is a file name or `fileName=…,saveInterval=…,timeFormat=…`; nothing: the default file.
Result<CsvSettings> parse_csv_settings(std::optional<std::string_view> argument, const OutputContext& context);

/// Turns samples into lines. One thread.
class CsvLines {
public:
    CsvLines(CsvTimeFormat format, const OutputContext& context);

    void append_header(std::string& out) const;
    void append(std::string& out, std::span<const metrics::Sample> samples);

private:
    void append_time(std::string& out, metrics::WallTime time);
    void describe_tags(const metrics::TagSet& tags);
    /// With a comma behind it.
    const std::string& name_of(metrics::MetricId id);

    CsvTimeFormat format_;
    const metrics::Registry& registry_;
    /// System tags with a column each, sorted.
    std::vector<std::string> columns_;
    Rfc3339Text times_;
    /// The columns of the set written last in this append: the samples of one request share theirs.
    const metrics::TagSet* last_tags_ = nullptr;
    std::string last_tags_text_;
    const metrics::TagSet* last_metadata_ = nullptr;
    std::string last_metadata_text_;
    metrics::WallTime last_time_ = metrics::WallTime::min();
    std::string last_time_text_;
    std::vector<std::string> names_;
    std::vector<std::string_view> values_;
    std::string pairs_;
};

class CsvOutput final : public QueuedOutput {
public:
    CsvOutput(CsvSettings settings, const OutputContext& context);
    ~CsvOutput() override { end(); }

    std::string description() const override;

private:
    Result<void> open() override;
    void write(const SampleQueue::Chunks& chunks) override;
    Result<void> close() override { return sink_->close(); }

    CsvSettings settings_;
    CsvLines lines_;
    std::optional<ByteSink> sink_;
    std::string text_;
};

}  // namespace k6::outputs
