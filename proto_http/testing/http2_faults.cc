#include "proto_http/testing/http2_faults.h"

#include <limits>

namespace k6::http::testing {
namespace {

// RFC 9113 section 7, as error codes of a connection and of a stream.
constexpr int connection_protocol_error = 1652;
constexpr int connection_flow_control_error = 1654;
constexpr int connection_stream_closed = 1656;
constexpr int connection_frame_size_error = 1657;
constexpr int connection_compression_error = 1660;
constexpr int connection_enhance_your_calm = 1662;
constexpr int stream_protocol_error = 1632;
constexpr int stream_flow_control_error = 1634;
constexpr int generic = 1000;

constexpr std::uint32_t most = std::numeric_limits<std::uint32_t>::max();

std::string good() { return response(1, 200, "hello"); }
std::string head() { return headers(1, status_field(200)); }
std::string head_with(std::string_view name, std::string_view value) {
    return headers(1, status_field(200) + field(name, value));
}

}  // namespace

std::vector<Http2Fault> http2_faults() {
    return {
        // Frames that belong nowhere.
        {"UnknownType", frame(FrameType{0xbb}, 0xff, 1, "whatever") + good(), 0},
        {"UnknownTypeInAHeaderBlock", headers(1, status_field(200), 0) + frame(FrameType{0xbb}, 0, 1, "x"),
         connection_protocol_error},
        {"UnknownSetting", settings({{0xabcd, 7}}) + good(), 0},
        {"UnknownFlags", frame(FrameType::ping, 0xfe, 0, "12345678") + good(), 0},
        {"ReservedBitOfTheStream", headers(0x80000001, status_field(200)) + data(1, "x", end_stream), 0},
        {"PushThatWasSwitchedOff",
         frame(FrameType::push_promise, end_headers, 1, big_endian(2, 4) + field(":method", "GET")) + good(),
         connection_protocol_error},
        {"PushOnStreamZero", frame(FrameType::push_promise, end_headers, 0, big_endian(2, 4)),
         connection_protocol_error},
        {"ContinuationOutOfTheBlue", frame(FrameType::continuation, end_headers, 1, status_field(200)),
         connection_protocol_error},
        {"Http1", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", connection_frame_size_error},

        // Wrong streams.
        {"DataOnStreamZero", data(0, "x"), connection_protocol_error},
        {"HeadersOnStreamZero", headers(0, status_field(200)), connection_protocol_error},
        {"PriorityOnStreamZero", frame(FrameType::priority, 0, 0, std::string(5, '\0')), connection_protocol_error},
        {"RstStreamOnStreamZero", rst_stream(0, 0), connection_protocol_error},
        {"ContinuationOnStreamZero", headers(1, status_field(200), 0) + frame(FrameType::continuation, 0, 0, ""),
         connection_protocol_error},
        {"ContinuationOnAnotherStream",
         headers(1, status_field(200), 0) + frame(FrameType::continuation, end_headers, 3, ""),
         connection_protocol_error},
        {"HeadersInAHeaderBlock", headers(1, status_field(200), 0) + head(), connection_protocol_error},
        {"DataInAHeaderBlock", headers(1, status_field(200), 0) + data(1, "x"), connection_protocol_error},
        {"SettingsOnAStream", frame(FrameType::settings, 0, 1, ""), connection_protocol_error},
        {"PingOnAStream", frame(FrameType::ping, 0, 1, "12345678"), connection_protocol_error},
        {"GoawayOnAStream", frame(FrameType::goaway, 0, 1, big_endian(0, 8)), connection_protocol_error},
        {"HeadersOnAnIdleStream", headers(99, status_field(200)) + good(), connection_protocol_error},
        {"HeadersOnTheServersStream", headers(2, status_field(200)) + good(), connection_protocol_error},
        {"DataOnAnIdleStream", data(99, "x") + good(), connection_protocol_error},
        {"RstStreamOnAnIdleStream", rst_stream(99, 0) + good(), connection_protocol_error},
        {"WindowUpdateOnAnIdleStream", window_update(99, 1) + good(), connection_protocol_error},
        {"ALateFrameOfAnEndedStream", good() + window_update(1, 1), 0},

        // Wrong sizes.
        {"TooLargeFrame", frame_of_length(16385, FrameType::data, 0, 1, std::string(16385, 'x')),
         connection_frame_size_error},
        {"HugeFrame", frame_of_length(0xffffff, FrameType::headers, 0, 1, ""), connection_frame_size_error},
        {"PrioritySize", frame(FrameType::priority, 0, 1, "1234"), connection_frame_size_error},
        {"RstStreamSize", frame(FrameType::rst_stream, 0, 1, "123"), connection_frame_size_error},
        {"SettingsSize", frame(FrameType::settings, 0, 0, "12345"), connection_frame_size_error},
        {"SettingsAckWithPayload", frame(FrameType::settings, ack, 0, big_endian(0, 6)), connection_frame_size_error},
        {"PingSize", frame(FrameType::ping, 0, 0, "1234567"), connection_frame_size_error},
        {"GoawaySize", frame(FrameType::goaway, 0, 0, "1234567"), connection_frame_size_error},
        {"WindowUpdateSize", frame(FrameType::window_update, 0, 0, "12345"), connection_frame_size_error},
        {"HeadersTooShortForTheirPadding", frame(FrameType::headers, end_headers | padded, 1, "\x05xx"),
         connection_protocol_error},
        {"DataTooShortForItsPadding", head() + frame(FrameType::data, padded, 1, "\x05xx"), connection_protocol_error},
        {"HeadersTooShortForTheirPriority", frame(FrameType::headers, end_headers | priority_flag, 1, "12"),
         connection_frame_size_error},

        // Wrong values.
        {"PushSettingOfAServer", settings({{2, 1}}) + good(), connection_protocol_error},
        {"WindowSettingTooLarge", settings({{4, 0x80000000}}) + good(), connection_flow_control_error},
        {"FrameSizeSettingTooSmall", settings({{5, 16383}}) + good(), connection_protocol_error},
        {"FrameSizeSettingTooLarge", settings({{5, 0x1000000}}) + good(), connection_protocol_error},
        {"AckOfNoSettings", settings_ack() + settings_ack() + good(), connection_protocol_error},
        {"ZeroWindowUpdateOfTheConnection", window_update(0, 0) + good(), connection_protocol_error},
        {"ZeroWindowUpdateOfAStream", window_update(1, 0) + good(), connection_protocol_error},
        {"WindowOfTheConnectionOverflows", window_update(0, 0x7fffffff) + good(), connection_flow_control_error},
        {"WindowOfAStreamOverflows", window_update(1, 0x7fffffff) + good(), stream_flow_control_error},
        {"GoawayWithAnError", goaway(0, 2), 1613},
        {"GoawayWithAnUnknownError", goaway(0, most), 1610},
        {"RstStream", rst_stream(1, 8), 1639},
        {"RstStreamWithAnUnknownError", rst_stream(1, 99), 1630},
        {"RstStreamWithNoError", rst_stream(1, 0), 1631},

        // HPACK garbage.
        {"HpackIndexZero", headers(1, "\x80"), connection_compression_error},
        {"HpackIndexBeyondTheTable", headers(1, "\xff\x7f"), connection_compression_error},
        {"HpackIntegerWithoutEnd", headers(1, "\xff" + std::string(40, '\xff')), connection_compression_error},
        {"HpackStringBeyondTheBlock", headers(1, std::string("\0\x7f:status", 9)), connection_compression_error},
        {"HpackHuffmanGarbage", headers(1, std::string("\x08\x84\xff\xff\xff\xff", 6)), connection_compression_error},
        {"HpackTableSizeTooLarge", headers(1, "\x3f\xff\xff\x03" + status_field(200)), connection_compression_error},
        {"HpackTableSizeInTheMiddle", headers(1, status_field(200) + "\x20"), connection_compression_error},
        {"HpackNoise", headers(1, "\x13\x37\xca\xfe\xba\xbe\xde\xad\xbe\xef"), connection_compression_error},

        // Messages that are none (RFC 9113 section 8.1).
        {"NoStatus", headers(1, field("server", "x")), stream_protocol_error},
        {"TwoStatuses", headers(1, status_field(200) + status_field(200)), stream_protocol_error},
        {"StatusOfTwoDigits", headers(1, field(":status", "20")), stream_protocol_error},
        {"StatusOfLetters", headers(1, field(":status", "abc")), stream_protocol_error},
        {"StatusAfterAField", headers(1, field("server", "x") + status_field(200)), stream_protocol_error},
        {"RequestPseudoField", head_with(":method", "GET"), stream_protocol_error},
        {"UnknownPseudoField", head_with(":nonsense", "x"), stream_protocol_error},
        {"UpperCaseName", head_with("Server", "x"), stream_protocol_error},
        {"EmptyName", head_with("", "x"), stream_protocol_error},
        {"ConnectionField", head_with("connection", "close"), stream_protocol_error},
        {"TransferEncodingField", head_with("transfer-encoding", "chunked"), stream_protocol_error},
        {"ContentLengthThatIsNone", head_with("content-length", "-1"), stream_protocol_error},
        {"TwoContentLengths",
         headers(1, status_field(200) + field("content-length", "1") + field("content-length", "2")),
         stream_protocol_error},
        {"ControlCharacterInAName", head_with("x\x01", "x"), stream_protocol_error},
        {"ControlCharacterInAValue", head_with("x", "a\x01z"), stream_protocol_error},
        {"SwitchingProtocols", headers(1, status_field(101)), stream_protocol_error},
        {"InterimResponseThatEnds", headers(1, status_field(100), end_headers | end_stream), stream_protocol_error},
        {"DataBeforeHeaders", data(1, "x"), connection_protocol_error},
        {"DataAfterAnInterimResponse", headers(1, status_field(100)) + data(1, "x"), stream_protocol_error},
        {"TrailersThatGoOn", head() + headers(1, field("t", "v")), stream_protocol_error},
        {"PseudoFieldInTrailers", head() + headers(1, status_field(200), end_headers | end_stream),
         stream_protocol_error},
        {"ShorterThanItsLength", head_with("content-length", "5") + data(1, "hell", end_stream), generic},
        {"LongerThanItsLength", head_with("content-length", "5") + data(1, "hello!", end_stream), generic},
        {"LongerThanItsLengthAndPadded",
         head_with("content-length", "5") +
             frame(FrameType::data, padded | end_stream, 1, std::string("\x01hello!\0", 8)),
         generic},
        {"DataWhereNoneBelongs", headers(1, status_field(204)) + data(1, "x", end_stream), stream_protocol_error},
        {"NoneOfItsLength", headers(1, status_field(200) + field("content-length", "5"), end_headers | end_stream),
         generic},

        // Floods. What is put up with has a bound: that of a head, or of the answers that pile up.
        {"SettingsFlood", repeated(20'000, settings({{1, 4096}})) + good(), connection_enhance_your_calm},
        {"PingFlood", repeated(20'000, ping()) + good(), connection_enhance_your_calm},
        {"ContinuationFlood",
         headers(1, status_field(200), 0) + repeated(10'000, frame(FrameType::continuation, 0, 1, "")),
         connection_enhance_your_calm},
        {"ContinuationFloodOfFields",
         headers(1, status_field(200), 0) +
             repeated(10'000, frame(FrameType::continuation, 0, 1, field("x", std::string(100, 'x')))),
         connection_enhance_your_calm},
        {"InterimFlood", repeated(20'000, headers(1, status_field(103))) + good(), generic},
        {"HeaderFlood", headers(1, status_field(200) + repeated(300, field("x", "y"))), generic},
        {"EmptyDataFlood", head() + repeated(20'000, data(1, "")) + data(1, "x", end_stream), 0},
        {"PriorityFlood", repeated(20'000, frame(FrameType::priority, 0, 1, std::string(5, '\0'))) + good(), 0},
        {"RapidReset", rst_stream(1, 8) + repeated(5'000, rst_stream(1, 8)), 1639},
    };
}

}  // namespace k6::http::testing
