#include "base/secrets.h"

#include <algorithm>
#include <utility>

namespace k6 {
namespace {

constexpr std::string_view redaction = "***SECRET_REDACTED***";

class TableSource final : public SecretSource {
public:
    TableSource(SecretTable secrets, std::function<std::string(const std::string&)> missing)
        : secrets_(std::move(secrets)), missing_(std::move(missing)) {}

    Result<std::string> get(const std::string& key) override {
        const auto found = secrets_.find(key);
        if (found == secrets_.end()) return Error{ErrorClass::generic, missing_(key)};
        return found->second;
    }

private:
    const SecretTable secrets_;
    const std::function<std::string(const std::string&)> missing_;
};

}  // namespace

std::unique_ptr<SecretSource> make_table_source(SecretTable secrets,
                                                std::function<std::string(const std::string&)> missing) {
    return std::make_unique<TableSource>(std::move(secrets), std::move(missing));
}

void Redactor::add(std::string secret) {
    if (secret.empty()) return;
    const std::unique_lock lock(mutex_);
    if (std::ranges::find(secrets_, secret) != secrets_.end()) return;
    const auto shorter =
        std::ranges::find_if(secrets_, [&](const std::string& other) { return other.size() < secret.size(); });
    secrets_.insert(shorter, std::move(secret));
}

std::optional<std::string> Redactor::redacted(std::string_view text) const {
    std::optional<std::string> result;
    const std::shared_lock lock(mutex_);
    for (const std::string& secret : secrets_) {
        std::size_t at = (result ? std::string_view(*result) : text).find(secret);
        while (at != std::string_view::npos) {
            if (!result) result.emplace(text);
            result->replace(at, secret.size(), redaction);
            at = result->find(secret, at + redaction.size());
        }
    }
    return result;
}

Result<void> Secrets::add(Named source) {
    const auto refuse = [](std::string message) { return Error{ErrorClass::invalid_config, std::move(message)}; };
    for (const Named& other : sources_) {
        if (other.name == source.name) {
            return refuse("there are two secret sources with the name '" + source.name + "'; give one another, name=…");
        }
        if (other.preferred && source.preferred) {
            return refuse("two secret sources are called the default one, '" + other.name + "' and '" + source.name +
                          "'");
        }
    }
    sources_.push_back(std::move(source));
    return {};
}

const Secrets::Named* Secrets::find(std::optional<std::string_view> name) const {
    if (!name && sources_.size() == 1) return &sources_.front();
    const auto found = std::ranges::find_if(
        sources_, [&](const Named& source) { return name ? source.name == *name : source.preferred; });
    return found == sources_.end() ? nullptr : &*found;
}

Result<std::string> Secrets::get(const std::string& key, std::optional<std::string_view> source) const {
    const Named* named = find(source);
    if (named == nullptr) {
        return Error{ErrorClass::generic,
                     sources_.empty() ? "no secret sources are configured"
                     : source         ? "no secret source with name \"" + std::string(*source) + "\" is configured"
                                      : "no secret source is the default one; name one: "
                                        "secrets.source(name).get(key)"};
    }
    auto value = named->source->get(key);
    if (value) redactor_.add(*value);
    return value;
}

void RedactingLogger::log(LogLevel level, std::string_view message, LogFields fields) {
    if (!enabled(level)) return;
    const auto clean_message = redactor_.redacted(message);
    std::vector<std::string> texts;
    texts.reserve(fields.size());
    std::vector<LogField> clean_fields;
    for (const auto& [key, value] : fields) {
        if (auto clean = redactor_.redacted(value)) {
            clean_fields.emplace_back(key, texts.emplace_back(*std::move(clean)));
        } else {
            clean_fields.emplace_back(key, value);
        }
    }
    to_.log(level, clean_message ? std::string_view(*clean_message) : message, clean_fields);
}

}  // namespace k6
