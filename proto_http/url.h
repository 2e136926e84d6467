// URLs as load-test scripts write them: parsed once, then asked for what a request needs.
//
// The rules are those of the field's reference (spec: k6/http, "URL argument"): dot segments stay, the query is sent
// verbatim, a path that is already validly escaped is kept, any other is escaped as a whole.
//
//   Result<Url> url = Url::parse("http://user:secret@example.com/a b?q=1#top");
//   url->request_target() == "/a%20b?q=1";
//   url->masked() == "http://****:****@example.com/a%20b?q=1#top";
//   url->resolve("/login")->text() == "http://example.com/login";
//
// A value; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace k6::http {

/// User information of a URL, percent-decoded.
struct Credentials {
    std::string user;
    /// nullopt for `user@`; `user:@` has an empty one.
    std::optional<std::string> password;
    friend bool operator==(const Credentials&, const Credentials&) = default;
};

class Url {
public:
    /// Any scheme, also none (a relative reference): whether it can be sent is the client's question. The error's
    /// message reads `parse "TEXT": REASON`.
    static Result<Url> parse(std::string_view text);

    /// The URL that `reference` (of a Location header, a link, a form's action) means here; RFC 3986 section 5.2, with
    /// dot segments removed. A reference without a fragment does not inherit this URL's.
    Result<Url> resolve(std::string_view reference) const;

    /// The whole URL with its credentials: as given, but with a lower-case scheme and an escaped path and fragment.
    const std::string& text() const noexcept { return text_; }
    /// text() with `****:****@` or `****@` for credentials: for tags.
    const std::string& masked() const noexcept { return credentials_ ? masked_ : text_; }
    /// text() with the password replaced by `***`: for error messages.
    std::string redacted() const;
    /// text() without credentials and fragment: for Referer.
    std::string without_credentials_and_fragment() const;
    Url without_credentials() const;

    /// Lower case; empty for a relative reference.
    const std::string& scheme() const noexcept { return scheme_; }
    /// Without brackets and port, percent-decoded, in the given case.
    const std::string& host() const noexcept { return host_; }
    /// The digits after the colon; empty if there are none.
    const std::string& port() const noexcept { return port_; }
    /// The port to connect to: as given, or 80, or 443 for https. nullopt if it is above 65535 or the scheme has none.
    std::optional<std::uint16_t> effective_port() const;
    /// Host and port as the URL has them, with brackets: the value of the Host header.
    const std::string& authority() const noexcept { return authority_; }
    /// host() and authority() as they go over the wire: names with other letters in their ASCII form. `idna_error` says
    /// why there is none; then they are empty.
    const std::string& wire_host() const noexcept { return international_ ? wire_host_ : host_; }
    const std::string& wire_authority() const noexcept { return international_ ? wire_authority_ : authority_; }
    const std::string& idna_error() const noexcept { return idna_error_; }
    const std::optional<Credentials>& credentials() const noexcept { return credentials_; }
    /// Percent-decoded.
    const std::string& path() const noexcept { return path_; }
    const std::string& escaped_path() const noexcept { return escaped_path_; }
    /// As given, without `?`.
    const std::string& query() const noexcept { return query_; }
    /// Escaped, without `#`.
    const std::string& fragment() const noexcept { return fragment_; }

    /// What a request line carries: `/` for an empty path.
    const std::string& request_target() const noexcept { return request_target_; }

    bool https() const noexcept { return https_; }

    friend bool operator==(const Url& a, const Url& b) { return a.text_ == b.text_; }

private:
    Url() = default;
    std::optional<std::string> parse_authority(std::string_view authority);
    std::optional<std::string> set_path(std::string_view raw);
    std::optional<std::string> set_fragment(std::string_view raw);
    void compose();
    std::string compose_with(std::string_view user_information) const;

    std::string scheme_;
    /// What follows the colon when no slash does ("mailto:x").
    std::string opaque_;
    std::string user_information_;  // as given
    std::optional<Credentials> credentials_;
    std::string authority_;
    std::string host_;
    std::string port_;
    std::string path_;
    std::string escaped_path_;
    std::string query_;
    std::string fragment_;
    // Of a host beyond ASCII.
    std::string wire_host_;
    std::string wire_authority_;
    std::string idna_error_;
    bool international_ = false;
    bool has_authority_ = false;
    bool has_query_ = false;
    bool https_ = false;

    std::string text_;
    std::string masked_;
    std::string request_target_;
};

}  // namespace k6::http
