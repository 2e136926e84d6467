#include "tools/control/client.h"

#include <httplib.h>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <string_view>

#include "metrics/number_text.h"
#include "tools/control/address.h"

namespace k6::control {
namespace {

namespace json = boost::json;

Error failure(std::string message) { return {ErrorClass::generic, std::move(message)}; }

Error unexpected() { return failure("the server's answer is not that of the REST API of a test"); }

/// "title: detail" of an error document, or the status of the answer.
Error refusal(const httplib::Response& response) {
    json::error_code error;
    const json::value document = json::parse(response.body, error);
    if (!error && document.is_object()) {
        const json::value* errors = document.get_object().if_contains("errors");
        if (errors != nullptr && errors->is_array() && !errors->get_array().empty() &&
            errors->get_array()[0].is_object()) {
            const json::object& first = errors->get_array()[0].get_object();
            const json::value* title = first.if_contains("title");
            const json::value* detail = first.if_contains("detail");
            if (title != nullptr && title->is_string() && detail != nullptr && detail->is_string()) {
                return failure(std::string(title->get_string()) + ": " + std::string(detail->get_string()));
            }
        }
    }
    return failure("the REST API answered with status " + std::to_string(response.status));
}

Result<std::string> exchange(const std::string& address, const char* method, const std::string& path,
                             const std::string& body) {
    auto where = parse_address(address);
    if (!where) return where.error();
    httplib::Client client(where->host, where->port);
    client.set_connection_timeout(10);
    const std::string type = "application/json";
    const httplib::Result result =
        std::string_view(method) == "PATCH" ? client.Patch(path, body, type) : client.Get(path);
    if (!result) return failure("no answer from " + address + ": " + httplib::to_string(result.error()));
    if (result->status != 200) return refusal(*result);
    return result->body;
}

Result<std::string> patch_status(const std::string& address, json::object attributes) {
    const json::object document{
        {"data", json::object{{"type", "status"}, {"id", "default"}, {"attributes", std::move(attributes)}}}};
    auto answer = exchange(address, "PATCH", "/v1/status", json::serialize(document));
    if (!answer) return answer.error();
    return status_yaml(*answer);
}

/// A scalar in YAML's flow style: JSON is part of it.
std::string scalar(const json::value& value) {
    if (const double* number = value.if_double()) return metrics::number_text(*number);
    return json::serialize(value);
}

std::string plain_or_quoted(const json::value& value) {
    const json::string* text = value.if_string();
    if (text == nullptr) return scalar(value);
    const std::string_view plain = *text;
    const bool simple = !plain.empty() && plain.find_first_not_of(
                                              "abcdefghijklmnopqrstuvwxyz"
                                              "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == std::string_view::npos;
    return simple ? std::string(plain) : json::serialize(value);
}

}  // namespace

Result<std::string> status_yaml(const std::string& text) {
    json::error_code error;
    const json::value document = json::parse(text, error);
    const json::value* attributes = error ? nullptr : document.find_pointer("/data/attributes", error);
    if (attributes == nullptr || !attributes->is_object()) return unexpected();
    std::string yaml;
    for (const auto& [key, value] : attributes->get_object()) {
        // What may be missing in a PATCH is text in the command's output.
        const bool quoted = key == "paused" || key == "vus" || key == "vus-max";
        const std::string shown = scalar(value);
        yaml += std::string(key) + ": " + (quoted ? "\"" + shown + "\"" : shown) + "\n";
    }
    return yaml;
}

Result<std::string> metrics_yaml(const std::string& text) {
    json::error_code error;
    const json::value document = json::parse(text, error);
    const json::value* data = error ? nullptr : document.find_pointer("/data", error);
    if (data == nullptr || !data->is_array()) return unexpected();
    std::string yaml;
    for (const json::value& metric : data->get_array()) {
        const json::value* id = metric.find_pointer("/id", error);
        const json::value* attributes = metric.find_pointer("/attributes", error);
        if (id == nullptr || attributes == nullptr || !attributes->is_object()) return unexpected();
        yaml += "- name: " + plain_or_quoted(*id) + "\n";
        for (const auto& [key, value] : attributes->get_object()) {
            if (key == "type" || key == "contains") {
                yaml += "  " + std::string(key) + ":\n    type: " + plain_or_quoted(value) + "\n";
            } else if (value.is_object()) {
                yaml += "  " + std::string(key) + ":\n";
                for (const auto& [name, number] : value.get_object()) {
                    yaml += "    " + std::string(name) + ": " + scalar(number) + "\n";
                }
            } else {
                yaml += "  " + std::string(key) + ": " + scalar(value) + "\n";
            }
        }
    }
    return yaml.empty() ? "[]\n" : yaml;
}

Result<std::string> ask(const std::string& address, Question question) {
    switch (question) {
        case Question::pause:
            return patch_status(address, {{"paused", true}});
        case Question::resume:
            return patch_status(address, {{"paused", false}});
        case Question::stats: {
            auto answer = exchange(address, "GET", "/v1/metrics", "");
            if (!answer) return answer.error();
            return metrics_yaml(*answer);
        }
        case Question::status:
            break;
    }
    auto answer = exchange(address, "GET", "/v1/status", "");
    if (!answer) return answer.error();
    return status_yaml(*answer);
}

Result<std::string> scale(const std::string& address, const ExternalUpdate& update) {
    json::object attributes;
    if (update.vus) attributes["vus"] = *update.vus;
    if (update.max_vus) attributes["vus-max"] = *update.max_vus;
    return patch_status(address, std::move(attributes));
}

}  // namespace k6::control
