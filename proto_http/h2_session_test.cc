#include "proto_http/h2_session.h"

#include <gtest/gtest.h>
#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proto_http/block_pool.h"
#include "proto_http/testing/http2_faults.h"
#include "proto_http/testing/http2_frames.h"

namespace k6::http {
namespace {

using namespace testing;

constexpr std::string_view preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A frame that the session sent.
struct SentFrame {
    FrameType type{};
    std::uint8_t flags = 0;
    std::uint32_t stream = 0;
    std::string payload;
};

std::uint32_t number(std::string_view bytes) {
    std::uint32_t out = 0;
    for (char byte : bytes) out = out << 8 | static_cast<unsigned char>(byte);
    return out;
}

/// A session with its output, and requests that wait for their responses.
class World {
public:
    explicit World(Http2Session::Limits limits = {.max_headers = 200}) : session(limits, memory) { send(); }

    struct Exchange {
        Response response;
        Outcome outcome;
        std::unique_ptr<Http2Stream> stream;
        bool ended = false;
        int code() const { return outcome.failure ? error_number(outcome.failure->code, outcome.failure->detail) : 0; }
    };

    Exchange& get(const Http2Request& request = {.method = "GET", .scheme = "https", .authority = "h", .target = "/"},
                  Http2Stream::Config config = {}) {
        auto exchange = std::make_unique<Exchange>();
        exchange->stream = std::make_unique<Http2Stream>(exchange->response, exchange->outcome, config);
        session.open(*exchange->stream, request);
        exchanges.push_back(std::move(exchange));
        send();
        return *exchanges.back();
    }
    void feed(std::string_view bytes) {
        session.feed(bytes, now);
        send();
    }
    void send() {
        std::string bytes;
        session.take_output(bytes, std::string::npos);
        if (!bytes.empty()) session.output_written(now);
        out += bytes;
        while (Http2Stream* stream = session.take_ended()) {
            for (const auto& exchange : exchanges) exchange->ended |= exchange->stream.get() == stream;
        }
    }
    /// What was sent since the last call, without the preface.
    std::vector<SentFrame> sent() {
        std::string_view rest = out;
        if (rest.starts_with(preface)) rest.remove_prefix(preface.size());
        std::vector<SentFrame> frames;
        while (rest.size() >= 9) {
            const std::size_t size = number(rest.substr(0, 3));
            frames.push_back({FrameType{static_cast<std::uint8_t>(rest[3])}, static_cast<std::uint8_t>(rest[4]),
                              number(rest.substr(5, 4)), std::string(rest.substr(9, size))});
            rest.remove_prefix(9 + size);
        }
        out.clear();
        return frames;
    }
    std::vector<SentFrame> sent(FrameType type) {
        std::vector<SentFrame> frames = sent();
        std::erase_if(frames, [&](const SentFrame& one) { return one.type != type; });
        return frames;
    }

    TimePoint now{std::chrono::seconds(1)};
    BlockPool memory;
    Http2Session session;
    std::string out;
    std::vector<std::unique_ptr<Exchange>> exchanges;
};

TEST(Http2SessionTest, BeginsWithPrefaceSettingsAndAWindow) {
    World world;
    EXPECT_TRUE(world.out.starts_with(preface));
    const std::vector<SentFrame> frames = world.sent();
    ASSERT_EQ(frames.size(), 2u);
    EXPECT_EQ(frames[0].type, FrameType::settings);
    // No push, 4 MiB for a stream, the bound on heads.
    EXPECT_EQ(frames[0].payload, big_endian(2, 2) + big_endian(0, 4) + big_endian(4, 2) + big_endian(4 << 20, 4) +
                                     big_endian(6, 2) + big_endian(1 << 18, 4));
    EXPECT_EQ(frames[1].type, FrameType::window_update);
    EXPECT_EQ(number(frames[1].payload), (1u << 30) - 65535u);
}

TEST(Http2SessionTest, AResponse) {
    World world;
    auto& exchange = world.get();
    world.now += std::chrono::seconds(1);
    world.feed(settings() + headers(1, status_field(404) + field("x-foo-bar", "1") + field("x-foo-bar", "2")));
    EXPECT_FALSE(exchange.ended);
    world.now += std::chrono::seconds(1);
    world.feed(data(1, "hel"));
    world.feed(data(1, "lo", end_stream));
    ASSERT_TRUE(exchange.ended);
    EXPECT_EQ(exchange.code(), 0);
    EXPECT_EQ(exchange.response.status, 404);
    EXPECT_EQ(exchange.response.status_text, "404 Not Found");
    EXPECT_EQ(exchange.response.protocol, Protocol::http_2);
    EXPECT_EQ(exchange.response.headers, (Headers{{"X-Foo-Bar", "1"}, {"X-Foo-Bar", "2"}}));
    EXPECT_EQ(exchange.response.body, "hello");
    EXPECT_EQ(exchange.outcome.times.sent, TimePoint{std::chrono::seconds(1)});
    EXPECT_EQ(exchange.outcome.times.first_byte, TimePoint{std::chrono::seconds(2)});
    EXPECT_EQ(world.session.open_streams(), 0u);
    EXPECT_TRUE(world.session.accepts_requests());
}

TEST(Http2SessionTest, FieldsOfARequest) {
    World world;
    world.sent();
    const std::vector<Headers::Field> fields = {
        {"X-Custom", "v"}, {"Connection", "close"}, {"Cookie", "a=1; b=2"}, {"Upgrade", "x"},
        {"Te", "gzip"},    {"Host", "other"},       {"Keep-Alive", "300"},  {"Transfer-Encoding", "chunked"}};
    world.get({.method = "POST",
               .scheme = "https",
               .authority = "h:1",
               .target = "/p?q",
               .user_agent = "me/1",
               .fields = fields,
               .content_length = 4,
               .body = "body"});
    const std::vector<SentFrame> frames = world.sent();
    ASSERT_EQ(frames.size(), 2u);
    EXPECT_EQ(frames[0].type, FrameType::headers);
    EXPECT_EQ(frames[0].flags & (end_headers | end_stream), end_headers);
    EXPECT_EQ(frames[1].payload, "body");
    EXPECT_EQ(frames[1].flags & end_stream, end_stream);

    const std::string& block = frames[0].payload;
    for (std::string_view name : {"connection", "upgrade", "keep-alive", "other"}) {
        EXPECT_EQ(block.find(name), std::string::npos) << name;
    }
}

TEST(Http2SessionTest, RequestsLikeAnEarlierOne) {
    World world;
    world.feed(settings());
    world.sent();
    const auto source = std::make_shared<const int>(1);
    const auto other = std::make_shared<const int>(2);
    Response response;
    Outcome outcome;
    std::vector<std::unique_ptr<Http2Stream>> streams;
    const auto stream = [&]() -> Http2Stream& {
        return *streams.emplace_back(std::make_unique<Http2Stream>(response, outcome, Http2Stream::Config{}));
    };
    EXPECT_FALSE(world.session.open_like(stream(), source.get(), "GET"));
    Http2Request request{.method = "GET", .scheme = "https", .authority = "h", .target = "/", .source = source};
    std::string scratch = "value";
    const Headers::Field field{"x-field", scratch};
    request.fields = {&field, 1};
    world.session.open(stream(), request);
    // What it was made of holds no longer.
    scratch = "other";
    EXPECT_FALSE(world.session.open_like(stream(), source.get(), "HEAD"));
    EXPECT_FALSE(world.session.open_like(stream(), other.get(), "GET"));
    EXPECT_TRUE(world.session.open_like(stream(), source.get(), "GET"));
    // Given up before it was sent: nothing of it goes out.
    Http2Stream& given_up = stream();
    EXPECT_TRUE(world.session.open_like(given_up, source.get(), "GET"));
    world.session.reset(given_up);
    EXPECT_EQ(given_up.state, Http2Stream::State::idle);
    EXPECT_EQ(world.session.open_streams(), 2u);
    // Of many sources some are forgotten: then the others wait for nothing.
    std::vector<std::shared_ptr<const int>> many;
    for (int i = 0; i < 40; ++i) {
        request.source = many.emplace_back(std::make_shared<const int>(i));
        request.target = "/many";
        world.session.open(stream(), request);
    }
    world.session.open(stream(), {.method = "GET", .scheme = "https", .authority = "h", .target = "/last"});
    world.send();
    const std::vector<SentFrame> frames = world.sent(FrameType::headers);
    ASSERT_EQ(frames.size(), 43u);
    for (std::size_t i = 0; i < frames.size(); ++i) EXPECT_EQ(frames[i].stream, 2 * i + 1);
    // The second one is the first one again, in the table's terms.
    const auto all_indexed = [](const std::string& block) {
        return std::all_of(block.begin(), block.end(), [](char byte) { return (byte & 0x80) != 0; });
    };
    EXPECT_FALSE(all_indexed(frames[0].payload));
    EXPECT_TRUE(all_indexed(frames[1].payload));
    // Paths have no place in it.
    EXPECT_FALSE(all_indexed(frames[3].payload));
    EXPECT_EQ(frames[41].payload, frames[3].payload);
    EXPECT_NE(frames[42].payload, frames[3].payload);
    world.session.end({.cause = "unexpected EOF"});
    world.send();
    EXPECT_EQ(world.session.open_streams(), 0u);
}

TEST(Http2SessionTest, RequestsThatWaitForTheirTurnBeginWithIt) {
    World world;
    world.feed(settings());
    auto& at_once = world.get();
    EXPECT_FALSE(at_once.outcome.times.begun);
    Response response;
    Outcome outcome;
    Http2Stream stream(response, outcome, {});
    world.session.open(stream, {.method = "GET", .scheme = "https", .authority = "h", .target = "/"});
    const TimePoint begun = world.now + std::chrono::seconds(1);
    const TimePoint sent = world.now + std::chrono::seconds(2);
    std::string bytes;
    world.session.take_output(bytes, std::string::npos, begun);
    world.session.output_written(sent);
    EXPECT_EQ(outcome.times.begun, begun);
    EXPECT_EQ(outcome.times.sent, sent);
    world.session.reset(stream);
}

// What ends while others are being dealt with may be given up before it is taken.
TEST(Http2SessionTest, AnEndedStreamThatIsGivenUpIsNotTaken) {
    for (std::size_t given_up = 0; given_up < 3; ++given_up) {
        World world;
        Response responses[3];
        Outcome outcomes[3];
        std::optional<Http2Stream> streams[3];
        for (std::size_t i = 0; i < 3; ++i) {
            streams[i].emplace(responses[i], outcomes[i], Http2Stream::Config{});
            world.session.open(*streams[i], {.method = "GET", .scheme = "https", .authority = "h", .target = "/"});
        }
        world.send();
        world.session.feed(settings() + response(1, 200, "x") + response(3, 200, "x") + response(5, 200, "x"),
                           world.now);
        EXPECT_EQ(world.session.ended_streams(), 3u);
        world.session.reset(*streams[given_up]);
        streams[given_up].reset();
        for (std::size_t i = 0; i < 3; ++i) {
            if (i == given_up) continue;
            EXPECT_EQ(world.session.take_ended(), &*streams[i]);
        }
        EXPECT_EQ(world.session.take_ended(), nullptr);
        EXPECT_EQ(world.session.ended_streams(), 0u);
    }
}

using Fields = std::vector<std::pair<std::string, std::string>>;

/// A header block as servers write it, with a table of what was sent before.
class HpackEncoder {
public:
    HpackEncoder() { EXPECT_EQ(nghttp2_hd_deflate_new(&deflater_, 4096), 0); }
    ~HpackEncoder() { nghttp2_hd_deflate_del(deflater_); }
    HpackEncoder(const HpackEncoder&) = delete;
    HpackEncoder& operator=(const HpackEncoder&) = delete;

    std::string encode(const Fields& fields) {
        std::vector<nghttp2_nv> all;
        for (const auto& [name, value] : fields) {
            const auto bytes = [](const std::string& text) {
                return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
            };
            all.push_back({bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE});
        }
        std::string block(nghttp2_hd_deflate_bound(deflater_, all.data(), all.size()), '\0');
        const ssize_t size = nghttp2_hd_deflate_hd(deflater_, reinterpret_cast<std::uint8_t*>(block.data()),
                                                   block.size(), all.data(), all.size());
        EXPECT_GE(size, 0);
        block.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
        return block;
    }

private:
    nghttp2_hd_deflater* deflater_ = nullptr;
};

// Fields that are like those before, in their places or in others, are read faster; what is read is the same.
TEST(Http2SessionTest, HeadsLikeEarlierOnes) {
    struct Choice {
        std::string name;
        std::vector<std::string> values;
        /// What it becomes; empty: the message is malformed.
        std::string canonical;
    };
    const std::vector<Choice> usual = {{"date", {"one", "two", "three"}, "Date"},
                                       {"server", {"s"}, "Server"},
                                       {"content-type", {"text/plain", "application/json"}, "Content-Type"},
                                       {"content-length", {"2"}, "Content-Length"},
                                       {"x-request-id", {"1", "2", "3", "4", "5", "6", "7", "8"}, "X-Request-Id"},
                                       {"set-cookie", {"a=1", "b=2"}, "Set-Cookie"},
                                       {"set-cookie", {"a=1", "c=3"}, "Set-Cookie"},
                                       {"x-blank", {" v\t", "v"}, "X-Blank"}};
    const std::vector<Choice> wrong = {{"Server", {"s"}, ""},         {"connection", {"close"}, ""},
                                       {"bad name", {"x"}, ""},       {"x-control", {"\x01"}, ""},
                                       {"content-length", {"+"}, ""}, {":status", {"200"}, ""},
                                       {":path", {"/"}, ""},          {"", {"x"}, ""}};
    std::mt19937 random(7);
    const auto below = [&](std::size_t count) {
        return std::uniform_int_distribution<std::size_t>(0, count - 1)(random);
    };
    for (const bool with_table : {false, true}) {
        World world;
        HpackEncoder hpack;
        world.feed(settings());
        std::vector<Choice> order = usual;
        int good = 0;
        for (std::uint32_t stream = 1; stream < 6000; stream += 2) {
            SCOPED_TRACE(stream);
            const std::size_t kind = below(12);
            if (kind == 0) std::shuffle(order.begin(), order.end(), random);
            const int status = kind == 1 ? 404 : 200;
            Fields fields{{":status", std::to_string(status)}};
            Headers expected;
            bool malformed = false;
            const auto add = [&](const Choice& choice, std::size_t value) {
                fields.emplace_back(choice.name, choice.values[value]);
                malformed = malformed || choice.canonical.empty();
                if (!malformed) expected.add(choice.canonical, choice.values[value]);
            };
            for (const Choice& choice : order) {
                if (kind == 2 && below(4) == 0) continue;
                add(choice, kind < 6 ? below(choice.values.size()) : 0);
                if (kind == 3 && below(8) == 0) add(wrong[below(wrong.size())], 0);
            }
            // Of two lengths neither is to be trusted.
            if (kind == 4 && below(4) == 0) {
                malformed = true;
                fields.emplace_back("content-length", "2");
            }
            const auto block = [&](const Fields& of) {
                if (with_table) return hpack.encode(of);
                std::string literals;
                for (const auto& [name, value] : of) literals += field(name, value);
                return literals;
            };
            auto& exchange = world.get();
            if (kind == 5) world.feed(headers(stream, block({{":status", "103"}, {"date", "one"}})));
            world.feed(headers(stream, block(fields)));
            if (!malformed) {
                world.feed(data(stream, "ab", kind == 6 ? 0 : end_stream));
                if (kind == 6) world.feed(headers(stream, block({{"date", "one"}}), end_headers | end_stream));
            }
            ASSERT_TRUE(exchange.ended);
            ASSERT_EQ(exchange.code(), malformed ? 1632 : 0);
            if (!malformed) {
                ++good;
                ASSERT_EQ(exchange.response.status, status);
                ASSERT_EQ(exchange.response.headers, expected);
                ASSERT_EQ(exchange.response.body, "ab");
            }
            world.sent();
            world.exchanges.clear();
        }
        EXPECT_GT(good, 2000);
    }
}

TEST(Http2SessionTest, InterimResponsesAndTrailersLeaveNothing) {
    World world;
    auto& exchange = world.get();
    world.feed(settings() + headers(1, status_field(103) + field("link", "x")) + headers(1, status_field(100)) +
               headers(1, status_field(200) + field("a", "b")) + data(1, "x") +
               headers(1, field("t", "v"), end_headers | end_stream));
    ASSERT_TRUE(exchange.ended);
    EXPECT_EQ(exchange.code(), 0);
    EXPECT_EQ(exchange.response.headers, (Headers{{"A", "b"}}));
    EXPECT_EQ(exchange.response.body, "x");
}

TEST(Http2SessionTest, ResponsesWithoutABody) {
    for (int status : {204, 304}) {
        World world;
        auto& exchange = world.get();
        const std::string length = status == 304 ? field("content-length", "5") : "";
        world.feed(settings() + headers(1, status_field(status) + length, end_headers | end_stream));
        ASSERT_TRUE(exchange.ended) << status;
        EXPECT_EQ(exchange.response.status, status);
    }
    World world;
    auto& exchange =
        world.get({.method = "HEAD", .scheme = "https", .authority = "h", .target = "/"}, {.head_request = true});
    world.feed(settings() + headers(1, status_field(200) + field("content-length", "5"), end_headers | end_stream));
    ASSERT_TRUE(exchange.ended);
    EXPECT_EQ(exchange.code(), 0);
    EXPECT_EQ(exchange.response.headers.get("Content-Length"), "5");
}

TEST(Http2SessionTest, BodiesThatNobodyKeeps) {
    World world;
    auto& exchange =
        world.get({.method = "GET", .scheme = "https", .authority = "h", .target = "/"}, {.keep_body = false});
    world.feed(settings() + headers(1, status_field(200) + field("content-length", "5")) +
               data(1, "hello", end_stream));
    EXPECT_TRUE(exchange.ended);
    EXPECT_EQ(exchange.code(), 0);
    EXPECT_EQ(exchange.response.body, "");
}

TEST(Http2SessionTest, BodiesBeyondTheBound) {
    World world({.max_body_size = 10});
    auto& exchange = world.get();
    world.sent();
    world.feed(settings() + headers(1, status_field(200)) + data(1, "12345678901"));
    ASSERT_TRUE(exchange.ended);
    EXPECT_EQ(exchange.outcome.failure->cause, "the response body is larger than 10 bytes");
    const auto resets = world.sent(FrameType::rst_stream);
    ASSERT_EQ(resets.size(), 1u);
    EXPECT_EQ(number(resets[0].payload), http2_code::cancel);
}

TEST(Http2SessionTest, WindowsAreOpenedAgain) {
    World world({.stream_window = 1000});
    world.get();
    world.feed(settings() + settings_ack() + headers(1, status_field(200)));
    world.sent();
    world.feed(data(1, std::string(600, 'x')));
    const auto updates = world.sent(FrameType::window_update);
    ASSERT_EQ(updates.size(), 1u);
    EXPECT_EQ(updates[0].stream, 1u);
    EXPECT_EQ(number(updates[0].payload), 600u);
}

TEST(Http2SessionTest, ABodyWaitsForTheServersWindow) {
    World world;
    world.feed(settings({{4, 3}}));
    world.sent();
    auto& exchange = world.get({.method = "POST",
                                .scheme = "https",
                                .authority = "h",
                                .target = "/",
                                .content_length = 8,
                                .body = "12345678"});
    auto frames = world.sent(FrameType::data);
    ASSERT_EQ(frames.size(), 1u);
    EXPECT_EQ(frames[0].payload, "123");
    EXPECT_FALSE(exchange.outcome.times.sent);
    world.feed(settings({{4, 5}}));
    frames = world.sent(FrameType::data);
    ASSERT_EQ(frames.size(), 1u);
    EXPECT_EQ(frames[0].payload, "45");
    world.feed(window_update(1, 100));
    frames = world.sent(FrameType::data);
    ASSERT_EQ(frames.size(), 1u);
    EXPECT_EQ(frames[0].payload, "678");
    EXPECT_EQ(frames[0].flags & end_stream, end_stream);
    EXPECT_TRUE(exchange.outcome.times.sent);
}

// RFC 9113 sections 6.9.2 and 6.9.3: a stream's window may become negative.
TEST(Http2SessionTest, ASmallerWindowThanWhatIsSentAlready) {
    constexpr std::size_t before_settings = 65'535;
    World world;
    const std::string body(70'000, 'x');
    world.get({.method = "POST",
               .scheme = "https",
               .authority = "h",
               .target = "/",
               .content_length = body.size(),
               .body = body});
    std::size_t bytes = 0;
    for (const SentFrame& frame : world.sent(FrameType::data)) bytes += frame.payload.size();
    EXPECT_EQ(bytes, before_settings);
    world.feed(settings({{4, 1000}}) + window_update(0, 1 << 20));
    auto frames = world.sent();
    ASSERT_EQ(frames.size(), 1u);
    EXPECT_EQ(frames[0].type, FrameType::settings);
    world.feed(window_update(1, before_settings - 1000));
    EXPECT_TRUE(world.sent(FrameType::data).empty());
    world.feed(window_update(1, 10));
    frames = world.sent(FrameType::data);
    ASSERT_EQ(frames.size(), 1u);
    EXPECT_EQ(frames[0].payload.size(), 10u);
}

TEST(Http2SessionTest, AnAnswerBeforeTheRequestIsComplete) {
    World world;
    world.feed(settings({{4, 3}}));
    auto& exchange = world.get({.method = "POST",
                                .scheme = "https",
                                .authority = "h",
                                .target = "/",
                                .content_length = 8,
                                .body = "12345678"});
    world.sent();
    world.feed(response(1, 413, "no") + rst_stream(1, 0));
    ASSERT_TRUE(exchange.ended);
    EXPECT_EQ(exchange.response.status, 413);
    EXPECT_EQ(exchange.code(), 0);
    EXPECT_TRUE(world.session.accepts_requests());
}

TEST(Http2SessionTest, PingsAreAnswered) {
    World world;
    world.feed(settings());
    world.sent();
    world.feed(ping());
    const auto pings = world.sent(FrameType::ping);
    ASSERT_EQ(pings.size(), 1u);
    EXPECT_EQ(pings[0].flags, ack);
    EXPECT_EQ(pings[0].payload, "12345678");
}

TEST(Http2SessionTest, SlotsFollowTheServersSettings) {
    World world;
    EXPECT_EQ(world.session.free_slots(), 100u);
    world.feed(settings({{3, 2}}));
    EXPECT_EQ(world.session.free_slots(), 2u);
    auto& first = world.get();
    world.get();
    EXPECT_EQ(world.session.free_slots(), 0u);
    world.feed(settings({{3, 1}}));
    EXPECT_EQ(world.session.free_slots(), 0u);
    world.feed(response(1, 200, "x"));
    EXPECT_TRUE(first.ended);
    EXPECT_EQ(world.session.free_slots(), 0u);
    world.feed(settings({{3, 5}}));
    EXPECT_EQ(world.session.free_slots(), 4u);
}

TEST(Http2SessionTest, AResetLeavesTheOthers) {
    World world;
    world.feed(settings());
    auto& abandoned = world.get();
    auto& other = world.get();
    world.sent();
    world.session.reset(*abandoned.stream);
    world.send();
    const auto resets = world.sent(FrameType::rst_stream);
    ASSERT_EQ(resets.size(), 1u);
    EXPECT_EQ(resets[0].stream, 1u);
    EXPECT_EQ(number(resets[0].payload), http2_code::cancel);
    // What still comes of it concerns nobody.
    world.feed(response(1, 200, "late") + response(3, 200, "good"));
    EXPECT_FALSE(abandoned.ended);
    EXPECT_TRUE(other.ended);
    EXPECT_EQ(other.response.body, "good");
}

TEST(Http2SessionTest, ARefusedStreamWasNotProcessed) {
    World world;
    auto& exchange = world.get();
    world.feed(settings() + rst_stream(1, http2_code::refused_stream));
    ASSERT_TRUE(exchange.ended);
    EXPECT_EQ(exchange.code(), 1638);
    EXPECT_TRUE(exchange.outcome.unprocessed);
    EXPECT_EQ(exchange.outcome.failure->cause, "stream error: stream ID 1; REFUSED_STREAM; received from peer");
    EXPECT_TRUE(world.session.accepts_requests());
}

TEST(Http2SessionTest, AGoawayCutsOffLaterStreamsAndDrainsEarlierOnes) {
    World world;
    auto& early = world.get();
    auto& late = world.get();
    world.feed(settings() + goaway(1, 0));
    EXPECT_FALSE(early.ended);
    ASSERT_TRUE(late.ended);
    EXPECT_EQ(late.code(), 1611);
    EXPECT_TRUE(late.outcome.unprocessed);
    EXPECT_FALSE(world.session.accepts_requests());
    EXPECT_FALSE(world.session.finished());
    world.feed(response(1, 200, "drained"));
    ASSERT_TRUE(early.ended);
    EXPECT_EQ(early.response.body, "drained");
    EXPECT_TRUE(world.session.finished());
}

TEST(Http2SessionTest, ARequestThatAGoawayOvertakesWasNotProcessed) {
    World world;
    world.feed(settings());
    Response response;
    Outcome outcome;
    Http2Stream stream(response, outcome, {});
    world.session.open(stream, {.method = "GET", .scheme = "https", .authority = "h", .target = "/"});
    world.session.feed(goaway(0, 0), world.now);
    world.send();
    EXPECT_EQ(stream.state, Http2Stream::State::ended);
    EXPECT_TRUE(outcome.unprocessed);
}

TEST(Http2SessionTest, ARequestThatTheEndOvertakesWasNotProcessed) {
    World world;
    auto& sent = world.get();
    world.feed(settings() + goaway(1, 0));
    Response response;
    Outcome outcome;
    Http2Stream stream(response, outcome, {});
    world.session.open(stream, {.method = "GET", .scheme = "https", .authority = "h", .target = "/"});
    world.session.end({.cause = "unexpected EOF"});
    world.send();
    EXPECT_TRUE(outcome.unprocessed);
    EXPECT_TRUE(sent.ended);
    EXPECT_FALSE(sent.outcome.unprocessed);
}

TEST(Http2SessionTest, AnEndBehindAGoawayIsTheGoaways) {
    World world;
    auto& exchange = world.get();
    world.feed(settings() + goaway(1, 11));
    EXPECT_FALSE(exchange.ended);
    world.session.end({.cause = "unexpected EOF"});
    world.send();
    ASSERT_TRUE(exchange.ended);
    EXPECT_EQ(exchange.code(), 1622);
    EXPECT_FALSE(exchange.outcome.unprocessed);
}

TEST(Http2SessionTest, AnErrorOnTheFirstStreamIsNotTriedAgain) {
    World world;
    auto& exchange = world.get();
    world.feed(settings() + goaway(0, 1));
    ASSERT_TRUE(exchange.ended);
    EXPECT_EQ(exchange.code(), 1612);
    EXPECT_FALSE(exchange.outcome.unprocessed);
}

TEST(Http2SessionTest, TheEndOfInputEndsAll) {
    World world;
    auto& one = world.get();
    auto& two = world.get();
    world.feed(settings() + headers(1, status_field(200)) + data(1, "part"));
    world.session.end({.cause = "unexpected EOF"});
    world.send();
    ASSERT_TRUE(one.ended && two.ended);
    EXPECT_EQ(one.code(), 1000);
    EXPECT_EQ(one.outcome.failure->cause, "unexpected EOF");
    EXPECT_EQ(one.response.body, "part");
    EXPECT_FALSE(world.session.accepts_requests());
    EXPECT_TRUE(world.session.finished());
}

// The injector: each fault by itself, as a whole and byte by byte.
TEST(Http2SessionTest, Faults) {
    for (const Http2Fault& fault : http2_faults()) {
        SCOPED_TRACE(fault.name);
        World world;
        auto& exchange = world.get();
        world.feed(settings() + settings_ack() + fault.bytes);
        if (!exchange.ended) world.session.end({.cause = "unexpected EOF"});
        world.send();
        EXPECT_TRUE(exchange.ended);
        EXPECT_EQ(exchange.code(), fault.code) << (exchange.outcome.failure ? exchange.outcome.failure->cause : "");
        // A connection that was broken takes nothing more.
        EXPECT_TRUE(fault.code < 1650 || !world.session.accepts_requests());
    }
}

TEST(Http2SessionTest, FaultsByteByByte) {
    for (const Http2Fault& fault : http2_faults()) {
        // Floods are answered as they come: there is nothing that piles up.
        if (fault.bytes.size() > 5000) continue;
        SCOPED_TRACE(fault.name);
        World world;
        auto& exchange = world.get();
        const std::string bytes = settings() + settings_ack() + fault.bytes;
        for (char byte : bytes) world.feed({&byte, 1});
        if (!exchange.ended) world.session.end({.cause = "unexpected EOF"});
        world.send();
        EXPECT_TRUE(exchange.ended);
        EXPECT_EQ(exchange.code(), fault.code);
    }
}

TEST(Http2SessionTest, AServerThatDoesNotBeginWithSettings) {
    for (const std::string& bytes :
         {ping(), response(1, 200, "x"), settings_ack(), std::string("HTTP/1.1 400 Bad\r\n")}) {
        World world;
        auto& exchange = world.get();
        world.feed(bytes);
        if (!exchange.ended) world.session.end({.cause = "unexpected EOF"});
        world.send();
        ASSERT_TRUE(exchange.ended);
        EXPECT_GE(exchange.code(), 1652);
        EXPECT_LE(exchange.code(), 1657);
    }
}

TEST(Http2SessionTest, TruncatedAnywhere) {
    const std::string whole = settings() + settings_ack() + headers(1, status_field(103)) +
                              headers(1, status_field(200) + field("content-length", "5")) + data(1, "hel") + ping() +
                              data(1, "lo", end_stream);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        World world;
        auto& exchange = world.get();
        world.feed(std::string_view(whole).substr(0, size));
        ASSERT_FALSE(exchange.ended) << size;
        world.session.end({.cause = "unexpected EOF"});
        world.send();
        ASSERT_TRUE(exchange.ended) << size;
        EXPECT_EQ(exchange.code(), 1000) << size;
    }
}

}  // namespace
}  // namespace k6::http
