#include "proto_http/reason_phrase.h"

#include <gtest/gtest.h>

namespace k6::http {
namespace {

TEST(ReasonPhraseTest, RegisteredAndOtherStatuses) {
    EXPECT_EQ(reason_phrase(200), "OK");
    EXPECT_EQ(reason_phrase(404), "Not Found");
    EXPECT_EQ(reason_phrase(503), "Service Unavailable");
    for (int status : {0, 99, 299, 306, 418 + 1, 600}) EXPECT_EQ(reason_phrase(status), "") << status;
}

}  // namespace
}  // namespace k6::http
