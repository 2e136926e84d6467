#include "proto_http/base64.h"
#include "proto_http/client_impl.h"
#include "proto_http/cookie_jar.h"

namespace k6::http {
namespace {

bool is_sensitive(std::string_view name) {
    return name == "Authorization" || name == "Www-Authenticate" || name == "Proxy-Authorization" ||
           name == "Proxy-Authenticate" || name == "Cookie2";
}

/// What the proxy reads: the whole URL, without what is ours.
void address_to_proxy(const Route& route, RequestHead& head, ClientShared::Impl& shared) {
    shared.target = route.url->scheme();
    shared.target += "://";
    shared.target += route.url->wire_authority();
    shared.target += route.url->request_target();
    head.target = shared.target;
    if (route.proxy->authorization.empty()) return;
    for (const Headers::Field& field : shared.fields) {
        if (field.name == "Proxy-Authorization") return;
    }
    shared.fields.push_back({"Proxy-Authorization", route.proxy->authorization});
}

}  // namespace

bool Client::Impl::is_plain(const Request& request, const Hop& hop) {
    return hop.first && !hop.body && request.headers.empty() && request.cookies.empty() &&
           (request.jar == nullptr || request.jar->empty()) && hop.authorization().empty();
}

std::string_view Client::Impl::write_head(const Request& request, const Hop& hop, const Route& route,
                                          Response& response) {
    const bool plain = is_plain(request, hop) && !route.forwarded();
    if (plain) {
        const PlainHeads::Place& known = shared.plain_heads.place(hop.url);
        if (known.is_of(hop.url, hop.method)) {
            response.cookie_header.clear();
            return known.text;
        }
    }
    RequestHead head = collect_head(request, hop, response);
    if (route.forwarded()) address_to_proxy(route, head, shared);
    shared.head.clear();
    write_request_head(head, shared.fields, shared.head);
    if (plain) {
        PlainHeads::Place& place = shared.plain_heads.place(hop.url);
        place.url = hop.url;
        place.method = hop.method;
        place.text = shared.head;
    }
    return shared.head;
}

RequestHead Client::Impl::collect_head(const Request& request, const Hop& hop, Response& response) {
    const Url& url = *hop.url;
    std::vector<Headers::Field>& fields = shared.fields;
    fields.clear();
    RequestHead head{.method = hop.method,
                     .target = url.request_target(),
                     .host = url.wire_authority(),
                     .user_agent = shared.settings.user_agent};
    std::string_view cookie_header;
    const std::string_view answer = hop.authorization();
    bool has_authorization = !answer.empty();
    bool has_connection = false;
    bool has_referer = false;
    bool has_content_encoding = false;
    for (const Headers::Field& field : request.headers) {
        const std::string_view name = field.name;
        if (name == "Host") {
            if (hop.host_header && !field.value.empty()) head.host = field.value;
            continue;
        }
        if (name == "User-Agent") {
            head.user_agent = field.value;
            continue;
        }
        if (name == "Cookie") {
            if (hop.first) cookie_header = field.value;
            continue;
        }
        if (name == "Content-Length") {
            if (hop.first) warn_of_content_length(request, field.value);
            continue;
        }
        if (name == "Transfer-Encoding") continue;
        if (!hop.content_headers && name.starts_with("Content-")) continue;
        if (!hop.sensitive_headers && is_sensitive(name)) continue;
        if (name == "Authorization") {
            if (!answer.empty()) continue;
            has_authorization = true;
        }
        has_connection |= name == "Connection";
        has_referer |= name == "Referer";
        has_content_encoding |= name == "Content-Encoding";
        fields.push_back(field);
    }
    if (hop.rare && hop.rare->encoded && hop.body && !has_content_encoding) {
        fields.push_back({"Content-Encoding", hop.rare->encoded->codings});
    }
    if (const std::string_view referer = hop.referer(); !referer.empty() && !has_referer) {
        fields.push_back({"Referer", referer});
    }
    if (shared.settings.no_connection_reuse && !has_connection) fields.push_back({"Connection", "close"});
    if (!answer.empty()) {
        fields.push_back({"Authorization", answer});
    } else if (url.credentials() && !has_authorization) {
        shared.credentials = url.credentials()->user;
        shared.credentials += ':';
        if (url.credentials()->password) shared.credentials += *url.credentials()->password;
        shared.authorization = "Basic ";
        append_base64(shared.credentials, shared.authorization);
        fields.push_back({"Authorization", shared.authorization});
    }
    std::string& cookie = hop.first ? response.cookie_header : shared.cookie;
    cookie.clear();
    if (!cookie_header.empty() || !request.cookies.empty() || request.jar != nullptr) {
        write_cookies(request, hop, cookie_header, cookie);
    }
    if (!cookie.empty()) fields.push_back({"Cookie", cookie});

    head.content_length =
        announced_length(hop.method, hop.body.has_value(), hop.body.value_or(std::string_view()).size());
    return head;
}

[[gnu::noinline]] void Client::Impl::warn_of_content_length(const Request& request, std::string_view given) const {
    const std::string real = std::to_string(request.body.bytes().size());
    if (given == real) return;
    vu.logger().warn("The \"Content-Length\" header of a request is the length of its body; the given one is ignored",
                     {{"given", given}, {"length", real}, {"url", request.url}});
}

void Client::Impl::write_cookies(const Request& request, const Hop& hop, std::string_view header, std::string& to) {
    to += header;
    for (const RequestCookie& cookie : request.cookies) {
        if (!to.empty()) to += "; ";
        append_cookie_pair(cookie.name, cookie.value, to);
    }
    if (request.jar != nullptr && !request.jar->empty()) {
        request.jar->append_header(*hop.url, shared.worker.clock().wall_time(shared.worker.now()), request.cookies, to);
    }
}

}  // namespace k6::http
