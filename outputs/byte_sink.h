// Where a file output's bytes go: a file, a gzip file (by the suffix `.gz`), or standard output ("" or "-").
//
//   Result<ByteSink> sink = ByteSink::open("samples.json.gz");
//   if (auto written = sink->write(bytes); !written) …
//   sink->close();
//
// One thread at a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"

namespace k6::outputs {

class ByteSink {
public:
    /// Creates the file or empties it. The error reads "open FILE: no such file or directory".
    static Result<ByteSink> open(const std::string& path);

    ByteSink(ByteSink&&) noexcept;
    ByteSink& operator=(ByteSink&&) noexcept;
    /// Closes what is still open, without a word about errors.
    ~ByteSink();

    Result<void> write(std::string_view bytes);
    /// For text that grows: once it has a quarter of a megabyte, writes as much as makes the file end at a multiple of
    /// that, and leaves the rest in it.
    Result<void> write_blocks(std::string& text);
    /// Ends a gzip stream. Standard output stays open.
    Result<void> close();

private:
    struct State;
    explicit ByteSink(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// Whether `path` means standard output.
inline bool is_standard_output(std::string_view path) { return path.empty() || path == "-"; }

}  // namespace k6::outputs
