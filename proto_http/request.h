// One request, as a script or a C++ scenario asks for it: a value. What is not set has the run's defaults.
//
//   Request request{.method = "POST", .url = "https://example.com/login", .body = Body::copy("user=x")};
//   request.headers.set("Content-Type", "application/x-www-form-urlencoded");
//   Response response = client.send(request);
//
// It can be sent any number of times; nothing in it is changed.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/duration.h"
#include "metrics/tags.h"
#include "proto_http/content_coding.h"
#include "proto_http/headers.h"

namespace k6::http {

class CookieJar;

/// Bytes to send: none, borrowed (they must outlive the request's sending) or its own. No body is not an empty body:
/// the latter is announced as `Content-Length: 0` whatever the method.
class Body {
public:
    Body() = default;
    static Body borrow(std::string_view bytes) {
        Body body;
        body.present_ = true;
        body.borrowed_ = bytes;
        return body;
    }
    static Body copy(std::string bytes) {
        Body body;
        body.present_ = true;
        body.owns_ = true;
        body.own_ = std::move(bytes);
        return body;
    }

    bool present() const noexcept { return present_; }
    std::string_view bytes() const noexcept { return owns_ ? std::string_view(own_) : borrowed_; }

private:
    bool present_ = false;
    bool owns_ = false;
    std::string_view borrowed_;
    std::string own_;
};

/// Statuses from `min` to `max`, inclusive.
struct StatusRange {
    int min = 0;
    int max = 0;
    friend bool operator==(const StatusRange&, const StatusRange&) = default;
};

/// What counts as expected unless the script says otherwise.
inline constexpr StatusRange default_expected_statuses[] = {{200, 399}};

/// What happens to the body of the response; it is always read to its end.
enum class ResponseBody : unsigned char {
    keep,
    /// Neither kept nor decoded.
    discard,
};

/// Takes the body of a response piece by piece, as it arrives and as it is coded. Must neither wait nor throw.
using BodySink = std::function<void(std::string_view piece)>;
/// Bodies of redirects are no part of what is streamed.
constexpr bool goes_to_sink(int status) noexcept { return status < 300 || status > 399; }

/// How credentials in the URL are used.
enum class Auth : unsigned char {
    /// Sent at once.
    basic,
    /// RFC 7616 with MD5: a first request, then a second one that answers the challenge.
    digest,
    /// MS-NLMP (NTLMv2) or Negotiate with it: up to three requests on one connection.
    ntlm,
};

/// A cookie of this request only.
struct RequestCookie {
    std::string name;
    std::string value;
    /// Leaves out the jar's cookie of that name.
    bool replace = false;
    friend bool operator==(const RequestCookie&, const RequestCookie&) = default;
};

/// A tag of this request's samples only.
struct RequestTag {
    std::string key;
    std::string value;
    friend bool operator==(const RequestTag&, const RequestTag&) = default;
};

struct Request {
    /// Sent as it is, in its case; empty is GET.
    std::string method = "GET";
    std::string url;
    /// `Host` sets the host header. `User-Agent` replaces the run's, an empty one suppresses it. `Content-Length` and
    /// `Transfer-Encoding` are ignored.
    Headers headers;
    Body body;
    /// Codings of the body, applied from left to right when it is sent; named in Content-Encoding unless `headers` has
    /// that field. See parse_content_codings().
    std::vector<ContentCoding> compression;
    /// Of everything: DNS, connection, redirects, body. Not positive: fails with `request timeout` at once.
    Duration timeout = std::chrono::seconds(60);
    /// Redirects to follow; nullopt: the run's limit.
    std::optional<int> redirects;
    ResponseBody response_body = ResponseBody::keep;
    /// Gets the body that would be kept, which then stays empty; null: nobody. Outlives the sending.
    const BodySink* sink = nullptr;
    Auth auth = Auth::basic;
    /// Takes and gives cookies; null: none. Outlives the sending.
    CookieJar* jar = nullptr;
    std::vector<RequestCookie> cookies;

    /// Tags that the samples start from; nullopt: the VU's at the time of sending.
    std::optional<metrics::TagSetId> tags;
    /// Further tags, over those; system tags of the same key win. They may differ from request to request: they are
    /// never interned for good. The tag `name` goes into `name` below.
    std::vector<RequestTag> sample_tags;
    /// Value of the tags `name` and `url` of all hops; empty: each hop's URL.
    std::string name;
    /// Judges `expected_response` and `http_req_failed`; nullopt: neither exists. The ranges outlive the sending.
    std::optional<std::span<const StatusRange>> expected = std::span<const StatusRange>(default_expected_statuses);
};

}  // namespace k6::http
