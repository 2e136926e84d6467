#include "js/runner/archive.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <set>
#include <utility>

#include "base/version.h"

namespace k6::js {
namespace {

constexpr std::size_t block_size = 512;

Error failure(std::string message) {
    return Error{ErrorClass::generic, "the archive cannot be read: " + std::move(message)};
}

/// A header's field as text, up to its NUL.
std::string_view text_field(std::string_view header, std::size_t offset, std::size_t size) {
    const std::string_view field = header.substr(offset, size);
    return field.substr(0, field.find('\0'));
}

std::optional<std::uint64_t> octal_field(std::string_view header, std::size_t offset, std::size_t size) {
    std::uint64_t value = 0;
    bool any = false;
    for (const char c : header.substr(offset, size)) {
        if (c == ' ' || c == '\0') {
            if (any) break;
            continue;
        }
        if (c < '0' || c > '7') return {};
        value = value << 3 | static_cast<std::uint64_t>(c - '0');
        any = true;
    }
    return value;
}

struct Entry {
    std::string name;
    std::string_view content;
};

/// Regular files, in their order. Long names are those of POSIX (pax) and of GNU.
Result<std::vector<Entry>> entries_of(std::string_view bytes) {
    std::vector<Entry> entries;
    std::string long_name;
    for (std::size_t at = 0; at + block_size <= bytes.size();) {
        const std::string_view header = bytes.substr(at, block_size);
        if (header.find_first_not_of('\0') == std::string_view::npos) break;
        const auto size = octal_field(header, 124, 12);
        if (!size || *size > bytes.size() - at - block_size) {
            return failure("the entry at byte " + std::to_string(at) + " is longer than the file");
        }
        const std::string_view content = bytes.substr(at + block_size, *size);
        const char type = header[156];
        if (type == 'L') {
            long_name = content.substr(0, content.find('\0'));
        } else if (type == 'x') {
            // "27 path=…\n" records; the length counts itself.
            for (std::string_view rest = content; !rest.empty();) {
                const std::size_t blank = rest.find(' ');
                std::size_t length = 0;
                for (const char c : rest.substr(0, blank)) {
                    if (c < '0' || c > '9' || length > bytes.size()) return failure("a pax record has no length");
                    length = length * 10 + static_cast<std::size_t>(c - '0');
                }
                if (blank == std::string_view::npos || length <= blank + 1 || length > rest.size()) {
                    return failure("a pax record has no length");
                }
                const std::string_view record = rest.substr(blank + 1, length - blank - 2);
                if (record.starts_with("path=")) long_name = record.substr(5);
                rest.remove_prefix(length);
            }
        } else {
            std::string name = std::exchange(long_name, {});
            if (name.empty()) {
                name = text_field(header, 0, 100);
                if (header.substr(257, 5) == "ustar") {
                    if (const std::string_view prefix = text_field(header, 345, 155); !prefix.empty())
                        name = std::string(prefix) + '/' + name;
                }
            }
            if (type == '0' || type == '\0') entries.push_back({std::move(name), content});
        }
        at += block_size + (*size + block_size - 1) / block_size * block_size;
    }
    return entries;
}

Result<void> read_metadata(std::string_view text, Archive& archive) {
    boost::system::error_code error;
    const boost::json::value document = boost::json::parse({text.data(), text.size()}, error);
    if (error || !document.is_object()) return failure("metadata.json is no JSON object");
    const boost::json::object& object = document.as_object();
    const auto member = [&](const char* name) -> std::string {
        const boost::json::value* value = object.if_contains(name);
        return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
    };
    if (member("type") != "js") return failure("metadata.json has an unknown type");
    archive.entry_url = member("filename");
    archive.working_directory_url = member("pwd");
    if (archive.entry_url.empty()) return failure("metadata.json has no filename");
    if (const boost::json::value* options = object.if_contains("options"); options != nullptr && options->is_object())
        archive.options_json = boost::json::serialize(*options);
    if (const boost::json::value* mode = object.if_contains("compatibilityMode"); mode != nullptr && mode->is_string())
        archive.base_compatibility = mode->get_string() == "base";
    if (const boost::json::value* env = object.if_contains("env"); env != nullptr && env->is_object()) {
        StringMap& variables = archive.variables.emplace();
        for (const auto& [key, value] : env->as_object()) {
            if (value.is_string()) variables[std::string(key)] = value.as_string();
        }
    }
    return {};
}

// ---- Writing

class TarWriter {
public:
    explicit TarWriter(std::chrono::sys_seconds time) : time_(time.time_since_epoch().count()) {}

    void file(const std::string& name, std::string_view content) {
        entry(name, '0', 0644, content.size(), "");
        out_ += content;
        out_.append((block_size - content.size() % block_size) % block_size, '\0');
    }
    void directory(const std::string& name) { entry(name + '/', '5', 0755, 0, ""); }
    void hard_link(const std::string& name, const std::string& to) { entry(name, '1', 0, 0, to); }
    std::string finish() {
        out_.append(2 * block_size, '\0');
        return std::move(out_);
    }

private:
    void entry(const std::string& name, char type, unsigned mode, std::size_t size, const std::string& link) {
        std::string shown = name;
        if (name.size() > 100) {
            const std::string record = " path=" + name + '\n';
            std::size_t length = record.size() + 1;
            while (std::to_string(length).size() + record.size() > length) ++length;
            const std::string pax = std::to_string(length) + record;
            header("PaxHeaders/" + name.substr(name.size() - 80), 'x', 0644, pax.size(), "");
            out_ += pax;
            out_.append((block_size - pax.size() % block_size) % block_size, '\0');
            shown = name.substr(name.size() - 100);
        }
        header(shown, type, mode, size, link);
    }

    void header(const std::string& name, char type, unsigned mode, std::size_t size, const std::string& link) {
        std::array<char, block_size> block{};
        const auto put = [&](std::size_t offset, std::string_view text) {
            std::memcpy(block.data() + offset, text.data(), text.size());
        };
        const auto octal = [&](std::size_t offset, int width, std::uint64_t value) {
            char text[24];
            std::snprintf(text, sizeof text, "%0*llo", width, static_cast<unsigned long long>(value));
            put(offset, text);
        };
        put(0, name);
        octal(100, 7, mode);
        octal(108, 7, 0);
        octal(116, 7, 0);
        octal(124, 11, size);
        octal(136, 11, type == '1' ? 0 : static_cast<std::uint64_t>(time_));
        put(148, "        ");
        block[156] = type;
        put(157, link);
        put(257, std::string_view("ustar\0", 6));
        put(263, "00");
        unsigned sum = 0;
        for (const char c : block) sum += static_cast<unsigned char>(c);
        char check[8];
        std::snprintf(check, sizeof check, "%06o", sum);
        put(148, std::string_view(check, 7));
        block[155] = ' ';
        out_.append(block.data(), block.size());
    }

    std::int64_t time_;
    std::string out_;
};

/// Indented by two spaces, as metadata.json is.
void write_json(const boost::json::value& value, std::string& out, std::size_t depth) {
    const auto line = [&](std::size_t level) {
        out += '\n';
        out.append(2 * level, ' ');
    };
    if (value.is_object() && !value.as_object().empty()) {
        out += '{';
        bool first = true;
        for (const auto& [key, member] : value.as_object()) {
            if (!std::exchange(first, false)) out += ',';
            line(depth + 1);
            out += boost::json::serialize(boost::json::value(key)) + ": ";
            write_json(member, out, depth + 1);
        }
        line(depth);
        out += '}';
    } else if (value.is_array() && !value.as_array().empty()) {
        out += '[';
        bool first = true;
        for (const boost::json::value& member : value.as_array()) {
            if (!std::exchange(first, false)) out += ',';
            line(depth + 1);
            write_json(member, out, depth + 1);
        }
        line(depth);
        out += ']';
    } else {
        out += boost::json::serialize(value);
    }
}

std::string metadata_of(const Archive& archive) {
    boost::json::object object;
    object["type"] = "js";
    object["options"] = archive.options_json.empty() ? boost::json::value(boost::json::object())
                                                     : boost::json::parse(archive.options_json);
    object["filename"] = archive.entry_url;
    object["pwd"] = archive.working_directory_url;
    if (archive.variables) {
        boost::json::object env;
        for (const auto& [key, value] : *archive.variables) env[key] = value;
        object["env"] = std::move(env);
    } else {
        object["env"] = nullptr;
    }
    object["compatibilityMode"] = archive.base_compatibility ? "base" : "extended";
    object["k6version"] = product_version;
    object["goos"] = "linux";
    std::string text;
    write_json(object, text, 0);
    return text + '\n';
}

/// All directories above the entries of a scheme, itself included.
std::set<std::string> directories_of(const std::map<std::string, std::string_view>& entries) {
    std::set<std::string> directories;
    for (const auto& [name, content] : entries) {
        for (std::size_t slash = name.find('/'); slash != std::string::npos; slash = name.find('/', slash + 1))
            directories.insert(name.substr(0, slash));
    }
    return directories;
}

}  // namespace

bool is_archive(std::string_view bytes) {
    if (bytes.size() < block_size) return false;
    const auto checksum = octal_field(bytes, 148, 8);
    if (!checksum) return false;
    std::uint64_t sum = 8 * std::uint64_t{' '};
    for (std::size_t i = 0; i < block_size; ++i) {
        if (i < 148 || i >= 156) sum += static_cast<unsigned char>(bytes[i]);
    }
    return sum == *checksum && bytes[0] != '\0';
}

Result<Archive> read_archive(std::string_view bytes) {
    const auto entries = entries_of(bytes);
    if (!entries) return entries.error();
    Archive archive;
    bool has_data = false;
    for (const Entry& entry : *entries) {
        if (entry.name == "metadata.json") {
            if (auto read = read_metadata(entry.content, archive); !read) return read.error();
            continue;
        }
        if (entry.name == "data") {
            archive.entry = entry.content;
            has_data = true;
            continue;
        }
        const std::size_t slash = entry.name.find('/');
        if (slash == std::string::npos) continue;
        const std::string prefix = entry.name.substr(0, slash);
        std::string rest = entry.name.substr(slash);
        const auto content = std::make_shared<const std::string>(entry.content);
        if (prefix == "file") {
            archive.files[archive_path(rest)] = content;
        } else if (prefix == "https") {
            archive.remote["https:/" + rest] = content;
        } else if (prefix == "files" || prefix == "scripts") {
            // Archives of long ago: a path that begins with an underscore is a local one without it.
            rest.erase(0, 1);
            if (rest.starts_with('_')) {
                archive.files[archive_path(rest.substr(1))] = content;
            } else {
                archive.remote["https://" + rest] = content;
            }
        } else {
            return failure("unknown file prefix `" + prefix + "` for file `" + entry.name + "`");
        }
    }
    if (archive.entry_url.empty()) return failure("it has no metadata.json");
    if (!has_data) return failure("it has no main script (data)");
    if (!archive.entry_url.starts_with("https://") && !archive.entry_url.starts_with("file://"))
        archive.entry_url = file_url(archive_path(archive.entry_url));
    return archive;
}

std::string write_archive(const Archive& archive, std::chrono::sys_seconds time) {
    std::map<std::string, std::string_view> local;
    std::map<std::string, std::string_view> remote;
    for (const auto& [path, content] : archive.files) local["file" + archive_path(path)] = *content;
    for (const auto& [url, content] : archive.remote) remote["https/" + url.substr(8)] = *content;
    const std::string entry_name = archive.entry_url.starts_with("https://")
                                       ? "https/" + archive.entry_url.substr(8)
                                       : "file" + path_of_file_url(archive.entry_url);
    (archive.entry_url.starts_with("https://") ? remote : local)[entry_name] = {};

    TarWriter tar(time);
    tar.file("metadata.json", metadata_of(archive));
    tar.file("data", archive.entry);
    for (const auto* entries : {&local, &remote}) {
        for (const std::string& directory : directories_of(*entries)) tar.directory(directory);
        for (const auto& [name, content] : *entries) {
            if (name == entry_name) {
                tar.hard_link(name, "data");
            } else {
                tar.file(name, content);
            }
        }
    }
    return tar.finish();
}

}  // namespace k6::js
