#include "proto_http/url.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>
#include <vector>

#include "proto_http/idna.h"

namespace k6::http {
namespace {

constexpr bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_unreserved(char c) {
    return is_alpha(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}
bool is_one_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

constexpr int hex_value(char c) {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::string quoted(std::string_view text) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out = "\"";
    for (char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '\r') {
            out += "\\r";
        } else if (c == '\t') {
            out += "\\t";
        } else if (byte < 0x20 || byte == 0x7f) {
            out += "\\x";
            out += digits[byte >> 4];
            out += digits[byte & 15];
        } else {
            out += c;
        }
    }
    out += '"';
    return out;
}

/// Either the decoded text, or which escape is wrong.
struct Decoded {
    std::string text;
    std::string bad_escape;
};

Decoded percent_decode(std::string_view text) {
    Decoded result;
    result.text.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            result.text += text[i];
            continue;
        }
        if (i + 2 >= text.size() || hex_value(text[i + 1]) < 0 || hex_value(text[i + 2]) < 0) {
            result.bad_escape = text.substr(i, 3);
            return result;
        }
        result.text += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
        i += 2;
    }
    return result;
}

std::string invalid_escape(std::string_view escape) { return "invalid URL escape " + quoted(escape); }

std::string percent_encode(std::string_view text, std::string_view allowed) {
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string out;
    out.reserve(text.size());
    for (char c : text) {
        if (is_unreserved(c) || is_one_of(c, allowed)) {
            out += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            out += '%';
            out += digits[byte >> 4];
            out += digits[byte & 15];
        }
    }
    return out;
}

/// What may stand in a path or fragment that is taken as it is: RFC 3986's pchar and what browsers send besides.
bool is_validly_encoded(std::string_view text, std::string_view also_allowed) {
    for (char c : text) {
        if (!is_unreserved(c) && !is_one_of(c, "!$&'()*+,;=:@[]%/") && !is_one_of(c, also_allowed)) return false;
    }
    return true;
}

/// The end of the scheme (its colon); 0 if there is none, npos if the text begins with a colon.
std::size_t scheme_end(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (is_alpha(c)) continue;
        if (is_digit(c) || c == '+' || c == '-' || c == '.') {
            if (i == 0) return 0;
            continue;
        }
        if (c != ':') return 0;
        return i == 0 ? std::string_view::npos : i;
    }
    return 0;
}

bool is_optional_port(std::string_view text) {
    if (text.empty()) return true;
    if (text[0] != ':') return false;
    for (char c : text.substr(1)) {
        if (!is_digit(c)) return false;
    }
    return true;
}

/// RFC 3986 section 5.2.4, on a path that is still escaped. The result begins with a slash.
std::string without_dot_segments(std::string_view path) {
    std::vector<std::string_view> kept;
    bool ends_in_directory = false;
    std::size_t begin = 0;
    if (!path.empty() && path[0] == '/') begin = 1;
    while (true) {
        const std::size_t slash = path.find('/', begin);
        const bool last = slash == std::string_view::npos;
        const std::string_view segment = path.substr(begin, last ? std::string_view::npos : slash - begin);
        ends_in_directory = segment == "." || segment == "..";
        if (segment == "..") {
            if (!kept.empty()) kept.pop_back();
        } else if (segment != ".") {
            kept.push_back(segment);
        }
        if (last) break;
        begin = slash + 1;
    }
    std::string out;
    for (std::string_view segment : kept) {
        out += '/';
        out += segment;
    }
    if (out.empty() || (ends_in_directory && out.back() != '/')) out += '/';
    return out;
}

constexpr std::string_view path_characters = "$&+,/:;=@";
constexpr std::string_view fragment_characters = "$&+,/:;=?@!()*";

}  // namespace

std::optional<std::string> Url::parse_authority(std::string_view authority) {
    has_authority_ = true;
    std::string_view host = authority;
    if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
        const std::string_view user_information = authority.substr(0, at);
        host = authority.substr(at + 1);
        for (char c : user_information) {
            if (!is_unreserved(c) && !is_one_of(c, ":!$&'()*+,;=%@")) return "net/url: invalid userinfo";
        }
        const std::size_t colon = user_information.find(':');
        Decoded user = percent_decode(user_information.substr(0, colon));
        if (!user.bad_escape.empty()) return invalid_escape(user.bad_escape);
        Credentials credentials{.user = std::move(user.text), .password = std::nullopt};
        if (colon != std::string_view::npos) {
            Decoded password = percent_decode(user_information.substr(colon + 1));
            if (!password.bad_escape.empty()) return invalid_escape(password.bad_escape);
            credentials.password = std::move(password.text);
        }
        credentials_ = std::move(credentials);
        user_information_ = user_information;
    }

    if (host.starts_with('[')) {
        const std::size_t bracket = host.rfind(']');
        if (bracket == std::string_view::npos) return "missing ']' in host";
        const std::string_view after = host.substr(bracket + 1);
        if (!is_optional_port(after)) return "invalid port " + quoted(after) + " after host";
        std::string_view address = host.substr(1, bracket - 1);
        std::string zone;
        if (const std::size_t percent = address.find("%25"); percent != std::string_view::npos) {
            Decoded decoded = percent_decode(address.substr(percent));
            if (!decoded.bad_escape.empty()) return invalid_escape(decoded.bad_escape);
            zone = std::move(decoded.text);
            address = address.substr(0, percent);
        }
        for (char c : address) {
            if (hex_value(c) < 0 && c != ':' && c != '.') return "invalid host " + quoted(host);
        }
        host_ = std::string(address) + zone;
        port_ = after.empty() ? "" : after.substr(1);
        // A zone means something on this machine only.
        authority_ = "[" + std::string(address) + "]" + std::string(after);
        return std::nullopt;
    }

    std::string_view name = host;
    if (const std::size_t colon = host.rfind(':'); colon != std::string_view::npos) {
        const std::string_view after = host.substr(colon);
        if (!is_optional_port(after)) return "invalid port " + quoted(after) + " after host";
        port_ = after.substr(1);
        name = host.substr(0, colon);
    }
    for (std::size_t i = 0; i < name.size(); ++i) {
        const char c = name[i];
        if (c == '%') {
            // Only bytes outside ASCII may be escaped in a name.
            if (i + 2 >= name.size() || hex_value(name[i + 1]) < 8 || hex_value(name[i + 2]) < 0) {
                return invalid_escape(name.substr(i, 3));
            }
        } else if (static_cast<unsigned char>(c) < 0x80 && !is_unreserved(c) && !is_one_of(c, "!$&'()*+,;=:[]<>\"")) {
            return "invalid character " + quoted(std::string_view(&c, 1)) + " in host name";
        }
    }
    host_ = percent_decode(name).text;
    const std::string_view port = host.substr(name.size());
    authority_ = host_ + std::string(port);
    international_ =
        std::any_of(host_.begin(), host_.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
    if (international_) {
        auto ascii = ascii_host_name(host_);
        if (ascii) {
            wire_host_ = std::move(*ascii);
            wire_authority_ = wire_host_ + std::string(port);
        } else {
            idna_error_ = ascii.error().message;
        }
    }
    return std::nullopt;
}

std::optional<std::string> Url::set_path(std::string_view raw) {
    Decoded decoded = percent_decode(raw);
    if (!decoded.bad_escape.empty()) return invalid_escape(decoded.bad_escape);
    path_ = std::move(decoded.text);
    escaped_path_ = is_validly_encoded(raw, "") ? std::string(raw) : percent_encode(path_, path_characters);
    return std::nullopt;
}

std::optional<std::string> Url::set_fragment(std::string_view raw) {
    Decoded decoded = percent_decode(raw);
    if (!decoded.bad_escape.empty()) return invalid_escape(decoded.bad_escape);
    fragment_ = is_validly_encoded(raw, "?") ? std::string(raw) : percent_encode(decoded.text, fragment_characters);
    return std::nullopt;
}

std::string Url::compose_with(std::string_view user_information) const {
    std::string out;
    if (!scheme_.empty()) {
        out += scheme_;
        out += ':';
    }
    if (!opaque_.empty()) {
        out += opaque_;
    } else {
        if (has_authority_) {
            out += "//";
            if (!user_information.empty()) {
                out += user_information;
                out += '@';
            }
            out += authority_;
        }
        out += escaped_path_;
    }
    if (has_query_) {
        out += '?';
        out += query_;
    }
    if (!fragment_.empty()) {
        out += '#';
        out += fragment_;
    }
    return out;
}

void Url::compose() {
    https_ = scheme_ == "https";
    text_ = compose_with(user_information_);
    if (credentials_) masked_ = compose_with(credentials_->password ? "****:****" : "****");
    request_target_ = !opaque_.empty() ? opaque_ : escaped_path_.empty() ? "/" : escaped_path_;
    if (has_query_) {
        request_target_ += '?';
        request_target_ += query_;
    }
}

Result<Url> Url::parse(std::string_view text) {
    const auto fail = [text](std::string_view reason) {
        return Error{ErrorClass::generic, "parse " + quoted(text) + ": " + std::string(reason)};
    };
    for (char c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return fail("net/url: invalid control character in URL");
    }

    Url url;
    std::string_view rest = text;
    if (const std::size_t hash = rest.find('#'); hash != std::string_view::npos) {
        if (auto reason = url.set_fragment(rest.substr(hash + 1))) return fail(*reason);
        rest = rest.substr(0, hash);
    }
    const std::size_t colon = scheme_end(rest);
    if (colon == std::string_view::npos) return fail("missing protocol scheme");
    if (colon > 0) {
        for (char c : rest.substr(0, colon)) url.scheme_ += static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
        rest.remove_prefix(colon + 1);
    }
    if (const std::size_t mark = rest.find('?'); mark != std::string_view::npos) {
        url.has_query_ = true;
        url.query_ = rest.substr(mark + 1);
        rest = rest.substr(0, mark);
    }

    if (!rest.starts_with('/')) {
        if (!url.scheme_.empty()) {
            url.opaque_ = rest;
            url.compose();
            return url;
        }
        if (rest.substr(0, rest.find('/')).find(':') != std::string_view::npos) {
            return fail("first path segment in URL cannot contain colon");
        }
    } else if (rest.starts_with("//") && (!url.scheme_.empty() || !rest.starts_with("///"))) {
        const std::size_t slash = rest.find('/', 2);
        const std::string_view authority =
            rest.substr(2, slash == std::string_view::npos ? std::string_view::npos : slash - 2);
        rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash);
        if (auto reason = url.parse_authority(authority)) return fail(*reason);
    }
    if (auto reason = url.set_path(rest)) return fail(*reason);
    url.compose();
    return url;
}

Result<Url> Url::resolve(std::string_view reference) const {
    Result<Url> parsed = parse(reference);
    if (!parsed) return parsed;
    Url url = std::move(*parsed);
    if (!url.scheme_.empty() && !url.opaque_.empty()) return url;
    const bool absolute = !url.scheme_.empty() || url.has_authority_;
    if (url.scheme_.empty()) url.scheme_ = scheme_;
    std::string path;
    if (absolute) {
        path = url.escaped_path_;
        if (!path.empty()) path = without_dot_segments(path);
    } else {
        if (url.escaped_path_.empty() && !url.has_query_) {
            url.has_query_ = has_query_;
            url.query_ = query_;
        }
        if (url.escaped_path_.empty()) {
            path = escaped_path_;
        } else if (url.escaped_path_.starts_with('/')) {
            path = url.escaped_path_;
        } else {
            path = escaped_path_.substr(0, escaped_path_.rfind('/') + 1) + url.escaped_path_;
        }
        path = without_dot_segments(path);
        url.opaque_ = opaque_;
        url.user_information_ = user_information_;
        url.credentials_ = credentials_;
        url.authority_ = authority_;
        url.host_ = host_;
        url.wire_host_ = wire_host_;
        url.wire_authority_ = wire_authority_;
        url.idna_error_ = idna_error_;
        url.international_ = international_;
        url.port_ = port_;
        url.has_authority_ = has_authority_;
    }
    // Dot segments are whole segments: what remains was checked when it was parsed.
    (void)url.set_path(path);
    url.compose();
    return url;
}

std::string Url::redacted() const {
    if (!credentials_ || !credentials_->password) return text_;
    const std::string_view user = std::string_view(user_information_).substr(0, user_information_.find(':'));
    return compose_with(std::string(user) + ":***");
}

std::string Url::without_credentials_and_fragment() const {
    std::string out = compose_with("");
    if (!fragment_.empty()) out.resize(out.size() - fragment_.size() - 1);
    return out;
}

Url Url::without_credentials() const {
    Url url = *this;
    url.user_information_.clear();
    url.credentials_.reset();
    url.compose();
    return url;
}

std::optional<std::uint16_t> Url::effective_port() const {
    if (port_.empty()) {
        if (scheme_ == "http") return std::uint16_t{80};
        if (scheme_ == "https") return std::uint16_t{443};
        return std::nullopt;
    }
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(port_.data(), port_.data() + port_.size(), port);
    if (error != std::errc{}) return std::nullopt;
    return port;
}

}  // namespace k6::http
