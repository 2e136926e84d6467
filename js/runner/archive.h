// Archives: a test with everything that it reads, in one tar file (`k6 archive`).
//
//   if (is_archive(bytes)) auto archive = read_archive(bytes);
//   archive->entry_url == "file:///home/nobody/t/main.js";
//   write_archive(*archive) == bytes again
//
// The layout is that of the field's reference: metadata.json, the main script as `data`, then local files under `file/`
// and remote modules under `https/`. Values; any thread.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "engine/plan/options.h"
#include "js/runner/files.h"
#include "js/runner/remote_modules.h"

namespace k6::js {

struct Archive {
    /// The options as JSON, which stand for those that the script exports.
    std::string options_json;
    /// URLs of the main script and of the directory that it ran in, without a slash at the end.
    std::string entry_url;
    std::string working_directory_url;
    std::optional<StringMap> variables;
    /// Compatibility mode `base` instead of `extended`.
    bool base_compatibility = false;
    /// The main script's text.
    std::string entry;
    /// By path, normalised (archive_path).
    Files::Contents files;
    /// By URL.
    RemoteModules::Contents remote;
};

/// Whether bytes are a tar file.
bool is_archive(std::string_view bytes);
/// Errors name the entry that is wrong.
Result<Archive> read_archive(std::string_view bytes);
/// `time` becomes the entries' time of change.
std::string write_archive(const Archive& archive, std::chrono::sys_seconds time);

}  // namespace k6::js
