// Routes that want credentials: Basic (RFC 7617), Digest (RFC 7616), Bearer (RFC 6750).
#include <boost/json/value.hpp>
#include <map>

#include "tools/demo_server/base64.h"
#include "tools/demo_server/digest.h"
#include "tools/demo_server/form.h"
#include "tools/demo_server/json.h"
#include "tools/demo_server/route.h"

namespace k6::demo {
namespace {

/// What follows the scheme in an Authorization field of that scheme.
std::optional<std::string_view> credentials(const Request& request, std::string_view scheme) {
    auto field = request.fields.find("Authorization");
    if (!field || field->size() <= scheme.size() || (*field)[scheme.size()] != ' ' ||
        !equal_ignoring_case(field->substr(0, scheme.size()), scheme)) {
        return std::nullopt;
    }
    std::string_view rest = field->substr(scheme.size());
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    return rest;
}

Response unauthorized(std::string_view challenge) {
    Response response = Response::error(401, "not authorized");
    response.fields.add("WWW-Authenticate", challenge);
    return response;
}

bool has_basic_credentials(const Call& call) {
    auto encoded = credentials(call.request(), "Basic");
    if (!encoded) return false;
    auto decoded = decode_base64(*encoded);
    return decoded && *decoded == call.segment(0) + ":" + call.segment(1);
}

Response basic_auth(const Call& call) {
    if (!has_basic_credentials(call)) return unauthorized("Basic realm=\"demo\"");
    return json_response({{"authenticated", true}, {"user", json_text(call.segment(0))}});
}

Response hidden_basic_auth(const Call& call) {
    if (!has_basic_credentials(call)) return Response::error(404, "no such page");
    return json_response({{"authenticated", true}, {"user", json_text(call.segment(0))}});
}

Response bearer(const Call& call) {
    auto token = credentials(call.request(), "Bearer");
    if (!token || token->empty()) return unauthorized("Bearer");
    return json_response({{"authenticated", true}, {"token", json_text(*token)}});
}

struct DigestAlgorithm {
    std::string_view name;
    const char* function;
};

constexpr DigestAlgorithm kAlgorithms[] = {{"MD5", "MD5"}, {"SHA-256", "SHA256"}, {"SHA-512-256", "SHA512-256"}};

/// A nonce that proves itself: a number and its hash with the site's secret. The server keeps no list of them.
std::string signed_nonce(const Site& site, std::string_view number) {
    std::string nonce(number);
    return nonce + "-" + hex_digest("SHA256", site.secret + ":" + nonce).substr(0, 32);
}

bool is_own_nonce(const Site& site, std::string_view nonce) {
    return nonce == signed_nonce(site, nonce.substr(0, nonce.find('-')));
}

/// The comma-separated name=value list of a Digest field.
std::map<std::string, std::string> digest_parameters(std::string_view text) {
    std::map<std::string, std::string> parameters;
    while (!text.empty()) {
        text.remove_prefix(std::min(text.find_first_not_of(" \t,"), text.size()));
        std::size_t equals = text.find('=');
        if (equals == std::string_view::npos) break;
        std::string name(text.substr(0, equals));
        text.remove_prefix(equals + 1);
        std::string value;
        if (text.starts_with('"')) {
            text.remove_prefix(1);
            while (!text.empty() && text.front() != '"') {
                if (text.front() == '\\' && text.size() > 1) text.remove_prefix(1);
                value += text.front();
                text.remove_prefix(1);
            }
            if (!text.empty()) text.remove_prefix(1);
        } else {
            value = text.substr(0, text.find_first_of(", \t"));
            text.remove_prefix(value.size());
        }
        parameters.emplace(std::move(name), std::move(value));
    }
    return parameters;
}

bool is_valid_digest(const Call& call, const DigestAlgorithm& algorithm, std::string_view offered_qop) {
    const Request& request = call.request();
    auto given = credentials(request, "Digest");
    if (!given) return false;
    auto parameters = digest_parameters(*given);
    const std::string& qop = parameters["qop"];
    // RFC 7616 section 3.4: a client must choose one of the offered values.
    bool known_qop = qop == "auth" || qop == "auth-int";
    bool acceptable_qop = offered_qop == "auth,auth-int" ? known_qop : qop == offered_qop;
    if (!acceptable_qop || !is_own_nonce(call.site(), parameters["nonce"]) ||
        parameters["username"] != call.segment(1) || parameters["uri"] != request.target) {
        return false;
    }
    auto hash = [&](const std::string& text) { return hex_digest(algorithm.function, text); };
    std::string secret = hash(call.segment(1) + ":" + parameters["realm"] + ":" + call.segment(2));
    std::string what = request.method + ":" + parameters["uri"];
    if (qop == "auth-int") what += ":" + hash(request.body);
    return parameters["response"] == hash(secret + ":" + parameters["nonce"] + ":" + parameters["nc"] + ":" +
                                          parameters["cnonce"] + ":" + qop + ":" + hash(what));
}

/// /digest-auth/QOP/USER/PASSWORD[/ALGORITHM]
Response digest_auth(const Call& call) {
    std::string qop = call.segment(0);
    if (qop != "auth" && qop != "auth-int") qop = "auth,auth-int";
    const DigestAlgorithm* algorithm = &kAlgorithms[0];
    if (call.segment_count() == 4) {
        algorithm = nullptr;
        for (const DigestAlgorithm& row : kAlgorithms) {
            if (equal_ignoring_case(row.name, call.segment(3))) algorithm = &row;
        }
        if (!algorithm) return Response::error(400, "no digest algorithm " + call.segment(3));
    }
    if (is_valid_digest(call, *algorithm, qop)) {
        return json_response({{"authenticated", true}, {"user", json_text(call.segment(1))}});
    }
    Site& site = call.site();
    std::string nonce = signed_nonce(site, std::to_string(site.nonces.fetch_add(1, std::memory_order_relaxed)));
    return unauthorized("Digest realm=\"demo\", qop=\"" + qop + "\", algorithm=" + std::string(algorithm->name) +
                        ", nonce=\"" + nonce + "\", opaque=\"demo\"");
}

constexpr Route kRoutes[] = {
    {"/basic-auth", kAnyMethod, 2, 2, basic_auth, "/basic-auth/user/secret", "wants those Basic credentials"},
    {"/hidden-basic-auth", kAnyMethod, 2, 2, hidden_basic_auth, "/hidden-basic-auth/user/secret",
     "the same, with 404 for everyone else"},
    {"/digest-auth", kAnyMethod, 3, 4, digest_auth, "/digest-auth/auth/user/secret", "wants Digest credentials"},
    {"/bearer", kAnyMethod, 0, 0, bearer, "/bearer", "wants any Bearer token"},
};

}  // namespace

std::span<const Route> auth_routes() { return kRoutes; }

}  // namespace k6::demo
