// The files that a script reads: each once, and after the first init pass no new ones.
//
//   Files files;
//   auto text = files.read("/tests/users.json");     // shared_ptr: one copy for all VUs
//   files.freeze();
//
// Any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/error.h"

namespace k6::js {

class Files {
public:
    /// The content of a file by its absolute path. Errors are ErrorClass::script_exception.
    Result<std::shared_ptr<const std::string>> read(const std::string& path);
    /// From now on only files that were read before can be read.
    void freeze();

private:
    std::mutex mutex_;
    bool frozen_ = false;
    std::map<std::string, std::shared_ptr<const std::string>> contents_;
};

/// `reference` made absolute against `directory` (absolute), with `.` and `..` resolved.
std::string resolve_path(std::string_view directory, std::string_view reference);
/// "/a/b" of "/a/b/c.js".
std::string directory_of(std::string_view path);
/// "file:///a%20b" of "/a b", and back.
std::string file_url(std::string_view path);
std::string path_of_file_url(std::string_view url);

}  // namespace k6::js
