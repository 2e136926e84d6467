#include "proto_http/connection.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

#include "engine/runtime/resolver.h"

namespace k6::http {
namespace {

constexpr std::chrono::seconds connect_timeout{30};

MaybeFailure timed_out() { return fail({.code = ErrorCode::request_timeout, .cause = "request timeout"}); }

std::string errno_text(int number) {
    std::string text = std::generic_category().message(number);
    if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') {
        text[0] = static_cast<char>(text[0] + ('a' - 'A'));
    }
    return text;
}

}  // namespace

Connection::Connection(ClientShared::Impl& shared, Vu& vu, const Url& url)
    : shared_(shared), vu_(vu), stream_(shared.worker), authority_(url.authority()), https_(url.https()) {}

MaybeFailure Connection::failed(Operation operation, const IoResult& result) const {
    if (result.kind == IoResult::Kind::deadline) return timed_out();
    if (result.kind == IoResult::Kind::end_of_input) return fail({.cause = "EOF"});
    const std::string name(to_string(operation));
    return fail({.code = classify_errno(operation, result.system_error),
                 .detail = {.operation = operation, .system_error = result.system_error},
                 .cause = name + " tcp " + stream_.local_endpoint() + "->" + (remote_ ? to_string(*remote_) : "") +
                          ": " + name + ": " + errno_text(result.system_error)});
}

MaybeFailure Connection::tls_failed() const {
    return fail({.code = tls_->failure().code, .cause = tls_->failure().text});
}

MaybeFailure Connection::dial(const Url& url, Deadline& deadline, Timings& timings, TimePoint& ready) {
    const auto port = url.effective_port();
    if (!port) {
        const std::string cause = "dial tcp: address " + url.port() + ": invalid port";
        return fail({.code = ErrorCode::dial, .cause = cause});
    }
    Result<IpAddress> address = parse_ip(url.host());
    if (!address) {
        Resolver* resolver = shared_.worker.resolver();
        if (resolver == nullptr) {
            return fail(
                {.code = ErrorCode::dns, .cause = "dial tcp: lookup " + url.host() + ": names are not resolved here"});
        }
        if (!deadline.run([&] { address = resolver->resolve(url.host()); })) return timed_out();
        if (!address) {
            const std::string& reason = address.error().message;
            const bool unknown = reason.ends_with("no such host");
            return fail(
                {.code = unknown ? ErrorCode::dns_no_such_host : ErrorCode::dns, .cause = "dial tcp: " + reason});
        }
    }
    remote_ = Endpoint{*address, *port};

    const TimePoint connect_start = shared_.worker.now();
    deadline.begin_phase(connect_start + connect_timeout);
    const int error = stream_.connect(*remote_, deadline);
    deadline.end_phase();
    if (error != 0) {
        const std::string dialled = "dial tcp " + to_string(*remote_) + ": ";
        remote_.reset();
        if (deadline.passed()) return timed_out();
        if (deadline.phase_passed()) return fail({.code = ErrorCode::dial_timeout, .cause = dialled + "i/o timeout"});
        return fail({.code = classify_errno(Operation::dial, error),
                     .detail = {.operation = Operation::dial, .system_error = error},
                     .cause = dialled + "connect: " + errno_text(error)});
    }
    ready = shared_.worker.now();
    timings.connecting = ready - connect_start;
    if (!https_) return nullptr;

    if (auto failure = shake_hands(url, deadline)) return failure;
    const TimePoint shaken = shared_.worker.now();
    timings.tls_handshaking = shaken - ready;
    ready = shaken;
    return nullptr;
}

MaybeFailure Connection::shake_hands(const Url& url, Deadline& deadline) {
    tls_ = std::make_unique<TlsSession>(*shared_.tls, url.host());
    const BufferPool::Loan buffer(shared_.buffers);
    while (true) {
        const TlsSession::Step step = tls_->handshake();
        Sent sent{};
        // Also an alert that says why we go.
        auto failure = flush(nullptr, deadline, sent);
        if (step == TlsSession::Step::failed) return tls_failed();
        if (failure) return failure;
        if (step == TlsSession::Step::done) break;
        if (step == TlsSession::Step::closed) return fail({.cause = "EOF"});
        const IoResult result = stream_.read(buffer.data(), buffer.size(), deadline);
        if (result.kind != IoResult::Kind::done) return failed(Operation::read, result);
        vu_.bytes_received += result.bytes;
        tls_->give_input({buffer.data(), result.bytes});
    }
    tls_info_ = tls_->info();
    return nullptr;
}

MaybeFailure Connection::wait_to_send(const IoResult& result, ResponseParser* parser, Deadline& deadline,
                                      Sent& outcome) {
    const bool full = result.kind == IoResult::Kind::would_block;
    if (full) {
        const TcpStream::Readiness ready = stream_.wait_for_either(deadline);
        if (ready.deadline) return timed_out();
        if (!ready.readable || parser == nullptr) return nullptr;
    } else if (parser == nullptr) {
        return failed(Operation::write, result);
    }
    // A peer may answer, and even leave, before it has read everything.
    const BufferPool::Loan buffer(shared_.buffers);
    const IoResult early = stream_.read_now(buffer.data(), buffer.size());
    if (early.kind == IoResult::Kind::would_block && full) return nullptr;
    if (early.kind != IoResult::Kind::done) {
        return full ? failed(Operation::read, early) : failed(Operation::write, result);
    }
    vu_.bytes_received += early.bytes;
    if (auto failure = take({buffer.data(), early.bytes}, *parser)) return failure;
    if (parser->has_head() || parser->done()) {
        outcome = Sent::response_came;
        return nullptr;
    }
    if (!full) return failed(Operation::write, result);
    return nullptr;
}

MaybeFailure Connection::send(std::string_view scratch, std::string_view stable, ResponseParser* parser,
                              Deadline& deadline, Sent& outcome) {
    outcome = Sent::all;
    std::string own;
    while (!scratch.empty() || !stable.empty()) {
        iovec parts[2];
        int count = 0;
        if (!scratch.empty()) parts[count++] = {const_cast<char*>(scratch.data()), scratch.size()};
        if (!stable.empty()) parts[count++] = {const_cast<char*>(stable.data()), stable.size()};
        const IoResult result = stream_.write_now(parts, count);
        if (result.kind == IoResult::Kind::done) {
            vu_.bytes_sent += result.bytes;
            const std::size_t of_scratch = std::min(result.bytes, scratch.size());
            scratch.remove_prefix(of_scratch);
            stable.remove_prefix(result.bytes - of_scratch);
            continue;
        }
        if (!scratch.empty() && own.empty()) {
            // Other fibers run now, and use the scratch.
            own = scratch;
            scratch = own;
        }
        if (auto failure = wait_to_send(result, parser, deadline, outcome)) return failure;
        if (outcome == Sent::response_came) break;
    }
    return nullptr;
}

MaybeFailure Connection::flush(ResponseParser* parser, Deadline& deadline, Sent& outcome) {
    static constexpr std::size_t kept_capacity = std::size_t{1} << 12;
    std::string& outgoing = tls_->outgoing();
    outcome = Sent::all;
    std::size_t sent = 0;
    while (sent < outgoing.size()) {
        const iovec part{outgoing.data() + sent, outgoing.size() - sent};
        const IoResult result = stream_.write_now(&part, 1);
        if (result.kind == IoResult::Kind::done) {
            vu_.bytes_sent += result.bytes;
            sent += result.bytes;
            continue;
        }
        // What is received meanwhile may append to it.
        if (auto failure = wait_to_send(result, parser, deadline, outcome)) return failure;
        if (outcome == Sent::response_came) break;
    }
    if (outgoing.capacity() > kept_capacity) {
        outgoing = std::string();
    } else {
        outgoing.clear();
    }
    return nullptr;
}

MaybeFailure Connection::send_encrypted(std::string_view head, std::string_view body, ResponseParser& parser,
                                        Deadline& deadline, Sent& outcome) {
    static constexpr std::size_t piece_size = std::size_t{1} << 16;
    outcome = Sent::all;
    if (tls_->write(head.data(), head.size()) != TlsSession::Step::done) return tls_failed();
    do {
        const std::string_view piece = body.substr(0, piece_size);
        body.remove_prefix(piece.size());
        if (tls_->write(piece.data(), piece.size()) != TlsSession::Step::done) return tls_failed();
        if (auto failure = flush(&parser, deadline, outcome)) return failure;
    } while (!body.empty() && outcome == Sent::all);
    return nullptr;
}

MaybeFailure Connection::take(std::string_view bytes, ResponseParser& parser) {
    if (!tls_) {
        const std::size_t taken = parser.feed(bytes);
        // Bytes after a response answer nothing: this connection's peer cannot be trusted with another request.
        if (taken < bytes.size()) reusable_ = false;
        return nullptr;
    }
    tls_->give_input(bytes);
    while (true) {
        switch (tls_->read(shared_.plaintext, sizeof shared_.plaintext)) {
            case TlsSession::Step::done: {
                const std::size_t count = tls_->bytes_read();
                if (parser.feed({shared_.plaintext, count}) < count) reusable_ = false;
                if (tls_->used_up()) return nullptr;
                break;
            }
            case TlsSession::Step::needs_input:
                return nullptr;
            case TlsSession::Step::closed:
                reusable_ = false;
                parser.end_of_input();
                return nullptr;
            case TlsSession::Step::failed:
                return tls_failed();
        }
    }
}

MaybeFailure Connection::receive(ResponseParser& parser, Deadline& deadline, ExchangeTimes& times) {
    const BufferPool::Loan buffer(shared_.buffers);
    while (!parser.done()) {
        const IoResult result = stream_.read(buffer.data(), buffer.size(), deadline);
        if (result.kind == IoResult::Kind::end_of_input) {
            reusable_ = false;
            parser.end_of_input();
            break;
        }
        if (result.kind != IoResult::Kind::done) return failed(Operation::read, result);
        vu_.bytes_received += result.bytes;
        auto failure = take({buffer.data(), result.bytes}, parser);
        if (!times.first_byte && parser.started()) {
            times.first_byte = std::max(result.time, times.sent.value_or(TimePoint{}));
        }
        if (failure) return failure;
        if (tls_) {
            Sent ignored{};
            if (auto flushed = flush(nullptr, deadline, ignored)) {
                if (!parser.done()) return flushed;
                reusable_ = false;
            }
        }
    }
    return nullptr;
}

MaybeFailure Connection::exchange(std::string_view head, std::string_view body, ResponseParser& parser,
                                  Deadline& deadline, ExchangeTimes& times) {
    reusable_ = true;
    Sent outcome{};
    auto failure =
        tls_ ? send_encrypted(head, body, parser, deadline, outcome) : send(head, body, &parser, deadline, outcome);
    const bool all_sent = outcome == Sent::all;
    if (!failure) {
        times.sent = shared_.worker.now();
        if (parser.started()) times.first_byte = times.sent;
        failure = receive(parser, deadline, times);
    }
    if (!failure && parser.failed()) failure = fail({.cause = parser.failure()});
    reusable_ = reusable_ && all_sent && !failure && parser.keep_alive();
    return failure;
}

}  // namespace k6::http
