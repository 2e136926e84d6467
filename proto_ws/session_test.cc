// Sessions with servers that follow a script: hostile ones, slow ones, those that vanish.
#include "proto_ws/session.h"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "engine/runtime/fiber.h"
#include "proto_ws/deflate.h"
#include "proto_ws/testing/ws_faults.h"
#include "proto_ws/testing/ws_peer.h"
#include "proto_ws/testing/ws_world.h"

namespace k6::ws {
namespace {

using namespace std::chrono_literals;
using http::testing::PeerSocket;
using http::testing::ScriptedPeer;
using testing::accept_handshake;
using testing::close_frame;
using testing::code_of;
using testing::PeerFrame;
using testing::read_frame;
using testing::server_frame;
using testing::WsWorld;
using Kind = Event::Kind;

constexpr std::string_view compression_agreed =
    "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n";

/// A session with a server that does what `script` says once the handshake is over.
void with_peer(WsWorld& world, ScriptedPeer::Script script, std::function<void(Session&)> body,
               ConnectRequest request = {}) {
    std::promise<void> ended;
    ScriptedPeer peer({[&](PeerSocket& socket) {
        accept_handshake(socket, request.compression ? compression_agreed : std::string_view());
        script(socket);
        ended.set_value();
    }});
    const std::string url = "ws://" + peer.authority() + "/";
    request.url = url;
    world.run([&](Client& client) {
        const Opening opening = client.connect(request);
        ASSERT_TRUE(opening.session) << opening.error;
        body(*opening.session);
    });
    // What is on its way to the server shall arrive.
    ended.get_future().wait();
    peer.finish();
}

TEST(Session, EveryFaultEndsItWithItsCode) {
    for (const auto& fault : testing::faults()) {
        WsWorld world;
        std::uint16_t told = 0;
        with_peer(
            world,
            [&](PeerSocket& socket) {
                socket.write(fault.bytes);
                if (const auto frame = read_frame(socket); frame && frame->opcode == Opcode::close)
                    told = code_of(*frame);
            },
            [&](Session& session) {
                const Event event = session.receive(10s);
                EXPECT_EQ(event.kind, Kind::failed) << fault.name;
                EXPECT_EQ(event.data, fault.text) << fault.name;
                EXPECT_EQ(event.code, fault.code) << fault.name;
                EXPECT_TRUE(session.over());
                EXPECT_EQ(session.receive().data, fault.text);
                EXPECT_FALSE(session.send_text("x"));
            },
            {.session = {.max_message_size = 1000}});
        EXPECT_EQ(told, fault.code) << fault.name;
        EXPECT_EQ(world->samples("ws_session_duration").size(), 1u);
    }
}

TEST(Session, CutOffAtEachByte) {
    const std::string bytes = server_frame(Opcode::text, "hello") + server_frame(Opcode::binary, std::string(200, 'x'));
    for (std::size_t cut = 0; cut < bytes.size(); cut += cut < 12 ? 1 : 40) {
        WsWorld world;
        with_peer(
            world, [&](PeerSocket& socket) { socket.write(bytes.substr(0, cut)); },
            [&](Session& session) {
                Event event = session.receive(10s);
                if (cut >= 7) {
                    EXPECT_EQ(event.data, "hello");
                    event = session.receive(10s);
                }
                EXPECT_EQ(event.kind, Kind::failed) << cut;
                EXPECT_EQ(event.data, "websocket: close 1006 (abnormal closure): unexpected EOF");
                EXPECT_EQ(event.code, close_code::abnormal);
            });
    }
}

TEST(Session, AResetIsNamed) {
    WsWorld world;
    with_peer(
        world,
        [](PeerSocket& socket) {
            read_frame(socket);
            socket.reset_on_close();
        },
        [](Session& session) {
            ASSERT_TRUE(session.send_text("go away"));
            const Event event = session.receive(10s);
            EXPECT_EQ(event.kind, Kind::failed);
            EXPECT_TRUE(event.data.ends_with("read: connection reset by peer")) << event.data;
        });
}

TEST(Session, AnswersPingsAndReturnsThem) {
    WsWorld world;
    std::vector<PeerFrame> answers;
    with_peer(
        world,
        [&](PeerSocket& socket) {
            socket.write(server_frame(Opcode::text, "a", false) + server_frame(Opcode::ping, "one") +
                         server_frame(Opcode::ping, "") + server_frame(Opcode::continuation, "b") + close_frame(1000));
            while (auto frame = read_frame(socket)) answers.push_back(*frame);
        },
        [](Session& session) {
            const Event ping = session.receive(10s);
            EXPECT_EQ(ping.kind, Kind::ping);
            EXPECT_EQ(ping.data, "one");
            EXPECT_EQ(session.receive(10s).kind, Kind::ping);
            EXPECT_EQ(session.receive(10s).data, "ab");
            EXPECT_EQ(session.receive(10s).kind, Kind::close);
        });
    ASSERT_EQ(answers.size(), 3u);
    for (const PeerFrame& answer : answers) EXPECT_TRUE(answer.masked);
    EXPECT_EQ(answers[0].opcode, Opcode::pong);
    EXPECT_EQ(answers[0].payload, "one");
    EXPECT_EQ(answers[1].payload, "");
    EXPECT_EQ(answers[2].opcode, Opcode::close);
    EXPECT_EQ(code_of(answers[2]), 1000);
    EXPECT_EQ(world->samples("ws_msgs_received").size(), 1u);
    EXPECT_TRUE(world->samples("ws_msgs_sent").empty());
}

TEST(Session, PongsAreTimedByTheirPing) {
    WsWorld world;
    std::vector<std::string> pings;
    with_peer(
        world,
        [&](PeerSocket& socket) {
            for (int i = 0; i < 3; ++i) pings.push_back(read_frame(socket).value_or(PeerFrame{}).payload);
            // One that was not asked for; one that stands for the one before it as well; those two once more.
            for (const std::string_view payload : {"x", "17", "", "1", "1", "0", "2"})
                socket.write(server_frame(Opcode::pong, payload));
            socket.wait_for_close();
        },
        [](Session& session) {
            for (int i = 0; i < 3; ++i) ASSERT_TRUE(session.ping());
            EXPECT_FALSE(session.round_trip());
            for (int i = 0; i < 7; ++i) EXPECT_EQ(session.receive(10s).kind, Kind::pong);
            EXPECT_TRUE(session.round_trip());
        });
    EXPECT_EQ(pings, (std::vector<std::string>{"0", "1", "2"}));
    EXPECT_EQ(world->samples("ws_ping").size(), 2u);
}

TEST(Session, TheServersCloseIsAnsweredInKind) {
    struct Case {
        std::string frame;
        std::uint16_t code;
        std::string reason;
        std::uint16_t answer;
    };
    for (const Case& one :
         {Case{close_frame(4000, "over"), 4000, "over", 4000}, Case{close_frame(1001), 1001, "", 1001},
          Case{server_frame(Opcode::close, ""), 1005, "", 0}}) {
        WsWorld world;
        std::vector<PeerFrame> answers;
        with_peer(
            world,
            [&](PeerSocket& socket) {
                socket.write(one.frame + server_frame(Opcode::text, "nobody hears this"));
                if (auto frame = read_frame(socket)) answers.push_back(*frame);
            },
            [&](Session& session) {
                const Event event = session.receive(10s);
                EXPECT_EQ(event.kind, Kind::close);
                EXPECT_EQ(event.code, one.code);
                EXPECT_EQ(event.data, one.reason);
                EXPECT_EQ(session.close(1000).code, one.code);
            });
        ASSERT_EQ(answers.size(), 1u);
        EXPECT_EQ(answers[0].opcode, Opcode::close);
        EXPECT_EQ(code_of(answers[0]), one.answer);
    }
}

TEST(Session, ClosingDropsWhatStillComes) {
    WsWorld world;
    with_peer(
        world,
        [](PeerSocket& socket) {
            const auto close = read_frame(socket);
            ASSERT_TRUE(close);
            EXPECT_EQ(code_of(*close), 3000);
            EXPECT_EQ(close->payload.substr(2), "enough");
            socket.write(server_frame(Opcode::text, "late") + server_frame(Opcode::ping, "") +
                         close_frame(3000, "well"));
        },
        [](Session& session) {
            const Event event = session.close(3000, "enough");
            EXPECT_EQ(event.kind, Kind::close);
            EXPECT_EQ(event.code, 3000);
            EXPECT_EQ(event.data, "well");
        });
    EXPECT_TRUE(world->samples("ws_msgs_received").empty());
}

TEST(Session, NoAnswerToAClose) {
    for (const bool talks : {false, true}) {
        WsWorld world;
        with_peer(
            world,
            [&](PeerSocket& socket) {
                while (talks && socket.try_write(server_frame(Opcode::text, "still here"))) {
                }
                socket.wait_for_close();
            },
            [](Session& session) {
                const Event event = session.close();
                EXPECT_EQ(event.kind, Kind::failed);
                EXPECT_EQ(event.data, "websocket: no answer to the close frame");
            },
            {.session = {.close_timeout = 50ms}});
        EXPECT_EQ(world->samples("ws_session_duration").size(), 1u);
    }
}

TEST(Session, CodesAndReasonsThatMayNotBeSent) {
    WsWorld world;
    with_peer(
        world, [](PeerSocket& socket) { socket.wait_for_close(); },
        [](Session& session) {
            EXPECT_THROW(session.close(1005), std::invalid_argument);
            EXPECT_THROW(session.close(1000, std::string(124, 'x')), std::invalid_argument);
            EXPECT_THROW(session.close(1000, "\xff"), std::invalid_argument);
            EXPECT_TRUE(session.open());
        });
}

TEST(Session, WhoeverLeavesSaysSo) {
    WsWorld world;
    std::uint16_t told = 0;
    with_peer(
        world,
        [&](PeerSocket& socket) {
            if (const auto frame = read_frame(socket)) told = code_of(*frame);
        },
        [](Session&) {});
    EXPECT_EQ(told, close_code::going_away);
    EXPECT_EQ(world->samples("ws_session_duration").size(), 1u);
}

TEST(Session, AnInterruptionEndsTheWait) {
    WsWorld world;
    std::uint16_t told = 0;
    std::promise<void> ended;
    ScriptedPeer peer({[&](PeerSocket& socket) {
        accept_handshake(socket);
        while (const auto frame = read_frame(socket)) told = code_of(*frame);
        ended.set_value();
    }});
    const std::string url = "ws://" + peer.authority() + "/";
    bool connected = false;
    bool interrupted = false;
    Fiber& waiting = world->worker().spawn([&] {
        const Opening opening = world.client().connect({.url = url});
        ASSERT_TRUE(opening.session);
        connected = true;
        try {
            opening.session->receive();
        } catch (const Interrupted&) {
            interrupted = true;
            throw;
        }
    });
    world.run([&](Client&) {
        while (!connected) sleep_for(1ms);
        waiting.interrupt();
    });
    ended.get_future().wait();
    EXPECT_TRUE(interrupted);
    EXPECT_EQ(told, close_code::going_away);
    EXPECT_EQ(world->samples("ws_session_duration").size(), 1u);
}

TEST(Session, ReceivingHasATimeLimit) {
    WsWorld world;
    with_peer(
        world,
        [&](PeerSocket& socket) {
            socket.write(server_frame(Opcode::text, "hello").substr(0, 3));
            read_frame(socket);
            socket.write(server_frame(Opcode::text, "hello").substr(3));
            socket.wait_for_close();
        },
        [&](Session& session) {
            EXPECT_EQ(session.receive(5ms).kind, Kind::timeout);
            ASSERT_TRUE(session.send_text("go on"));
            EXPECT_EQ(session.receive(10s).data, "hello");
        });
}

// Both sides write more than sockets hold before they read: what comes is put aside meanwhile, up to a bound.
TEST(Session, WritingMakesRoomForTheOtherSide) {
    WsWorld world;
    constexpr std::size_t size = 16'000'000;
    with_peer(
        world,
        [&](PeerSocket& socket) {
            socket.write(server_frame(Opcode::binary, std::string(size, 's')));
            const auto frame = read_frame(socket);
            EXPECT_TRUE(frame && frame->payload.size() == size);
        },
        [&](Session& session) {
            ASSERT_TRUE(session.send_binary(std::string(size, 'c')));
            EXPECT_TRUE(session.receive(10s).data == std::string(size, 's'));
        },
        {.session = {.max_backlog = 2 * size}});
}

TEST(Session, AServerThatDoesNotReadEndsInATimeout) {
    WsWorld world;
    with_peer(
        world,
        [&](PeerSocket& socket) {
            // More than the bound, and then nothing.
            socket.try_write(server_frame(Opcode::binary, std::string(3'000'000, 's')));
            socket.wait_until_peer_is_gone();
        },
        [&](Session& session) {
            const auto sent = session.send_binary(std::string(30'000'000, 'c'));
            ASSERT_FALSE(sent);
            EXPECT_EQ(sent.error().message, "websocket: the server does not read: i/o timeout");
            EXPECT_EQ(session.send_text("more").error().message, "websocket: the connection is lost");
        },
        {.session = {.write_timeout = 100ms, .max_backlog = 100'000}});
    EXPECT_EQ(world->samples("ws_msgs_sent").size(), 2u);
}

TEST(Session, EchoOfWhatWasReceivedWhileMoreComes) {
    WsWorld world;
    const std::string large(3'000'000, 'm');
    with_peer(
        world,
        [&](PeerSocket& socket) {
            socket.write(server_frame(Opcode::binary, large) + server_frame(Opcode::binary, large));
            for (int i = 0; i < 2; ++i) {
                const auto frame = read_frame(socket);
                EXPECT_TRUE(frame && frame->payload == large);
            }
        },
        [&](Session& session) {
            for (int i = 0; i < 2; ++i) {
                const Event event = session.receive(10s);
                ASSERT_TRUE(session.send_binary(event.data));
            }
        });
}

TEST(Session, Compression) {
    WsWorld world;
    const std::string text(100'000, 'c');
    std::string noise;
    for (std::uint32_t i = 0, state = 7; i < 300'000; ++i)
        noise += static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
    with_peer(
        world,
        [&](PeerSocket& socket) {
            Deflate deflate;
            for (const std::string& wanted : {text, std::string(), noise}) {
                const auto frame = read_frame(socket);
                ASSERT_TRUE(frame);
                EXPECT_EQ(frame->reserved, reserved_compressed);
                std::string message;
                EXPECT_EQ(deflate.decompress(frame->payload, 1'000'000, message), Deflate::Outcome::done);
                EXPECT_TRUE(message == wanted);
                std::string compressed;
                deflate.compress(message, compressed);
                socket.write(server_frame(frame->opcode, compressed, true, reserved_compressed));
            }
            const auto ping = read_frame(socket);
            ASSERT_TRUE(ping);
            EXPECT_EQ(ping->reserved, 0u);
            // A hundred megabytes of nothing.
            std::string bomb;
            deflate.compress(std::string(100'000'000, '\0'), bomb);
            socket.try_write(server_frame(Opcode::binary, bomb, true, reserved_compressed));
            const auto close = read_frame(socket);
            ASSERT_TRUE(close);
            EXPECT_EQ(code_of(*close), close_code::too_big);
        },
        [&](Session& session) {
            EXPECT_TRUE(session.extensions().starts_with("permessage-deflate"));
            for (const std::string& message : {text, std::string(), noise}) {
                ASSERT_TRUE(session.send_binary(message));
                EXPECT_TRUE(session.receive(10s).data == message);
            }
            ASSERT_TRUE(session.ping());
            EXPECT_EQ(session.receive(10s).data, "websocket: read limit exceeded");
        },
        {.compression = true, .session = {.max_message_size = 1'000'000}});
}

}  // namespace
}  // namespace k6::ws
