// The files that a script reads: each once, and after the first init pass no new ones. They come from the disk, or all
// of them from an archive.
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

    using Contents = std::map<std::string, std::shared_ptr<const std::string>>;
    /// The files of an archive, by their paths there (archive_path): from now on there are no others.
    void provide(Contents archived);
    /// What has been read so far, by path.
    Contents contents() const;

private:
    mutable std::mutex mutex_;
    bool frozen_ = false;
    bool archived_ = false;
    Contents contents_;
};

/// A path as archives have it: a home directory's owner is "nobody", drives and backslashes are gone.
std::string archive_path(std::string_view path);

/// `reference` made absolute against `directory` (absolute), with `.` and `..` resolved.
std::string resolve_path(std::string_view directory, std::string_view reference);
/// "/a/b" of "/a/b/c.js".
std::string directory_of(std::string_view path);
/// "file:///a%20b" of "/a b", and back.
std::string file_url(std::string_view path);
std::string path_of_file_url(std::string_view url);

}  // namespace k6::js
