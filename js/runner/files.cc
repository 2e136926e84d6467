#include "js/runner/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace k6::js {
namespace {

Error failure(std::string message) { return Error{ErrorClass::script_exception, std::move(message)}; }

std::string system_message(int code) {
    std::string text = std::strerror(code);
    if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') text[0] = static_cast<char>(text[0] - 'A' + 'a');
    return text;
}

/// A file descriptor that closes itself.
struct Descriptor {
    int fd;
    ~Descriptor() {
        if (fd >= 0) ::close(fd);
    }
};

Result<std::string> read_whole(const std::string& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return failure("stat " + path + ": " + system_message(errno));
    if (S_ISDIR(info.st_mode)) return failure("open() can't be used with directories, path: \"" + path + "\"");
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (file.fd < 0) return failure("open " + path + ": " + system_message(errno));
    std::string content;
    char buffer[65536];
    while (true) {
        const ssize_t got = ::read(file.fd, buffer, sizeof buffer);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return failure("read " + path + ": " + system_message(errno));
        if (got == 0) return content;
        content.append(buffer, static_cast<std::size_t>(got));
    }
}

}  // namespace

Result<std::shared_ptr<const std::string>> Files::read(const std::string& path) {
    const std::lock_guard lock(mutex_);
    if (archived_) {
        const auto found = contents_.find(archive_path(path));
        if (found != contents_.end()) return found->second;
        return failure("stat " + path + ": no such file in the archive");
    }
    if (const auto found = contents_.find(path); found != contents_.end()) return found->second;
    if (frozen_) {
        return failure(
            "open() can't be used with files that weren't previously opened during initialization (__VU==0), path: \"" +
            path + "\"");
    }
    auto content = read_whole(path);
    if (!content) return content.error();
    return contents_.emplace(path, std::make_shared<const std::string>(*std::move(content))).first->second;
}

void Files::freeze() {
    const std::lock_guard lock(mutex_);
    frozen_ = true;
}

void Files::provide(Contents archived) {
    const std::lock_guard lock(mutex_);
    contents_ = std::move(archived);
    archived_ = true;
}

Files::Contents Files::contents() const {
    const std::lock_guard lock(mutex_);
    return contents_;
}

std::string archive_path(std::string_view path) {
    std::string clean(path);
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    if (clean.starts_with("\\\\")) {
        // A network share: the server's name goes.
        clean = "/nobody" + clean.substr(std::min(clean.size(), clean.find('\\', 2)));
    }
    std::replace(clean.begin(), clean.end(), '\\', '/');
    if (clean.size() >= 3 && clean[0] == '/' && letter(clean[1]) && clean[2] == ':') clean.erase(2, 1);
    if (clean.size() >= 2 && letter(clean[0]) && clean[1] == ':') clean = std::string("/") + clean[0] + clean.substr(2);
    clean = std::filesystem::path(clean).lexically_normal().string();

    std::string lower = clean;
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const std::size_t drive = clean.size() > 2 && clean[0] == '/' && letter(clean[1]) && clean[2] == '/' ? 2 : 0;
    for (const std::string_view homes : {"/users/", "/home/", "/documents and settings/"}) {
        if (lower.compare(drive, homes.size(), homes) != 0) continue;
        const std::size_t name = drive + homes.size();
        const std::size_t end = std::min(clean.size(), clean.find('/', name));
        if (end > name) clean.replace(name, end - name, "nobody");
        break;
    }
    return clean;
}

std::string resolve_path(std::string_view directory, std::string_view reference) {
    return (std::filesystem::path(directory) / std::filesystem::path(reference)).lexically_normal().string();
}

std::string directory_of(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string_view::npos ? "." : slash == 0 ? "/" : std::string(path.substr(0, slash));
}

std::string file_url(std::string_view path) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string url = "file://";
    for (char c : path) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte <= 0x20 || byte >= 0x7f || c == '%' || c == '?' || c == '#' || c == '"' || c == '<' || c == '>') {
            url += '%';
            url += digits[byte >> 4];
            url += digits[byte & 15];
        } else {
            url += c;
        }
    }
    return url;
}

std::string path_of_file_url(std::string_view url) {
    if (url.starts_with("file://")) url.remove_prefix(7);
    const auto digit = [](char c) {
        return c >= '0' && c <= '9'   ? c - '0'
               : c >= 'a' && c <= 'f' ? c - 'a' + 10
               : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                      : -1;
    };
    std::string path;
    for (std::size_t i = 0; i < url.size(); ++i) {
        if (url[i] == '%' && i + 2 < url.size() && digit(url[i + 1]) >= 0 && digit(url[i + 2]) >= 0) {
            path += static_cast<char>(digit(url[i + 1]) * 16 + digit(url[i + 2]));
            i += 2;
        } else {
            path += url[i];
        }
    }
    return path;
}

}  // namespace k6::js
