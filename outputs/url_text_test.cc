#include "outputs/url_text.h"

#include <gtest/gtest.h>

namespace k6::outputs {
namespace {

TEST(UrlText, TakesApartWhatUsersWrite) {
    const SplitUrl url = split_url("http://u%40x:p%3aw@host:8086/a/db?k=v+w&tag=a%26b&empty&&x=#rest");
    EXPECT_EQ(url.scheme, "http");
    EXPECT_EQ(url.username, "u@x");
    EXPECT_EQ(url.password, "p:w");
    EXPECT_EQ(url.authority, "host:8086");
    EXPECT_EQ(url.base(), "http://host:8086");
    EXPECT_EQ(url.path, "/a/db");
    EXPECT_EQ(url.query, (Parameters{{"k", "v w"}, {"tag", "a&b"}, {"empty", ""}, {"x", ""}}));
    EXPECT_EQ(split_url("host").authority, "host");
    EXPECT_EQ(split_url("/db").path, "/db");
    EXPECT_EQ(split_url("http://[::1]:80/x").authority, "[::1]:80");
    EXPECT_EQ(split_url("").path, "");
}

TEST(UrlText, EscapesGoBothWays) {
    std::string all;
    for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
    EXPECT_EQ(percent_decoded(percent_encoded(all)), all);
    EXPECT_EQ(percent_decoded("%4", true), "%4");
    EXPECT_EQ(percent_decoded("%zz%41+", false), "%zzA+");
    EXPECT_EQ(query_text({{"q", "CREATE DATABASE k6"}, {"a", "&"}}), "q=CREATE%20DATABASE%20k6&a=%26");
}

}  // namespace
}  // namespace k6::outputs
