#include "metrics/series_warning.h"

#include <gtest/gtest.h>

namespace k6::metrics {
namespace {

TEST(SeriesWarning, ComesBeyondTheLimitAndAtEachDoubling) {
    SeriesWarning warning;
    EXPECT_FALSE(warning.look(0));
    EXPECT_FALSE(warning.look(100'000));
    const auto first = warning.look(100'001);
    ASSERT_TRUE(first);
    EXPECT_NE(first->find("about 100001 unique time series"), std::string::npos);
    EXPECT_NE(first->find("limit of 100000"), std::string::npos);
    EXPECT_FALSE(warning.look(200'000));
    EXPECT_TRUE(warning.look(200'001));
    EXPECT_FALSE(warning.look(200'001));
    // Over several doublings at once: one warning.
    EXPECT_TRUE(warning.look(900'000));
    EXPECT_FALSE(warning.look(1'600'000));
    EXPECT_TRUE(warning.look(1'600'001));
}

}  // namespace
}  // namespace k6::metrics
