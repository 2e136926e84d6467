#include "outputs/rfc3339.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

namespace k6::outputs {
namespace {

using metrics::WallTime;
using std::chrono::nanoseconds;
using std::chrono::seconds;

class Rfc3339 : public testing::Test {
protected:
    void zone(const char* name) {
        setenv("TZ", name, 1);
        tzset();
    }
    ~Rfc3339() override { zone("UTC"); }

    static std::string text(WallTime time) {
        Rfc3339Text times;
        std::string out;
        times.append(out, time);
        return out;
    }
};

constexpr WallTime start{seconds{1'795'286'908}};

TEST_F(Rfc3339, CutsTrailingZeros) {
    zone("UTC");
    EXPECT_EQ(text(start), "2026-11-21T18:48:28Z");
    EXPECT_EQ(text(start + nanoseconds(945'037'317)), "2026-11-21T18:48:28.945037317Z");
    EXPECT_EQ(text(start + nanoseconds(945'000'000)), "2026-11-21T18:48:28.945Z");
    EXPECT_EQ(text(start + nanoseconds(1)), "2026-11-21T18:48:28.000000001Z");
    EXPECT_EQ(text(WallTime{nanoseconds(-1)}), "1969-12-31T23:59:59.999999999Z");
}

TEST_F(Rfc3339, IsLocal) {
    zone("TEST-05:30");
    EXPECT_EQ(text(start), "2026-11-22T00:18:28+05:30");
    zone("TEST8");
    EXPECT_EQ(text(start + nanoseconds(500'000'000)), "2026-11-21T10:48:28.5-08:00");
}

TEST_F(Rfc3339, FollowsTheTime) {
    zone("UTC");
    Rfc3339Text times;
    std::string out;
    for (const WallTime time : {start, start + nanoseconds(1'000), start + seconds(1), start - seconds(1)}) {
        times.append(out, time);
        out += ' ';
    }
    EXPECT_EQ(out, "2026-11-21T18:48:28Z 2026-11-21T18:48:28.000001Z 2026-11-21T18:48:29Z 2026-11-21T18:48:27Z ");
}

}  // namespace
}  // namespace k6::outputs
