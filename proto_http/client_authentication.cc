#include <utility>

#include "proto_http/base64.h"
#include "proto_http/client_impl.h"
#include "proto_http/digest.h"
#include "proto_http/ntlm.h"

namespace k6::http {
namespace {

std::string basic_authorization(const Credentials& credentials) {
    std::string out = "Basic ";
    append_base64(credentials.user + ":" + credentials.password.value_or(""), out);
    return out;
}

bool offers_basic(std::string_view header) {
    constexpr std::string_view scheme = "Basic";
    return equals_ignoring_case(header.substr(0, scheme.size()), scheme) &&
           (header.size() == scheme.size() || header[scheme.size()] == ' ');
}

}  // namespace

void Client::Impl::perform_with_digest(const Request& request, Hop& hop, Deadline& deadline, metrics::TagSetId base,
                                       TimePoint start, Response& response) {
    static constexpr StatusRange challenge_range[] = {{401, 401}};
    const Credentials credentials = *hop.url->credentials();
    hop.url = std::make_shared<const Url>(hop.url->without_credentials());
    Expected expected = request.expected;
    if (expected) expected = challenge_range;
    round_trip(request, hop, deadline, base, start, expected, response);
    if (response.error || response.status != 401) return;

    std::optional<DigestChallenge> challenge;
    for (std::string_view header : response.headers.all("WWW-Authenticate")) {
        if (!challenge) challenge = parse_digest_challenge(header);
    }
    if (!challenge) return;
    const std::string_view body = hop.body.value_or(std::string_view());
    auto authorization =
        digest_authorization(*challenge, credentials, hop.method, hop.url->request_target(), body, make_cnonce());
    if (!authorization) {
        set_error(response, hop, {.cause = authorization.error().message});
        return;
    }
    hop.with_rare().authorization = std::move(*authorization);
    forget_round_trip(response);
    round_trip(request, hop, deadline, base, shared.worker.now(), request.expected, response);
    hop.rare->authorization.clear();
}

void Client::Impl::perform_with_ntlm(const Request& request, Hop& hop, Deadline& deadline, metrics::TagSetId base,
                                     TimePoint start, Response& response) {
    const Credentials credentials = *hop.url->credentials();
    hop.url = std::make_shared<const Url>(hop.url->without_credentials());
    hop.hold_connection = true;
    struct Release {
        Impl& self;
        Hop& hop;
        std::shared_ptr<const Url> url;
        ~Release() {
            hop.hold_connection = false;
            if (!hop.rare) return;
            hop.rare->authorization.clear();
            if (!hop.rare->held) return;
            self.keep(std::move(hop.rare->held), {.url = url.get(), .proxy = self.shared.settings.proxies.find(*url)},
                      self.shared.worker.now());
        }
    } const release{*this, hop, hop.url};

    // Challenges are part of the handshake.
    std::vector<StatusRange> with_challenge;
    Expected expected = request.expected;
    if (expected) {
        with_challenge.assign(expected->begin(), expected->end());
        with_challenge.push_back({401, 401});
        expected = with_challenge;
    }
    round_trip(request, hop, deadline, base, start, expected, response);
    if (response.error || response.status != 401) return;

    std::optional<std::string_view> scheme;
    bool basic = false;
    for (const std::string_view header : response.headers.all("WWW-Authenticate")) {
        if (!scheme) scheme = ntlm_scheme(header);
        basic = basic || offers_basic(header);
    }
    if (!scheme) {
        if (!basic) return;
        hop.with_rare().authorization = basic_authorization(credentials);
        forget_round_trip(response);
        return round_trip(request, hop, deadline, base, shared.worker.now(), request.expected, response);
    }

    // The body waits until the server is ready for it.
    const std::optional<std::string_view> body = std::exchange(hop.body, std::nullopt);
    hop.with_rare().authorization = ntlm_negotiate(*scheme);
    forget_round_trip(response);
    round_trip(request, hop, deadline, base, shared.worker.now(), expected, response);
    hop.body = body;
    if (response.error || response.status != 401) return;

    std::string challenge;
    for (const std::string_view header : response.headers.all("WWW-Authenticate")) {
        if (ntlm_scheme(header) && header.find(' ') != std::string_view::npos) challenge = header;
    }
    const TimePoint now = shared.worker.now();
    auto answer = ntlm_authenticate(challenge, credentials, make_ntlm_facts(shared.worker.clock().wall_time(now)));
    // A challenge that is none: the refusal is the answer.
    if (!answer) return;
    hop.with_rare().authorization = std::move(*answer);
    forget_round_trip(response);
    round_trip(request, hop, deadline, base, now, request.expected, response);
}

}  // namespace k6::http
