#include "proto_http/connection.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <iterator>
#include <system_error>
#include <utility>
#include <vector>

#include "engine/runtime/resolver.h"
#include "proto_http/request_head.h"

namespace k6::http {
namespace {

constexpr std::chrono::seconds connect_timeout{30};
/// How long a body waits for a `100 Continue` that may never come (RFC 9110 section 10.1.1).
constexpr std::chrono::seconds continue_timeout{1};

std::string errno_text(int number) {
    std::string text = std::generic_category().message(number);
    if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') {
        text[0] = static_cast<char>(text[0] + ('a' - 'A'));
    }
    return text;
}

}  // namespace

Connection::Connection(ClientShared::Impl& shared, Vu& vu, const Route& route, TlsSession::Offer offer)
    : stream_(shared.worker),
      shared_(shared),
      vu_(vu),
      proxy_(route.proxy),
      offer_(offer),
      https_(route.url->https()),
      forwarding_(route.forwarded()),
      authority_(route.url->authority()) {}

Connection::~Connection() { close(); }

void Connection::close() noexcept {
    if (tls_) {
        // RFC 8446 section 6.1. Behind half a record it would only be noise.
        if (!letter_ && tls_->outgoing().empty() && tls_->shut_down()) {
            const std::string& alert = tls_->outgoing();
            const iovec part{const_cast<char*>(alert.data()), alert.size()};
            write_now(&part, 1);
        }
        tls_.reset();
    }
    if (proxy_tls_) {
        if (proxy_tls_->outgoing().empty() && proxy_tls_->shut_down()) push_to_proxy();
        proxy_tls_.reset();
    }
    stream_.close();
}

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
    auto failure = proxy_ == nullptr ? find_remote(url.wire_host(), *port, deadline)
                                     : find_remote(proxy_->host, proxy_->port, deadline);
    const TimePoint connect_start = shared_.worker.now();
    if (!failure) failure = connect(deadline);
    ready = shared_.worker.now();
    const auto handshake = [&](const std::string& host, TlsSession::Offer offer, std::unique_ptr<TlsSession>& made) {
        const TimePoint begin = ready;
        auto broken = shake_hands(host, offer, made, deadline);
        ready = shared_.worker.now();
        if (!broken) timings.tls_handshaking += ready - begin;
        return broken;
    };
    if (!failure) {
        timings.connecting = ready - connect_start;
        if (proxy_ != nullptr && proxy_->tls) failure = handshake(proxy_->host, TlsSession::Offer::http1, proxy_tls_);
    }
    if (proxy_ != nullptr && failure && failure->code != ErrorCode::request_timeout) {
        Failure through = *failure;
        through.cause = "proxyconnect tcp: " + through.cause;
        failure = fail(std::move(through));
    }
    if (!failure && proxy_ != nullptr && !forwarding_) {
        failure = open_tunnel(url, deadline);
        ready = shared_.worker.now();
    }
    if (!failure && https_) failure = handshake(url.wire_host(), offer_, tls_);
    return failure;
}

IoResult Connection::push_to_proxy() {
    std::string& outgoing = proxy_tls_->outgoing();
    while (!outgoing.empty()) {
        const iovec part{outgoing.data(), outgoing.size()};
        const IoResult result = stream_.write_now(&part, 1);
        if (result.kind != IoResult::Kind::done) return result;
        vu_.bytes_sent += result.bytes;
        outgoing.erase(0, result.bytes);
    }
    return {};
}

IoResult Connection::push_to_proxy(Deadline& deadline) {
    while (true) {
        const IoResult result = push_to_proxy();
        if (result.kind != IoResult::Kind::would_block) return result;
        const TcpStream::Readiness ready = stream_.wait_for_either(deadline);
        if (ready.deadline) return {.kind = IoResult::Kind::deadline};
        // Whoever speaks instead of reading is listened to first.
        if (ready.readable) return {};
    }
}

IoResult Connection::write_now(const iovec* parts, int count) {
    if (!proxy_tls_) {
        const IoResult result = stream_.write_now(parts, count);
        if (result.kind == IoResult::Kind::done) vu_.bytes_sent += result.bytes;
        return result;
    }
    // Only when the socket has taken what came before: this keeps nothing but the last bit.
    if (const IoResult left = push_to_proxy(); left.kind != IoResult::Kind::done) return left;
    constexpr std::size_t most = std::size_t{1} << 16;
    IoResult written{};
    for (int i = 0; i < count && written.bytes < most; ++i) {
        const std::size_t size = std::min(parts[i].iov_len, most - written.bytes);
        if (proxy_tls_->write(static_cast<const char*>(parts[i].iov_base), size) != TlsSession::Step::done) {
            return {.kind = IoResult::Kind::failed, .system_error = EPROTO};
        }
        written.bytes += size;
    }
    const IoResult pushed = push_to_proxy();
    return pushed.kind == IoResult::Kind::failed ? pushed : written;
}

std::optional<IoResult> Connection::read_from_proxy(char* buffer, std::size_t size, TimePoint time) {
    switch (proxy_tls_->read(buffer, size)) {
        case TlsSession::Step::done:
            return IoResult{.bytes = proxy_tls_->bytes_read(), .time = time, .last = time};
        case TlsSession::Step::needs_input:
            return std::nullopt;
        case TlsSession::Step::closed:
            return IoResult{.kind = IoResult::Kind::end_of_input};
        case TlsSession::Step::failed:
            break;
    }
    return IoResult{.kind = IoResult::Kind::failed, .system_error = EPROTO};
}

IoResult Connection::read(char* buffer, std::size_t size, Deadline& deadline) {
    if (!proxy_tls_) {
        const IoResult result = stream_.read(buffer, size, deadline);
        if (result.kind == IoResult::Kind::done) vu_.bytes_received += result.bytes;
        return result;
    }
    TimePoint time = shared_.worker.batch_time();
    const BufferPool::Loan raw(shared_.buffers);
    while (true) {
        if (const auto result = read_from_proxy(buffer, size, time)) return *result;
        if (const IoResult pushed = push_to_proxy(deadline); pushed.kind != IoResult::Kind::done) return pushed;
        const IoResult got = stream_.read(raw.data(), raw.size(), deadline);
        if (got.kind != IoResult::Kind::done) return got;
        vu_.bytes_received += got.bytes;
        time = got.time;
        proxy_tls_->give_input({raw.data(), got.bytes});
        proxy_tls_->keep_input();
    }
}

IoResult Connection::read_now(char* buffer, std::size_t size) {
    if (!proxy_tls_) {
        const IoResult result = stream_.read_now(buffer, size);
        if (result.kind == IoResult::Kind::done) vu_.bytes_received += result.bytes;
        return result;
    }
    const BufferPool::Loan raw(shared_.buffers);
    while (true) {
        if (const auto result = read_from_proxy(buffer, size, shared_.worker.batch_time())) return *result;
        const IoResult got = stream_.read_now(raw.data(), raw.size());
        if (got.kind != IoResult::Kind::done) return got;
        vu_.bytes_received += got.bytes;
        proxy_tls_->give_input({raw.data(), got.bytes});
        proxy_tls_->keep_input();
    }
}

MaybeFailure Connection::find_remote(const std::string& host, std::uint16_t port, Deadline& deadline) {
    const DialRules& rules = shared_.settings.dial_rules;
    if (const std::string* pattern = rules.blocking_pattern(host)) {
        return fail({.code = ErrorCode::blocked_hostname,
                     .cause = "hostname (" + host + ") is in a blocked pattern (" + *pattern + ")"});
    }
    if (const auto replacement = rules.replacement(host, port)) {
        remote_ = Endpoint{replacement->ip, replacement->port};
    } else {
        Result<IpAddress> address = parse_ip(host);
        if (!address) {
            Resolver* resolver = shared_.worker.resolver();
            if (resolver == nullptr) {
                return fail(
                    {.code = ErrorCode::dns, .cause = "dial tcp: lookup " + host + ": names are not resolved here"});
            }
            if (!deadline.run([&] { address = resolver->resolve(host); })) return timed_out();
            if (!address) {
                const std::string& reason = address.error().message;
                const bool unknown = reason.ends_with("no such host");
                return fail(
                    {.code = unknown ? ErrorCode::dns_no_such_host : ErrorCode::dns, .cause = "dial tcp: " + reason});
            }
        }
        remote_ = Endpoint{*address, port};
    }
    if (const std::string* network = rules.blacklisting_network(remote_->ip)) {
        const std::string ip = to_string(remote_->ip);
        remote_.reset();
        return fail({.code = ErrorCode::blacklisted_ip,
                     .cause = "IP (" + ip + ") is in a blacklisted range (" + *network + ")"});
    }
    return nullptr;
}

MaybeFailure Connection::connect(Deadline& deadline) {
    deadline.begin_phase(shared_.worker.now() + connect_timeout);
    const int error = stream_.connect(*remote_, shared_.settings.dial_rules.local_ip(vu_.id_in_instance()), deadline);
    const bool took_too_long = deadline.end_phase();
    if (error == 0) return nullptr;
    const std::string dialled = "dial tcp " + to_string(*remote_) + ": ";
    remote_.reset();
    if (deadline.passed()) return timed_out();
    if (took_too_long) return fail({.code = ErrorCode::dial_timeout, .cause = dialled + "i/o timeout"});
    return fail({.code = classify_errno(Operation::dial, error),
                 .detail = {.operation = Operation::dial, .system_error = error},
                 .cause = dialled + "connect: " + errno_text(error)});
}

MaybeFailure Connection::open_tunnel(const Url& url, Deadline& deadline) {
    const std::uint16_t port = *url.effective_port();
    if (proxy_->kind == Proxy::Kind::socks5) return ask_socks_proxy(url.wire_host(), port, deadline);
    const bool is_v6 = url.wire_host().find(':') != std::string::npos;
    return ask_http_proxy((is_v6 ? "[" + url.wire_host() + "]" : url.wire_host()) + ":" + std::to_string(port),
                          deadline);
}

MaybeFailure Connection::ask_http_proxy(const std::string& destination, Deadline& deadline) {
    std::string head;
    std::vector<Headers::Field> fields;
    if (!proxy_->authorization.empty()) fields.push_back({"Proxy-Authorization", proxy_->authorization});
    write_request_head(
        {.method = "CONNECT", .target = destination, .host = destination, .user_agent = shared_.settings.user_agent},
        fields, head);
    Response response;
    ResponseParser parser;
    // A tunnel begins where the head ends.
    parser.start({.head_request = true,
                  .keep_body = false,
                  .max_head_size = shared_.settings.max_head_size,
                  .max_headers = shared_.settings.max_headers},
                 response);
    Sent sent{};
    if (auto failure = send(head, {}, nullptr, deadline, sent)) return failure;
    ExchangeTimes times;
    if (auto failure = receive(parser, deadline, times)) return failure;
    if (parser.failed()) return fail({.cause = "proxyconnect tcp: " + parser.failure()});
    if (response.status != 200) {
        const std::size_t space = response.status_text.find(' ');
        return fail(
            {.cause = space == std::string::npos ? "unknown status code" : response.status_text.substr(space + 1)});
    }
    return nullptr;
}

MaybeFailure Connection::read_exactly(char* buffer, std::size_t size, Deadline& deadline) {
    while (size > 0) {
        const IoResult result = read(buffer, size, deadline);
        if (result.kind != IoResult::Kind::done) return failed(Operation::read, result);
        buffer += result.bytes;
        size -= result.bytes;
    }
    return nullptr;
}

MaybeFailure Connection::ask_socks_proxy(const std::string& host, std::uint16_t port, Deadline& deadline) {
    const auto refused = [&](std::string_view why) {
        return fail({.code = ErrorCode::dial, .cause = "socks connect tcp: " + std::string(why)});
    };
    const auto byte = [](std::size_t value) { return static_cast<char>(value); };
    const auto size_ok = [](const std::string& text) { return !text.empty() && text.size() <= 255; };
    constexpr char version = 5;
    constexpr char no_authentication = 0;
    constexpr char user_and_password = 2;
    Sent sent{};
    char reply[4];

    const auto& credentials = proxy_->credentials;
    const std::string greeting = credentials ? std::string{version, 2, no_authentication, user_and_password}
                                             : std::string{version, 1, no_authentication};
    if (auto failure = send(greeting, {}, nullptr, deadline, sent)) return failure;
    if (auto failure = read_exactly(reply, 2, deadline)) return failure;
    if (reply[0] != version) return refused("unexpected protocol version");
    if (reply[1] == user_and_password && credentials) {
        // RFC 1929.
        const std::string password = credentials->password.value_or("");
        if (!size_ok(credentials->user) || password.size() > 255) return refused("invalid username/password");
        const std::string login = std::string{1, byte(credentials->user.size())} + credentials->user +
                                  std::string{byte(password.size())} + password;
        if (auto failure = send(login, {}, nullptr, deadline, sent)) return failure;
        if (auto failure = read_exactly(reply, 2, deadline)) return failure;
        if (reply[1] != 0) return refused("username/password authentication failed");
    } else if (reply[1] != no_authentication) {
        return refused("no acceptable authentication methods");
    }

    std::string request{version, 1, 0};
    if (const auto ip = parse_ip(host)) {
        const bool v4 = ip->family == IpAddress::Family::v4;
        request += byte(v4 ? 1 : 4);
        request.append(reinterpret_cast<const char*>(ip->bytes), v4 ? 4 : 16);
    } else {
        if (!size_ok(host)) return refused("the host name is too long");
        request += std::string{3, byte(host.size())} + host;
    }
    request += std::string{byte(port >> 8), byte(port & 0xff)};
    if (auto failure = send(request, {}, nullptr, deadline, sent)) return failure;
    if (auto failure = read_exactly(reply, 4, deadline)) return failure;
    if (reply[0] != version) return refused("unexpected protocol version");
    if (reply[1] != 0) {
        static constexpr std::string_view reasons[] = {
            "general SOCKS server failure", "connection not allowed by ruleset",
            "network unreachable",          "host unreachable",
            "connection refused",           "TTL expired",
            "command not supported",        "address type not supported"};
        const auto reason = static_cast<std::size_t>(static_cast<unsigned char>(reply[1]));
        return refused(reason <= std::size(reasons) ? reasons[reason - 1] : "unknown code");
    }
    // The address that the proxy calls from: of no use here.
    char address[256 + 2];
    std::size_t size = 0;
    if (reply[3] == 1) size = 4;
    if (reply[3] == 4) size = 16;
    if (reply[3] == 3) {
        char length = 0;
        if (auto failure = read_exactly(&length, 1, deadline)) return failure;
        size = static_cast<unsigned char>(length);
    }
    if (size == 0) return refused("unknown address type");
    return read_exactly(address, size + 2, deadline);
}

MaybeFailure Connection::shake_hands(const std::string& host, TlsSession::Offer offer,
                                     std::unique_ptr<TlsSession>& made, Deadline& deadline) {
    auto session = std::make_unique<TlsSession>(*shared_.tls, host, offer);
    const auto failed_with = [&] { return fail({.code = session->failure().code, .cause = session->failure().text}); };
    const BufferPool::Loan buffer(shared_.buffers);
    while (true) {
        const TlsSession::Step step = session->handshake();
        Sent sent{};
        // Also an alert that says why we go.
        std::string bytes = std::exchange(session->outgoing(), {});
        auto failure = send(bytes, {}, nullptr, deadline, sent);
        if (step == TlsSession::Step::failed) return failed_with();
        if (failure) return failure;
        if (step == TlsSession::Step::done) break;
        if (step == TlsSession::Step::closed) return fail({.cause = "EOF"});
        const IoResult result = read(buffer.data(), buffer.size(), deadline);
        if (result.kind != IoResult::Kind::done) return failed(Operation::read, result);
        session->give_input({buffer.data(), result.bytes});
    }
    tls_info_ = session->info();
    session->keep_input();
    made = std::move(session);
    return nullptr;
}

MaybeFailure Connection::wait_to_send(const IoResult& result, ResponseParser* parser, Deadline& deadline,
                                      Sent& outcome) {
    const bool full = result.kind == IoResult::Kind::would_block;
    if (full && parser == nullptr) {
        if (!stream_.wait_for_room(deadline)) return timed_out();
        return nullptr;
    }
    if (full) {
        const TcpStream::Readiness ready = stream_.wait_for_either(deadline);
        if (ready.deadline) return timed_out();
        if (!ready.readable) return nullptr;
    } else if (parser == nullptr) {
        return failed(Operation::write, result);
    }
    // A peer may answer, and even leave, before it has read everything.
    const BufferPool::Loan buffer(shared_.buffers);
    const IoResult early = read_now(buffer.data(), buffer.size());
    if (early.kind == IoResult::Kind::would_block && full) return nullptr;
    if (early.kind != IoResult::Kind::done) {
        return full ? failed(Operation::read, early) : failed(Operation::write, result);
    }
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
        const IoResult result = write_now(parts, count);
        if (result.kind == IoResult::Kind::done) {
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

MaybeFailure Connection::send_rest(const Outbox::Letter::Rest& rest, ResponseParser& parser, Deadline& deadline,
                                   Sent& outcome) {
    if (rest.result.kind != IoResult::Kind::done) {
        if (auto failure = wait_to_send(rest.result, &parser, deadline, outcome)) return failure;
        if (outcome == Sent::response_came) return nullptr;
    }
    return send(rest.head, rest.body, &parser, deadline, outcome);
}

MaybeFailure Connection::flush(ResponseParser* parser, Deadline& deadline, Sent& outcome) {
    std::string& outgoing = tls_->outgoing();
    outcome = Sent::all;
    std::size_t sent = 0;
    while (sent < outgoing.size()) {
        const iovec part{outgoing.data() + sent, outgoing.size() - sent};
        const IoResult result = write_now(&part, 1);
        if (result.kind == IoResult::Kind::done) {
            sent += result.bytes;
            continue;
        }
        // What is received meanwhile may append to it.
        if (auto failure = wait_to_send(result, parser, deadline, outcome)) return failure;
        if (outcome == Sent::response_came) break;
    }
    tls_->forget_outgoing();
    return nullptr;
}

MaybeFailure Connection::send_encrypted(std::string_view head, std::string_view body, ResponseParser& parser,
                                        Deadline& deadline, Sent& outcome) {
    static constexpr std::size_t piece_size = std::size_t{1} << 16;
    outcome = Sent::all;
    if (!head.empty() && tls_->write(head.data(), head.size()) != TlsSession::Step::done) return tls_failed();
    do {
        const std::string_view piece = body.substr(0, piece_size);
        body.remove_prefix(piece.size());
        if (!piece.empty() && tls_->write(piece.data(), piece.size()) != TlsSession::Step::done) return tls_failed();
        if (auto failure = flush(&parser, deadline, outcome)) return failure;
    } while (!body.empty() && outcome == Sent::all);
    return nullptr;
}

MaybeFailure Connection::take(std::string_view bytes, ResponseParser& parser) {
    if (!tls_) {
        const std::size_t taken = parser.feed(bytes);
        if (taken < bytes.size()) take_surplus(bytes.substr(taken));
        return nullptr;
    }
    tls_->give_input(bytes);
    while (true) {
        switch (tls_->read(shared_.plaintext, sizeof shared_.plaintext)) {
            case TlsSession::Step::done: {
                const std::string_view plain(shared_.plaintext, tls_->bytes_read());
                const std::size_t taken = parser.feed(plain);
                if (taken < plain.size()) take_surplus(plain.substr(taken));
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

MaybeFailure Connection::give(ResponseParser& parser, std::string_view buffer, const IoResult& result,
                              ExchangeTimes& times) {
    if (result.kind == IoResult::Kind::would_block) return nullptr;
    // What the loop has not told yet is news of this moment.
    const TimePoint sent = times.sent.value_or(TimePoint{});
    const auto arrival = [&](TimePoint told) {
        return told >= sent ? told : std::max(sent, shared_.worker.batch_time());
    };
    if (result.kind == IoResult::Kind::end_of_input) {
        if (parser.started()) times.last_byte = arrival(result.last);
        reusable_ = false;
        // An end of TCP without one of TLS is what many servers do; one within a record has lost something.
        if (tls_ && parser.started() && tls_->cut_off()) return fail({.cause = "unexpected EOF"});
        parser.end_of_input();
        return nullptr;
    }
    if (result.kind != IoResult::Kind::done) return failed(Operation::read, result);
    auto failure = take(buffer.substr(0, result.bytes), parser);
    if (parser.started()) {
        if (!times.first_byte) times.first_byte = arrival(result.time);
        times.last_byte = arrival(result.last);
    }
    return failure;
}

MaybeFailure Connection::flush_answer(const ResponseParser& parser, Deadline& deadline) {
    if (!tls_ || tls_->outgoing().empty()) return nullptr;
    Sent ignored{};
    auto failure = flush(nullptr, deadline, ignored);
    if (failure && parser.done()) {
        reusable_ = false;
        return nullptr;
    }
    return failure;
}

MaybeFailure Connection::receive_some(ResponseParser& parser, Deadline& deadline, ExchangeTimes& times) {
    // The buffer is borrowed when there is something to put into it: thousands that wait need none.
    if (!proxy_tls_ && !stream_.wait_for_input(deadline)) return timed_out();
    if (!parser.started()) shared_.response_pool.lend(parser.response());
    {
        const BufferPool::Loan buffer(shared_.buffers);
        const IoResult result =
            proxy_tls_ ? read(buffer.data(), buffer.size(), deadline) : read_now(buffer.data(), buffer.size());
        if (auto failure = give(parser, {buffer.data(), buffer.size()}, result, times)) return failure;
    }
    return flush_answer(parser, deadline);
}

MaybeFailure Connection::receive(ResponseParser& parser, Deadline& deadline, ExchangeTimes& times) {
    while (!parser.done()) {
        if (auto failure = receive_some(parser, deadline, times)) return failure;
    }
    return nullptr;
}

MaybeFailure Connection::await_continue(ResponseParser& parser, Deadline& deadline, ExchangeTimes& times) {
    deadline.begin_phase(shared_.worker.now() + continue_timeout);
    MaybeFailure failure;
    while (!failure && !parser.continued() && !parser.has_head() && !parser.done()) {
        failure = receive_some(parser, deadline, times);
    }
    if (deadline.end_phase() && failure && failure->code == ErrorCode::request_timeout) return nullptr;
    return failure;
}

bool Connection::begin(const OutgoingRequest& request, Outcome& outcome) {
    // What has come without a question is looked at as soon as the question is out.
    if (proxy_tls_ || request.expect_continue || stream_.may_have_input() ||
        request.head.size() + request.body.size() > Outbox::most_bytes) {
        return false;
    }
    reusable_ = true;
    if (!tls_) {
        letter_.emplace(shared_.outbox, stream_, Outbox::Letter::Content{.head = request.head, .body = request.body},
                        vu_.bytes_sent, outcome.times);
        return true;
    }
    for (const std::string_view part : {request.head, request.body}) {
        if (part.empty() || tls_->write(part.data(), part.size()) == TlsSession::Step::done) continue;
        outcome.failure = tls_failed();
        reusable_ = false;
        return true;
    }
    std::string& records = tls_->outgoing();
    letter_.emplace(shared_.outbox, stream_, Outbox::Letter::Content{.head = records, .body = {}}, vu_.bytes_sent,
                    outcome.times);
    tls_->forget_outgoing();
    return true;
}

bool Connection::receive_now(ResponseParser& parser, Outcome& outcome) {
    if (!letter_->sent()) return false;
    letter_.reset();
    shared_.response_pool.lend(parser.response());
    {
        const BufferPool::Loan buffer(shared_.buffers);
        const IoResult result = read_now(buffer.data(), buffer.size());
        outcome.failure = give(parser, {buffer.data(), buffer.size()}, result, outcome.times);
    }
    outcome.started = parser.started();
    if (outcome.failure || !parser.complete() || (tls_ && !tls_->outgoing().empty())) return false;
    reusable_ = reusable_ && parser.keep_alive();
    return true;
}

void Connection::finish(ResponseParser& parser, Deadline& deadline, Outcome& outcome) {
    Sent sent = Sent::all;
    MaybeFailure failure = std::move(outcome.failure);
    if (!failure && letter_) {
        if (!stream_.wait_for_input(deadline)) {
            failure = timed_out();
        } else if (!letter_->sent()) {
            failure = send_rest(letter_->rest(), parser, deadline, sent);
            if (!failure) outcome.times.sent = shared_.worker.now();
            if (!failure && parser.started()) outcome.times.first_byte = outcome.times.sent;
        }
    }
    if (!failure) {
        letter_.reset();
        failure = flush_answer(parser, deadline);
    }
    if (!failure) failure = receive(parser, deadline, outcome.times);
    outcome.failure = std::move(failure);
    end_exchange(parser, sent == Sent::all, outcome);
}

void Connection::end_exchange(const ResponseParser& parser, bool all_sent, Outcome& outcome) {
    outcome.started = parser.started();
    if (!outcome.failure && parser.failed()) outcome.failure = fail({.cause = parser.failure()});
    reusable_ = reusable_ && all_sent && !outcome.failure && parser.keep_alive();
}

void Connection::exchange(const OutgoingRequest& request, ResponseParser& parser, Deadline& deadline,
                          Outcome& outcome) {
    if (begin(request, outcome)) return finish(parser, deadline, outcome);
    reusable_ = true;
    Sent sent{};
    MaybeFailure failure;
    ExchangeTimes& times = outcome.times;
    std::string_view head = request.head;
    if (request.expect_continue) {
        failure = tls_ ? send_encrypted(head, {}, parser, deadline, sent) : send(head, {}, &parser, deadline, sent);
        if (!failure && sent == Sent::all) failure = await_continue(parser, deadline, times);
        // A final answer instead: the body that was announced will not follow.
        if (parser.has_head() || parser.done()) sent = Sent::response_came;
        head = {};
    }
    if (!failure && sent == Sent::all) {
        failure = tls_ ? send_encrypted(head, request.body, parser, deadline, sent)
                       : send(head, request.body, &parser, deadline, sent);
    }
    const bool all_sent = sent == Sent::all;
    if (!failure) {
        times.sent = shared_.worker.now();
        if (parser.started()) times.first_byte = times.sent;
        failure = receive(parser, deadline, times);
    }
    outcome.failure = std::move(failure);
    end_exchange(parser, all_sent, outcome);
}

}  // namespace k6::http
