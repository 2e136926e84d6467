#include "tools/demo_server/json.h"

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <string>

#include "tools/demo_server/base64.h"
#include "tools/demo_server/utf8.h"

namespace k6::demo {
namespace {

namespace json = boost::json;

std::string canonical_name(std::string_view name) {
    std::string canonical = replace_invalid_utf8(name);
    bool first = true;
    for (char& c : canonical) {
        if (first && c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
        if (!first && c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
        first = c == '-';
    }
    return canonical;
}

void add_joined(json::object& object, std::string_view name, std::string_view value) {
    std::string key = canonical_name(name);
    json::string text = json_text(value);
    if (json::value* before = object.if_contains(key)) {
        before->as_string().append(",").append(text);
    } else {
        object.emplace(key, std::move(text));
    }
}

}  // namespace

Response json_response(const json::object& body, int status) {
    return Response::text("application/json", json::serialize(body) + "\n", status);
}

json::string json_text(std::string_view bytes) {
    if (is_utf8(bytes)) return json::string(bytes);
    return json::string(replace_invalid_utf8(bytes));
}

json::string json_content(std::string_view bytes, std::string_view content_type) {
    if (is_utf8(bytes)) return json::string(bytes);
    std::string url = "data:";
    url += content_type.empty() ? "application/octet-stream" : replace_invalid_utf8(content_type);
    return json::string(url + ";base64," + encode_base64(bytes));
}

json::object json_pairs(const Pairs& pairs) {
    json::object object;
    for (const Pair& pair : pairs) {
        json::string name = json_text(pair.name);
        json::string value = json_text(pair.value);
        json::value* before = object.if_contains(name);
        if (!before) {
            object.emplace(name, std::move(value));
        } else if (before->is_array()) {
            before->as_array().emplace_back(std::move(value));
        } else {
            *before = json::array{*before, std::move(value)};
        }
    }
    return object;
}

json::object json_headers(const Request& request) {
    json::object object;
    // HTTP/2 names the host in :authority.
    if (!request.authority.empty() && !request.fields.find("Host")) add_joined(object, "Host", request.authority);
    for (const Field& field : request.fields) add_joined(object, field.name, field.value);
    return object;
}

json::array json_raw_headers(const FieldList& fields) {
    json::array list;
    for (const Field& field : fields) list.push_back(json::array{json_text(field.name), json_text(field.value)});
    return list;
}

json::string json_url(const Request& request) {
    if (!request.target.starts_with('/')) return json_text(request.target);
    return json_text((request.tls ? "https://" : "http://") + request.authority + request.target);
}

}  // namespace k6::demo
