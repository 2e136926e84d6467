// Texts that a test needs and that nobody may read in its log: passwords, tokens. Where they come from, and a logger
// that blots them out.
//
//   Redactor redactor;
//   RedactingLogger log(stream_logger, redactor);
//   Secrets secrets(redactor);
//   secrets.add({.name = "vault", .source = std::make_unique<MySource>(), .preferred = true});
//   const Result<std::string> password = secrets.get("db-password");    // may block
//   log.info("it is " + *password);                                     // it is ***SECRET_REDACTED***
//
// Any thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/log.h"

namespace k6 {

class SecretSource {
public:
    virtual ~SecretSource() = default;
    /// May block. Any thread.
    virtual Result<std::string> get(const std::string& key) = 0;
};

/// Secrets by key.
using SecretTable = std::map<std::string, std::string, std::less<>>;

/// A source whose secrets are known from the start. `missing` is the error for a key that it does not have.
std::unique_ptr<SecretSource> make_table_source(SecretTable secrets,
                                                std::function<std::string(const std::string&)> missing);

/// Knows every secret that was obtained.
class Redactor {
public:
    void add(std::string secret);
    /// The text with ***SECRET_REDACTED*** for each secret in it; nothing if there is none in it.
    std::optional<std::string> redacted(std::string_view text) const;

private:
    mutable std::shared_mutex mutex_;
    /// Longest first: one may be part of another.
    std::vector<std::string> secrets_;
};

class RedactingLogger final : public Logger {
public:
    /// Both outlive it.
    RedactingLogger(Logger& to, const Redactor& redactor) : to_(to), redactor_(redactor) {}

    bool enabled(LogLevel level) const override { return to_.enabled(level); }
    void log(LogLevel level, std::string_view message, LogFields fields) override;

private:
    Logger& to_;
    const Redactor& redactor_;
};

/// The sources of a test by name.
class Secrets {
public:
    struct Named {
        std::string name;
        std::unique_ptr<SecretSource> source;
        /// Asked when none is named. A source that is the only one is, too.
        bool preferred = false;
    };

    /// The redactor outlives it.
    explicit Secrets(Redactor& redactor) : redactor_(redactor) {}

    /// Before the first get(). Errors (ErrorClass::invalid_config): a name that there is already, a second preferred
    /// source.
    Result<void> add(Named source);
    bool empty() const { return sources_.empty(); }
    /// From the preferred source, or the one of that name. May block.
    Result<std::string> get(const std::string& key, std::optional<std::string_view> source = {}) const;

private:
    const Named* find(std::optional<std::string_view> name) const;

    Redactor& redactor_;
    std::vector<Named> sources_;
};

}  // namespace k6
