#include <utility>

#include "proto_http/byte_stream.h"
#include "proto_http/connection.h"

namespace k6::http {
namespace {

using Kind = StreamResult::Kind;

}  // namespace

MaybeFailure Connection::upgrade(std::string_view head, ResponseParser& parser, const Response& response,
                                 std::string& surplus, Deadline& deadline) {
    surplus_ = &surplus;
    Sent outcome{};
    ExchangeTimes times;
    auto failure =
        tls_ ? send_encrypted(head, {}, parser, deadline, outcome) : send(head, {}, &parser, deadline, outcome);
    const auto enough = [&] { return parser.done() || (parser.has_head() && response.body.size() >= kept_refusal); };
    while (!failure && !enough()) failure = receive_some(parser, deadline, times);
    surplus_ = nullptr;
    if (!failure && parser.failed()) failure = fail({.cause = parser.failure()});
    return failure;
}

StreamResult Connection::add_plain(std::string_view bytes, std::string& to) {
    if (!tls_) {
        to += bytes;
        return {};
    }
    tls_->give_input(bytes);
    while (true) {
        switch (tls_->read(shared_.plaintext, sizeof shared_.plaintext)) {
            case TlsSession::Step::done:
                to.append(shared_.plaintext, tls_->bytes_read());
                if (tls_->used_up()) return {};
                break;
            case TlsSession::Step::needs_input:
                return {};
            case TlsSession::Step::closed:
                return {.kind = Kind::end_of_input};
            case TlsSession::Step::failed:
                return {.kind = Kind::failed, .failure = tls_failed()};
        }
    }
}

StreamResult Connection::read_bytes(std::string& to, Deadline& deadline) {
    const std::size_t before = to.size();
    while (true) {
        // The buffer is borrowed when there is something to put into it.
        if (!proxy_tls_ && !stream_.wait_for_input(deadline)) return {.kind = Kind::deadline};
        IoResult result;
        StreamResult taken;
        {
            const BufferPool::Loan buffer(shared_.buffers);
            result = proxy_tls_ ? read(buffer.data(), buffer.size(), deadline) : read_now(buffer.data(), buffer.size());
            if (result.kind == IoResult::Kind::done) taken = add_plain({buffer.data(), result.bytes}, to);
        }
        switch (result.kind) {
            case IoResult::Kind::done:
                break;
            case IoResult::Kind::would_block:
                continue;
            case IoResult::Kind::deadline:
                return {.kind = Kind::deadline};
            case IoResult::Kind::end_of_input:
                return {.kind = Kind::end_of_input};
            case IoResult::Kind::failed:
                return {.kind = Kind::failed, .failure = failed(Operation::read, result)};
        }
        // What TLS has to say of itself; a peer that does not read it will be noticed when writing.
        if (tls_ && !tls_->outgoing().empty()) {
            Sent ignored{};
            static_cast<void>(flush(nullptr, deadline, ignored));
        }
        if (to.size() > before || taken.kind != Kind::done) {
            taken.time = result.time;
            return taken;
        }
    }
}

StreamResult Connection::wait_for_room(std::string& came, std::size_t most, Deadline& deadline) {
    if (came.size() >= most) {
        if (!stream_.wait_for_room(deadline)) return {.kind = Kind::deadline};
        return {};
    }
    const TcpStream::Readiness ready = stream_.wait_for_either(deadline);
    if (ready.deadline) return {.kind = Kind::deadline};
    if (!ready.readable) return {};
    const BufferPool::Loan buffer(shared_.buffers);
    const IoResult result = read_now(buffer.data(), buffer.size());
    if (result.kind == IoResult::Kind::would_block) return {};
    if (result.kind == IoResult::Kind::end_of_input) return {.kind = Kind::end_of_input};
    if (result.kind != IoResult::Kind::done) return {.kind = Kind::failed, .failure = failed(Operation::read, result)};
    return add_plain({buffer.data(), result.bytes}, came);
}

StreamResult Connection::write_bytes(std::string_view bytes, std::string& came, std::size_t most, Deadline& deadline) {
    if (tls_ && tls_->write(bytes.data(), bytes.size()) != TlsSession::Step::done) {
        return {.kind = Kind::failed, .failure = tls_failed()};
    }
    std::string own;
    std::size_t sent = 0;
    while (true) {
        // Reading may append to what TLS has to send.
        const std::string_view rest = (tls_ ? std::string_view(tls_->outgoing()) : bytes).substr(sent);
        const bool at_proxy = rest.empty() && proxy_tls_ && !proxy_tls_->outgoing().empty();
        if (rest.empty() && !at_proxy) break;
        const iovec part{const_cast<char*>(rest.data()), rest.size()};
        const IoResult result = at_proxy ? push_to_proxy() : write_now(&part, 1);
        if (result.kind == IoResult::Kind::done) {
            sent += result.bytes;
            continue;
        }
        if (result.kind != IoResult::Kind::would_block) {
            return {.kind = Kind::failed, .failure = failed(Operation::write, result)};
        }
        if (!tls_ && own.empty() && !rest.empty()) {
            // Other fibers run now, and use what the bytes lie in.
            own = rest;
            bytes = own;
            sent = 0;
        }
        StreamResult waited = wait_for_room(came, most, deadline);
        if (waited.kind != Kind::done) return waited;
    }
    if (tls_) tls_->forget_outgoing();
    return {};
}

bool Connection::write_bytes_now(std::string_view bytes) {
    if (tls_) {
        // Behind half a record it would only be noise.
        if (!tls_->outgoing().empty() || tls_->write(bytes.data(), bytes.size()) != TlsSession::Step::done)
            return false;
        bytes = tls_->outgoing();
    }
    const iovec part{const_cast<char*>(bytes.data()), bytes.size()};
    const IoResult result = write_now(&part, 1);
    const std::size_t written = result.kind == IoResult::Kind::done ? result.bytes : 0;
    const bool all = written == bytes.size();
    if (tls_) tls_->outgoing().erase(0, written);
    return all;
}

ByteStream::ByteStream(ClientShared::Impl& shared, std::unique_ptr<Connection> connection, std::string surplus)
    : shared_(shared), connection_(std::move(connection)), surplus_(std::move(surplus)) {}
ByteStream::~ByteStream() = default;

StreamResult ByteStream::read(std::string& to, TimePoint until) {
    if (!surplus_.empty()) {
        to += std::exchange(surplus_, {});
        return {.time = shared_.worker.now()};
    }
    if (ending_.kind != Kind::done) return std::exchange(ending_, {.kind = Kind::end_of_input});
    Deadline deadline(shared_.timers, until);
    const std::size_t before = to.size();
    StreamResult result = connection_->read_bytes(to, deadline);
    if (to.size() == before || result.kind == Kind::done) return result;
    // First what came.
    const TimePoint time = result.time;
    ending_ = std::move(result);
    return {.time = time};
}

StreamResult ByteStream::write(std::string_view bytes, std::string& came, std::size_t most, TimePoint until) {
    Deadline deadline(shared_.timers, until);
    return connection_->write_bytes(bytes, came, most, deadline);
}

bool ByteStream::write_now(std::string_view bytes) { return connection_->write_bytes_now(bytes); }
void ByteStream::close() noexcept { connection_->close(); }

}  // namespace k6::http
