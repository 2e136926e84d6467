#include "tools/run/secret_sources.h"

#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>

#include "base/duration.h"
#include "outputs/http_push.h"
#include "outputs/url_text.h"

namespace k6::run {
namespace {

using Item = std::pair<std::string, std::string>;

Error invalid(std::string message) { return {ErrorClass::invalid_config, std::move(message)}; }

/// "a=b,default" gives {{"a", "b"}, {"default", ""}}.
std::vector<Item> items_of(std::string_view text) {
    std::vector<Item> items;
    while (!text.empty()) {
        const std::string_view item = text.substr(0, text.find(','));
        const std::size_t equals = std::min(item.find('='), item.size());
        items.emplace_back(item.substr(0, equals), item.substr(std::min(equals + 1, item.size())));
        text.remove_prefix(std::min(item.size() + 1, text.size()));
    }
    return items;
}

Result<std::unique_ptr<SecretSource>> file_source(const std::vector<Item>& items) {
    std::string path;
    for (const auto& [key, value] : items) {
        if (!path.empty() || (key != "filename" && !value.empty())) return invalid("unknown setting '" + key + "'");
        path = key == "filename" ? value : key;
    }
    if (path.empty()) return invalid("a file is needed, file=PATH");
    std::ifstream file(path);
    if (!file) return invalid("the file " + path + " cannot be read");
    SecretTable table;
    std::string line;
    for (int number = 1; std::getline(file, line); ++number) {
        if (line.ends_with('\r')) line.pop_back();
        if (line.empty() || line.starts_with('#')) continue;
        const std::size_t equals = line.find('=');
        if (equals == std::string::npos) {
            return invalid(path + ":" + std::to_string(number) + " is no line of the form KEY=VALUE");
        }
        table.insert_or_assign(line.substr(0, equals), line.substr(equals + 1));
    }
    return make_table_source(std::move(table), [path](const std::string& key) {
        return "secret \"" + key + "\" not found in file " + path;
    });
}

Result<std::unique_ptr<SecretSource>> mock_source(const std::vector<Item>& items) {
    SecretTable table;
    for (const auto& [key, value] : items) table.insert_or_assign(key, value);
    return make_table_source(std::move(table), [](const std::string&) { return std::string("no value"); });
}

/// Asks a server for each secret, once a key.
class UrlSource final : public SecretSource {
public:
    struct Settings {
        std::string url_template;
        std::string response_path;
        Duration timeout = std::chrono::seconds(30);
        std::vector<Item> headers;
    };

    static Result<std::unique_ptr<SecretSource>> make(Settings settings) {
        if (settings.url_template.find("{key}") == std::string::npos) {
            return invalid("urlTemplate must be a URL with {key} in it");
        }
        const outputs::SplitUrl url = outputs::split_url(settings.url_template);
        if (url.scheme != "http" && url.scheme != "https") return invalid("urlTemplate must be a URL of HTTP");
        auto client = outputs::HttpPoster::make({.base = url.base(),
                                                 .headers = settings.headers,
                                                 .username = url.username,
                                                 .password = url.password,
                                                 .timeout = settings.timeout});
        if (!client) return client.error();
        return std::unique_ptr<SecretSource>(new UrlSource(std::move(settings), *std::move(client)));
    }

    Result<std::string> get(const std::string& key) override {
        const std::lock_guard lock(mutex_);
        if (const auto known = known_.find(key); known != known_.end()) return known->second;
        // From the path on, as it stands: it may be escaped in a way of its own.
        std::string path = settings_.url_template.substr(settings_.url_template.find("://") + 3);
        path = path.find('/') == std::string::npos ? "/" : path.substr(path.find('/'));
        for (std::size_t at = path.find("{key}"); at != std::string::npos; at = path.find("{key}", at)) {
            const std::string escaped = outputs::percent_encoded(key);
            path.replace(at, 5, escaped);
            at += escaped.size();
        }
        const auto answer = client_->get(path);
        if (!answer) return answer.error();
        if (!answer->success()) {
            return Error{ErrorClass::generic,
                         "the secret source answered with status " + std::to_string(answer->status)};
        }
        auto value = value_in(answer->body);
        if (value) known_.emplace(key, *value);
        return value;
    }

private:
    UrlSource(Settings settings, std::unique_ptr<outputs::HttpPoster> client)
        : settings_(std::move(settings)), client_(std::move(client)) {}

    /// What is at the path of an answer in JSON; the whole body if there is no path.
    Result<std::string> value_in(const std::string& body) const {
        if (settings_.response_path.empty()) return body;
        const Error not_there{ErrorClass::generic,
                              "the secret source's answer has no text at " + settings_.response_path};
        boost::system::error_code failed;
        const boost::json::value document = boost::json::parse(body, failed);
        if (failed) return not_there;
        const boost::json::value* value = &document;
        for (std::string_view rest = settings_.response_path; value != nullptr && !rest.empty();) {
            const std::string_view name = rest.substr(0, rest.find('.'));
            value = value->is_object() ? value->as_object().if_contains({name.data(), name.size()}) : nullptr;
            rest.remove_prefix(std::min(name.size() + 1, rest.size()));
        }
        if (value == nullptr || !value->is_string()) return not_there;
        return std::string(value->as_string());
    }

    const Settings settings_;
    std::unique_ptr<outputs::HttpPoster> client_;
    std::mutex mutex_;
    SecretTable known_;
};

Result<std::unique_ptr<SecretSource>> url_source(const std::vector<Item>& items, const EnvironmentLookup& environment,
                                                 const std::vector<std::string>& environment_names) {
    constexpr std::string_view prefix = "K6_SECRET_SOURCE_URL_";
    const auto variable = [&](std::string_view name) { return environment(std::string(prefix) + std::string(name)); };
    UrlSource::Settings settings{.url_template = variable("URL_TEMPLATE").value_or(""),
                                 .response_path = variable("RESPONSE_PATH").value_or("")};
    std::string timeout = variable("TIMEOUT").value_or("");
    for (const std::string& name : environment_names) {
        const std::string header_prefix = std::string(prefix) + "HEADER_";
        if (!name.starts_with(header_prefix)) continue;
        settings.headers.emplace_back(name.substr(header_prefix.size()), environment(name).value_or(""));
    }
    for (const auto& [key, value] : items) {
        if (key == "urlTemplate") {
            settings.url_template = value;
        } else if (key == "responsePath") {
            settings.response_path = value;
        } else if (key == "timeout") {
            timeout = value;
        } else if (key.starts_with("headers.")) {
            settings.headers.emplace_back(key.substr(8), value);
        } else {
            return invalid("unknown setting '" + key + "', use urlTemplate, headers.NAME, responsePath or timeout");
        }
    }
    if (!timeout.empty()) {
        auto parsed = parse_duration(timeout);
        if (!parsed) return with_context(parsed.error(), "timeout");
        settings.timeout = *parsed;
    }
    return UrlSource::make(std::move(settings));
}

}  // namespace

Result<void> add_secret_sources(const std::vector<std::string>& texts, const EnvironmentLookup& environment,
                                const std::vector<std::string>& environment_names, Secrets& secrets) {
    for (const std::string& text : texts) {
        const std::string kind = text.substr(0, text.find('='));
        std::vector<Item> items = items_of(std::string_view(text).substr(std::min(kind.size() + 1, text.size())));
        Secrets::Named named{.name = kind, .source = nullptr};
        std::erase_if(items, [&](const Item& item) {
            if (item == Item{"default", ""}) return named.preferred = true;
            if (item.first != "name") return false;
            named.name = item.second;
            return true;
        });
        const std::string place = "secret source " + kind;
        if (named.name == "cloud") return invalid(place + ": the name 'cloud' is reserved");
        auto source =
            kind == "file"   ? file_source(items)
            : kind == "mock" ? mock_source(items)
            : kind == "url"
                ? url_source(items, environment, environment_names)
                : Result<std::unique_ptr<SecretSource>>(invalid("there is no such kind, use file, mock or url"));
        if (!source) {
            Error error = with_context(source.error(), place);
            error.error_class = ErrorClass::invalid_config;
            return error;
        }
        named.source = *std::move(source);
        if (auto added = secrets.add(std::move(named)); !added) return added;
    }
    return {};
}

}  // namespace k6::run
