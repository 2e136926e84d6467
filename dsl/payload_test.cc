#include "dsl/payload.h"

#include <gtest/gtest.h>

namespace k6::dsl {
namespace {

TEST(Payload, TextsAreBorrowedAndHaveNoType) {
    const std::string text = "abc";
    const Payload payload(text);
    EXPECT_TRUE(payload.present());
    EXPECT_EQ(payload.bytes().data(), text.data());
    EXPECT_EQ(payload.content_type(), "");
    EXPECT_FALSE(Payload().present());
    EXPECT_TRUE(Payload("").present());
}

TEST(Payload, FormsAreEscaped) {
    const Payload payload = form({{"user name", "ann&bob"}, {"x", "1+1=2 \xC3\xA4~"}});
    EXPECT_EQ(payload.bytes(), "user+name=ann%26bob&x=1%2B1%3D2+%C3%A4~");
    EXPECT_EQ(payload.content_type(), "application/x-www-form-urlencoded");
    EXPECT_EQ(form(std::vector<std::pair<std::string, std::string>>{{"a", ""}}).bytes(), "a=");
}

TEST(Payload, PartsOfUrlsAreEscaped) { EXPECT_EQ(url_escape("a b&c/\xC3\xA4~(1)"), "a%20b%26c%2F%C3%A4~(1)"); }

TEST(Payload, JsonHasItsType) {
    const Payload payload = json(std::vector<int>{1, 2});
    EXPECT_EQ(payload.bytes(), "[1,2]");
    EXPECT_EQ(payload.content_type(), "application/json");
}

TEST(Payload, MultipartHasAPartForEach) {
    const auto make = [] {
        return multipart({part("title", "A \"picture\""), file_part("f\"x", "\x89PNG", "a\r\nb.png", "image/png\r\n")});
    };
    const Payload payload = make();
    constexpr std::string_view prefix = "multipart/form-data; boundary=";
    ASSERT_TRUE(payload.content_type().starts_with(prefix));
    const std::string boundary = payload.content_type().substr(prefix.size());
    EXPECT_EQ(boundary.size(), 60U);
    EXPECT_EQ(payload.bytes(), "--" + boundary +
                                   "\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nA \"picture\"\r\n--" +
                                   boundary +
                                   "\r\nContent-Disposition: form-data; name=\"f%22x\"; filename=\"a%0D%0Ab.png\"\r\n"
                                   "Content-Type: image/png\r\n\r\n\x89PNG\r\n--" +
                                   boundary + "--\r\n");
    EXPECT_EQ(make().bytes(), payload.bytes());
}

}  // namespace
}  // namespace k6::dsl
