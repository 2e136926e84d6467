#include "proto_http/testing/http2_peer.h"

#include <array>
#include <utility>

#include "tools/demo_server/certificate.h"
#include "tools/demo_server/tls_channel.h"
#include "tools/demo_server/tls_context.h"

namespace k6::http::testing {
namespace {

std::uint32_t number(std::string_view bytes) {
    std::uint32_t out = 0;
    for (char byte : bytes) out = out << 8 | static_cast<unsigned char>(byte);
    return out;
}

}  // namespace

PeerIdentity::PeerIdentity(bool http2) {
    const auto authority = demo::CertificateAuthority::create("peer authority").value();
    const auto identity = authority.issue({.common_name = "peer", .alternative_names = {"127.0.0.1"}}).value();
    context_ = std::make_unique<demo::TlsContext>(demo::TlsContext::create(identity, {.http2 = http2}).value());
}

PeerIdentity::~PeerIdentity() = default;

TlsPeer::TlsPeer(PeerSocket& socket, const PeerIdentity& identity)
    : socket_(socket), channel_(std::make_unique<demo::TlsChannel>(*identity.context_)) {
    while (!channel_->is_open() && read_more()) {
    }
}

TlsPeer::~TlsPeer() = default;

bool TlsPeer::read_more() {
    std::array<char, demo::kTlsRecordSize> buffer;
    const std::string wire = socket_.read_some();
    if (wire.empty()) return false;
    received_ += wire.size();
    channel_->feed(wire);
    while (const auto plain = channel_->read(buffer)) plain_ += *plain;
    flush();
    return !channel_->has_ended() && !channel_->has_failed();
}

void TlsPeer::flush() {
    std::string wire;
    channel_->take_output(wire);
    sent_ += wire.size();
    socket_.write(wire);
}

std::string TlsPeer::read_exactly(std::size_t size) {
    while (plain_.size() < size && read_more()) {
    }
    std::string out = plain_.substr(0, size);
    plain_.erase(0, size);
    return out;
}

void TlsPeer::write(std::string_view plain) {
    channel_->write(plain);
    flush();
}

std::string TlsPeer::encrypt(std::string_view plain) {
    std::string wire;
    channel_->write(plain);
    channel_->take_output(wire);
    return wire;
}

void TlsPeer::close_notify() {
    channel_->shut_down();
    flush();
}

std::string TlsPeer::wait_for_close() {
    while (read_more()) {
    }
    return std::exchange(plain_, {});
}

bool TlsPeer::ended() const { return channel_->has_ended(); }

Http2Peer::Http2Peer(PeerSocket& socket, const PeerIdentity& identity) : TlsPeer(socket, identity) {
    static constexpr std::string_view preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    read_exactly(preface.size());
}

std::optional<PeerFrame> Http2Peer::read_frame() {
    const std::string head = read_exactly(9);
    if (head.size() < 9) return std::nullopt;
    const std::string_view view = head;
    return PeerFrame{FrameType{static_cast<std::uint8_t>(view[3])}, static_cast<std::uint8_t>(view[4]),
                     number(view.substr(5)), read_exactly(number(view.substr(0, 3)))};
}

std::optional<PeerFrame> Http2Peer::read_frame(FrameType type) {
    while (auto frame = read_frame()) {
        if (frame->type == type) return frame;
    }
    return std::nullopt;
}

std::uint32_t Http2Peer::read_request() {
    const auto frame = read_frame(FrameType::headers);
    return frame ? frame->stream : 0;
}

}  // namespace k6::http::testing
