#include <utility>

#include "proto_http/client_impl.h"
#include "proto_http/cookie_jar.h"
#include "proto_http/response_parser.h"

namespace k6::http {

Upgrade Client::Impl::upgrade(const Request& request, std::span<const Headers::Field> own) {
    Upgrade result;
    Response& response = result.response;
    auto url = shared.urls.find(request.url);
    if (!url) {
        result.failure = fail({.code = ErrorCode::invalid_url, .cause = url.error().message});
        return result;
    }
    Hop hop;
    hop.url = std::move(*url);
    hop.method = "GET";
    response.url = hop.url->text();
    result.failure = check(request, hop);
    if (result.failure) return result;

    const TimePoint start = shared.worker.now();
    Deadline deadline(shared.timers,
                      request.timeout < TimePoint::max() - start ? start + request.timeout : TimePoint::max());
    const Route route{.url = hop.url.get(), .proxy = shared.settings.proxies.find(*hop.url), .tunnel = true};
    std::unique_ptr<Connection> connection;
    std::string surplus;
    TimePoint ready = start;
    result.failure = dial(route, TlsSession::Offer::http1, deadline, start, response, connection, ready);
    if (!result.failure) {
        response.tls = connection->tls();
        const RequestHead head = collect_head(request, hop, response);
        std::vector<Headers::Field>& fields = shared.fields;
        std::erase_if(fields, [](const Headers::Field& field) { return field.name == "Connection"; });
        fields.insert(fields.end(), own.begin(), own.end());
        shared.head.clear();
        write_request_head(head, fields, shared.head);
        ResponseParser parser;
        parser.start({.max_head_size = shared.settings.max_head_size,
                      .max_headers = shared.settings.max_headers,
                      .max_body_size = shared.settings.max_body_size},
                     response);
        result.failure = connection->upgrade(shared.head, parser, response, surplus, deadline);
    }
    if (result.failure) {
        forget_round_trip(response);
        if (connection) response.remote = connection->remote();
        return result;
    }
    if (request.jar != nullptr) {
        const TimePoint now = shared.worker.now();
        request.jar->store_response(*hop.url, response.headers, shared.worker.clock().wall_time(now));
    }
    if (response.status != 101) {
        if (response.body.size() > kept_refusal) response.body.resize(kept_refusal);
    } else {
        connection->keep_alive();
        result.stream = std::make_unique<ByteStream>(shared, std::move(connection), std::move(surplus));
    }
    return result;
}

Upgrade Client::upgrade(const Request& request, std::span<const Headers::Field> fields) {
    return impl_->upgrade(request, fields);
}

}  // namespace k6::http
