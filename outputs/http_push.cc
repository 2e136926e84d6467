#include "outputs/http_push.h"

#include <httplib.h>
#include <openssl/ssl.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>

#include "outputs/url_text.h"

namespace k6::outputs {

std::string HttpAnswer::error_text() const { return body.empty() ? "status " + std::to_string(status) : body; }

struct HttpPoster::State {
    explicit State(const HttpTarget& target)
        : client(target.base, target.tls.client_certificate, target.tls.client_key), headers(target.headers) {}

    httplib::Client client;
    std::vector<std::pair<std::string, std::string>> headers;
    std::atomic<bool> aborted{false};
};

HttpPoster::HttpPoster(std::unique_ptr<State> state) : state_(std::move(state)) {}
HttpPoster::~HttpPoster() = default;

Result<std::unique_ptr<HttpPoster>> HttpPoster::make(const HttpTarget& target) {
    for (const std::string* file : {&target.tls.authorities, &target.tls.client_certificate, &target.tls.client_key}) {
        if (!file->empty() && ::access(file->c_str(), R_OK) != 0) {
            return Error{ErrorClass::generic, "open " + *file + ": cannot be read"};
        }
    }
    auto state = std::make_unique<State>(target);
    httplib::Client& client = state->client;
    if (!client.is_valid()) {
        return Error{ErrorClass::generic, "'" + target.base +
                                              "' is no address of an HTTP server, or the client's "
                                              "certificate and key do not fit"};
    }
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(target.timeout);
    const auto rest = std::chrono::duration_cast<std::chrono::microseconds>(target.timeout - seconds);
    client.set_keep_alive(true);
    client.set_tcp_nodelay(true);
    client.set_url_encode(false);
    client.set_connection_timeout(seconds.count(), rest.count());
    client.set_read_timeout(seconds.count(), rest.count());
    client.set_write_timeout(seconds.count(), rest.count());
    if (!target.username.empty()) client.set_basic_auth(target.username, target.password);
    if (!target.tls.authorities.empty()) client.set_ca_cert_path(target.tls.authorities);
    client.enable_server_certificate_verification(!target.tls.insecure_skip_verify);
    if (SSL_CTX* tls = client.ssl_context(); tls != nullptr && target.tls.min_version != 0) {
        SSL_CTX_set_min_proto_version(tls, target.tls.min_version);
    }
    if (!target.proxy.empty()) {
        const SplitUrl proxy = split_url(target.proxy);
        const std::size_t colon = std::min(proxy.authority.rfind(':'), proxy.authority.size());
        const int port = colon < proxy.authority.size() ? std::atoi(proxy.authority.c_str() + colon + 1) : 80;
        client.set_proxy(proxy.authority.substr(0, colon), port);
        if (!proxy.username.empty()) client.set_proxy_basic_auth(proxy.username, proxy.password);
    }
    return std::unique_ptr<HttpPoster>(new HttpPoster(std::move(state)));
}

Result<HttpAnswer> HttpPoster::post(const std::string& path, const std::string& body, const std::string& content_type,
                                    const std::vector<std::pair<std::string, std::string>>& headers) {
    if (state_->aborted) return Error{ErrorClass::generic, "given up"};
    httplib::Headers all;
    for (const auto& [name, value] : state_->headers) all.emplace(name, value);
    for (const auto& [name, value] : headers) all.emplace(name, value);
    const auto result = state_->client.Post(path, all, body, content_type);
    if (!result) return Error{ErrorClass::generic, "no answer: " + httplib::to_string(result.error())};
    return HttpAnswer{.status = result->status, .body = result->body};
}

Result<HttpAnswer> HttpPoster::get(const std::string& path) {
    if (state_->aborted) return Error{ErrorClass::generic, "given up"};
    const auto result = state_->client.Get(path, {state_->headers.begin(), state_->headers.end()});
    if (!result) return Error{ErrorClass::generic, "no answer: " + httplib::to_string(result.error())};
    return HttpAnswer{.status = result->status, .body = result->body};
}

void HttpPoster::abort() {
    state_->aborted = true;
    state_->client.stop();
}

}  // namespace k6::outputs
