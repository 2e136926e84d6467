// The few things that outputs do with URLs: taking those of `--out` apart, escaping what goes into a query.
//
//   SplitUrl url = split_url("http://user:pw@host:8086/db?precision=ms");
//   url.authority == "host:8086", url.path == "/db";
//   query_text({{"q", "CREATE DATABASE k6"}}) == "q=CREATE%20DATABASE%20k6";
//
// Any thread; pure functions.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace k6::outputs {

using Parameters = std::vector<std::pair<std::string, std::string>>;

/// Parts as they stand there, user, password and query decoded; what is absent is empty.
struct SplitUrl {
    std::string scheme;
    std::string username;
    std::string password;
    std::string authority;  // host:port
    std::string path;       // from the first slash on
    Parameters query;

    /// "scheme://authority".
    std::string base() const { return scheme + "://" + authority; }
};

/// Takes anything apart, if perhaps not as its writer meant it; what stands behind `#` is dropped.
SplitUrl split_url(std::string_view url);

/// `%41` gives `A`; what is no escape stays. With `plus_is_blank`, as in queries.
std::string percent_decoded(std::string_view text, bool plus_is_blank = false);
/// All but RFC 3986's unreserved characters as %XX.
std::string percent_encoded(std::string_view text);
/// "a=b&c=d".
std::string query_text(const Parameters& parameters);

}  // namespace k6::outputs
