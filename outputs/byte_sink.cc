#include "outputs/byte_sink.h"

#include <fcntl.h>
#include <unistd.h>
// zlib then takes its input as const.
#define ZLIB_CONST
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <optional>
#include <system_error>
#include <utility>

namespace k6::outputs {
namespace {

std::string system_message(int code) {
    std::string text = std::generic_category().message(code);
    if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') text[0] = static_cast<char>(text[0] + ('a' - 'A'));
    return text;
}

Error system_error(std::string_view what, const std::string& path) {
    const int code = errno;
    return Error{ErrorClass::generic, std::string(what) + " " + path + ": " + system_message(code)};
}

}  // namespace

struct ByteSink::State {
    std::string name;
    int fd = -1;
    bool owns_fd = false;
    bool closed = false;
    std::optional<z_stream> gzip;
    off_t size = 0;
    /// How far the file has room on the disk.
    off_t reserved = 0;
    bool can_reserve = true;

    State(std::string name_of_target, int descriptor, bool owned)
        : name(std::move(name_of_target)), fd(descriptor), owns_fd(owned) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
        if (gzip) deflateEnd(&*gzip);
        if (owns_fd && fd >= 0) ::close(fd);
    }

    /// Asks for room ahead in one piece, never more than the file holds already. With its blocks settled, the page
    /// cache takes what is written in large pages: with ext4 of Linux 6.18, half to a quarter of the processor time.
    void reserve(std::size_t more) {
        constexpr off_t least = off_t{1} << 20;
        constexpr off_t most = off_t{16} << 20;
        const off_t end = size + static_cast<off_t>(more);
        if (!can_reserve || size < least || end <= reserved) return;
        const off_t step = std::max(std::min(size, most), static_cast<off_t>(more));
        // No file, a file system that cannot, a full disk: write() will say what matters.
        can_reserve = ::fallocate(fd, FALLOC_FL_KEEP_SIZE, size, step) == 0;
        if (can_reserve) reserved = size + step;
    }

    /// Gives back what was not used.
    Result<void> release() {
        if (reserved > size && ::ftruncate(fd, size) != 0) return system_error("truncate", name);
        return {};
    }

    Result<void> write_plain(std::string_view bytes) {
        if (owns_fd) reserve(bytes.size());
        while (!bytes.empty()) {
            const ssize_t written = ::write(fd, bytes.data(), bytes.size());
            if (written < 0) {
                if (errno == EINTR) continue;
                return system_error("write", name);
            }
            size += written;
            bytes.remove_prefix(static_cast<std::size_t>(written));
        }
        return {};
    }

    Result<void> deflate_and_write(std::string_view bytes, int flush) {
        std::array<char, std::size_t{1} << 14> buffer;
        do {
            // zlib counts in 32 bits.
            const std::size_t part = std::min<std::size_t>(bytes.size(), std::numeric_limits<uInt>::max());
            gzip->next_in = reinterpret_cast<const Bytef*>(bytes.data());
            gzip->avail_in = static_cast<uInt>(part);
            bytes.remove_prefix(part);
            do {
                gzip->next_out = reinterpret_cast<Bytef*>(buffer.data());
                gzip->avail_out = static_cast<uInt>(buffer.size());
                if (deflate(&*gzip, bytes.empty() ? flush : Z_NO_FLUSH) == Z_STREAM_ERROR) {
                    return Error{ErrorClass::generic, "write " + name + ": the gzip stream is broken"};
                }
                if (auto written = write_plain({buffer.data(), buffer.size() - gzip->avail_out}); !written)
                    return written;
            } while (gzip->avail_out == 0);
        } while (!bytes.empty());
        return {};
    }
};

ByteSink::ByteSink(std::unique_ptr<State> state) : state_(std::move(state)) {}
ByteSink::ByteSink(ByteSink&&) noexcept = default;
ByteSink& ByteSink::operator=(ByteSink&&) noexcept = default;

ByteSink::~ByteSink() {
    if (state_) static_cast<void>(close());
}

Result<ByteSink> ByteSink::open(const std::string& path) {
    if (is_standard_output(path)) return ByteSink(std::make_unique<State>("standard output", STDOUT_FILENO, false));
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) return system_error("open", path);
    auto state = std::make_unique<State>(path, fd, true);
    if (path.ends_with(".gz")) {
        constexpr int gzip_window = 15 + 16;
        constexpr int default_memory = 8;
        state->gzip.emplace();
        if (deflateInit2(&*state->gzip, Z_DEFAULT_COMPRESSION, Z_DEFLATED, gzip_window, default_memory,
                         Z_DEFAULT_STRATEGY) != Z_OK) {
            state->gzip.reset();
            return Error{ErrorClass::generic, "open " + path + ": cannot start a gzip stream"};
        }
    }
    return ByteSink(std::move(state));
}

Result<void> ByteSink::write(std::string_view bytes) {
    if (bytes.empty()) return {};
    return state_->gzip ? state_->deflate_and_write(bytes, Z_NO_FLUSH) : state_->write_plain(bytes);
}

Result<void> ByteSink::write_blocks(std::string& text) {
    // What ends amid a page of the page cache makes it use smaller ones.
    constexpr std::size_t block = std::size_t{1} << 18;
    if (text.size() < block) return {};
    const std::size_t beyond = (static_cast<std::size_t>(state_->size) + text.size()) % block;
    const std::size_t count = text.size() - beyond;
    auto written = write(std::string_view(text).substr(0, count));
    text.erase(0, count);
    return written;
}

Result<void> ByteSink::close() {
    if (std::exchange(state_->closed, true)) return {};
    Result<void> result;
    if (state_->gzip) result = state_->deflate_and_write({}, Z_FINISH);
    // Above all when the disk is full.
    if (auto released = state_->release(); !released && result) result = released;
    if (state_->owns_fd && ::close(std::exchange(state_->fd, -1)) != 0 && result) {
        result = system_error("close", state_->name);
    }
    return result;
}

}  // namespace k6::outputs
