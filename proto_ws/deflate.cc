#include "proto_ws/deflate.h"

#include <zlib.h>

#include <algorithm>
#include <new>
#include <stdexcept>

namespace k6::ws {
namespace {

/// What the sender leaves out behind each message: the end of an empty stored block.
constexpr std::string_view left_out{"\x00\x00\xff\xff", 4};
constexpr int raw_window = -15;
constexpr std::size_t piece_size = 16384;

Bytef* bytes_of(std::string_view text) { return reinterpret_cast<Bytef*>(const_cast<char*>(text.data())); }

}  // namespace

struct Deflate::Impl {
    struct Deflating : z_stream {
        Deflating() : z_stream{} {
            if (deflateInit2(this, 1, Z_DEFLATED, raw_window, 8, Z_DEFAULT_STRATEGY) != Z_OK) throw std::bad_alloc();
        }
        ~Deflating() { deflateEnd(this); }
    };
    struct Inflating : z_stream {
        Inflating() : z_stream{} {
            if (inflateInit2(this, raw_window) != Z_OK) throw std::bad_alloc();
        }
        ~Inflating() { inflateEnd(this); }
    };

    std::unique_ptr<Deflating> deflating;
    std::unique_ptr<Inflating> inflating;
    char piece[piece_size];
};

Deflate::Deflate() = default;
Deflate::~Deflate() = default;

void Deflate::compress(std::string_view message, std::string& out) {
    if (!impl_) impl_ = std::make_unique<Impl>();
    if (!impl_->deflating) impl_->deflating = std::make_unique<Impl::Deflating>();
    z_stream& stream = *impl_->deflating;
    deflateReset(&stream);
    do {
        const std::string_view part = message.substr(0, std::size_t{1} << 30);
        message.remove_prefix(part.size());
        stream.next_in = bytes_of(part);
        stream.avail_in = static_cast<uInt>(part.size());
        do {
            stream.next_out = reinterpret_cast<Bytef*>(impl_->piece);
            stream.avail_out = piece_size;
            deflate(&stream, message.empty() ? Z_SYNC_FLUSH : Z_NO_FLUSH);
            out.append(impl_->piece, piece_size - stream.avail_out);
        } while (stream.avail_out == 0);
    } while (!message.empty());
    if (!out.ends_with(left_out)) throw std::logic_error("a sync flush ends with an empty block");
    out.resize(out.size() - left_out.size());
}

Deflate::Outcome Deflate::decompress(std::string_view payload, std::size_t most, std::string& out) {
    if (!impl_) impl_ = std::make_unique<Impl>();
    if (!impl_->inflating) impl_->inflating = std::make_unique<Impl::Inflating>();
    z_stream& stream = *impl_->inflating;
    inflateReset(&stream);
    out.clear();
    for (std::string_view input : {payload, left_out}) {
        while (!input.empty()) {
            const auto part = static_cast<uInt>(std::min<std::size_t>(input.size(), std::size_t{1} << 30));
            stream.next_in = bytes_of(input);
            stream.avail_in = part;
            while (true) {
                stream.next_out = reinterpret_cast<Bytef*>(impl_->piece);
                stream.avail_out = piece_size;
                const int result = inflate(&stream, Z_SYNC_FLUSH);
                const std::size_t made = piece_size - stream.avail_out;
                if (made > most - out.size()) return Outcome::too_large;
                out.append(impl_->piece, made);
                if (result == Z_STREAM_END) {
                    // A final block does not end the message (section 7.2.3.5).
                    inflateReset(&stream);
                    if (stream.avail_in == 0) break;
                    continue;
                }
                if (result != Z_OK && result != Z_BUF_ERROR) return Outcome::malformed;
                if (stream.avail_out != 0) break;
            }
            input.remove_prefix(part);
        }
    }
    return Outcome::done;
}

}  // namespace k6::ws
