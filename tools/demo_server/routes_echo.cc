// Routes that tell the client what it sent.
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "tools/demo_server/json.h"
#include "tools/demo_server/route.h"
#include "tools/demo_server/utf8.h"

namespace k6::demo {
namespace {

namespace json = boost::json;

/// Bodies deeper than this are no JSON for `json`: a parser of ours must not exhaust its stack.
constexpr std::size_t kDeepestJson = 64;

json::value json_body(std::string_view body) {
    json::parse_options options;
    options.max_depth = kDeepestJson;
    json::error_code failure;
    json::value value = json::parse(body, failure, {}, options);
    return failure ? json::value(nullptr) : value;
}

Response echo_everything(const Call& call) {
    const Request& request = call.request();
    ParameterizedValue type = parse_parameterized(request.fields.find("Content-Type").value_or(""));
    Pairs form;
    json::object files;
    json::string data;
    json::value parsed = nullptr;
    if (type.value == "application/x-www-form-urlencoded") {
        form = parse_pairs(request.body);
    } else if (type.value == "multipart/form-data") {
        auto parts = parse_multipart(request.body, type.find("boundary").value_or(""));
        if (!parts) return Response::error(400, parts.error().message);
        Pairs contents;
        for (Part& part : *parts) {
            if (part.filename) {
                contents.push_back({part.name, std::string(json_content(part.content, part.content_type))});
            } else {
                form.push_back({part.name, std::move(part.content)});
            }
        }
        files = json_pairs(contents);
    } else {
        data = json_content(request.body, type.value);
        parsed = json_body(request.body);
    }
    json::object answer{
        {"method", request.method},
        {"url", json_url(request)},
        {"args", json_pairs(parse_pairs(request.query()))},
        {"headers", json_headers(request)},
        {"rawHeaders", json_raw_headers(request.fields)},
        {"origin", request.origin},
        {"data", std::move(data)},
        {"json", std::move(parsed)},
        {"form", json_pairs(form)},
        {"files", std::move(files)},
        {"httpVersion", request.version},
    };
    if (!request.trailers.empty()) answer["trailers"] = json_raw_headers(request.trailers);
    return json_response(answer);
}

Response echo_raw(const Call& call) {
    const Request& request = call.request();
    json::object answer{
        {"method", request.method},
        {"url", json_text(request.target)},
        {"httpVersion", request.version},
        {"headers", json_raw_headers(request.fields)},
        {"body", json_content(request.body, {})},
    };
    if (!request.trailers.empty()) answer["trailers"] = json_raw_headers(request.trailers);
    return json_response(answer);
}

Response headers(const Call& call) { return json_response({{"headers", json_headers(call.request())}}); }

Response user_agent(const Call& call) {
    auto agent = call.request().fields.find("User-Agent");
    return json_response({{"user-agent", agent ? json::value(json_text(*agent)) : json::value(nullptr)}});
}

Response ip(const Call& call) { return json_response({{"origin", call.request().origin}}); }

Response tls(const Call& call) {
    const TlsInfo* info = call.request().tls;
    if (!info) return json_response({{"tls", false}});
    return json_response({
        {"tls", true},
        {"version", info->version},
        {"cipher", info->cipher},
        {"alpn", info->application_protocol},
        {"serverName", json_text(info->server_name)},
        {"clientCertificate", json_text(info->client_subject)},
        {"resumed", info->resumed},
    });
}

Response upload_form(const Call&) {
    return Response::html(R"(<!DOCTYPE html>
<html><head><title>Upload</title></head><body>
<form action="/upload" method="post" enctype="multipart/form-data">
<input type="text" name="comment" value="">
<input type="file" name="file">
<input type="submit" value="Upload">
</form>
</body></html>
)");
}

Response upload(const Call& call) {
    const Request& request = call.request();
    ParameterizedValue type = parse_parameterized(request.fields.find("Content-Type").value_or(""));
    if (type.value != "multipart/form-data") return Response::error(415, "an upload is multipart/form-data");
    auto parts = parse_multipart(request.body, type.find("boundary").value_or(""));
    if (!parts) return Response::error(400, parts.error().message);
    json::array files;
    Pairs fields;
    std::uint64_t bytes = 0;
    for (Part& part : *parts) {
        if (part.filename) {
            bytes += part.content.size();
            files.push_back(json::object{
                {"name", json_text(part.name)},
                {"filename", json_text(*part.filename)},
                {"contentType", json_text(part.content_type)},
                {"size", part.content.size()},
            });
        } else {
            fields.push_back({part.name, std::move(part.content)});
        }
    }
    return json_response({
        {"count", files.size()},
        {"bytes", bytes},
        {"files", std::move(files)},
        {"fields", json_pairs(fields)},
    });
}

constexpr Route kRoutes[] = {
    {"/get", kGet, 0, 0, echo_everything, "/get?a=1", "what was asked for, as JSON"},
    {"/post", kPost, 0, 0, echo_everything, "/post", "the same, for POST"},
    {"/put", kPut, 0, 0, echo_everything, "/put", "the same, for PUT"},
    {"/patch", kPatch, 0, 0, echo_everything, "/patch", "the same, for PATCH"},
    {"/delete", kDelete, 0, 0, echo_everything, "/delete", "the same, for DELETE"},
    {"/anything", kAnyMethod, 0, kAnySegments, echo_everything, "/anything/a/b", "the same, for any method and path"},
    {"/echo", kAnyMethod, 0, kAnySegments, echo_raw, "/echo", "method, target, fields in order, body"},
    {"/headers", kAnyMethod, 0, 0, headers, "/headers", "the header fields"},
    {"/user-agent", kAnyMethod, 0, 0, user_agent, "/user-agent", "the User-Agent field"},
    {"/ip", kAnyMethod, 0, 0, ip, "/ip", "the client's address"},
    {"/tls", kGet, 0, 0, tls, "/tls", "what TLS agreed on"},
    {"/upload", kGet, 0, 0, upload_form, "/upload", "a form to upload a file"},
    {"/upload", kPost | kPut, 0, 0, upload, "/upload", "counts and sizes of a multipart upload"},
};

}  // namespace

std::span<const Route> echo_routes() { return kRoutes; }

}  // namespace k6::demo
