#include "tools/demo_server/http_date.h"

#include <gtest/gtest.h>

namespace k6::demo {
namespace {

TEST(HttpDate, IsAnImfFixdate) {
    HttpDate date;
    // The example of RFC 9110 section 5.6.7.
    EXPECT_EQ(date.at(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(date.at(784111778), "Sun, 06 Nov 1994 08:49:38 GMT");
    EXPECT_EQ(date.at(0), "Thu, 01 Jan 1970 00:00:00 GMT");
    EXPECT_EQ(date.now().size(), kHttpDateSize);
}

}  // namespace
}  // namespace k6::demo
