#include "engine/exec/resolver_settings.h"

#include <gtest/gtest.h>

namespace k6 {
namespace {

DnsSettings settings(DnsOptions options) { return dns_settings(make_plan({.dns = options}).value()); }

TEST(ResolverSettingsTest, EveryNameHasItsValue) {
    EXPECT_EQ(settings({}).ttl, std::chrono::minutes(5));
    EXPECT_EQ(settings({}).select, DnsSelect::random);
    EXPECT_EQ(settings({}).policy, DnsPolicy::prefer_ipv4);
    EXPECT_EQ(settings({.ttl = "0"}).ttl, Duration(0));
    EXPECT_EQ(settings({.ttl = "inf"}).ttl, Duration::max());
    EXPECT_EQ(settings({.select = "first"}).select, DnsSelect::first);
    EXPECT_EQ(settings({.select = "roundRobin"}).select, DnsSelect::round_robin);
    EXPECT_EQ(settings({.policy = "preferIPv6"}).policy, DnsPolicy::prefer_ipv6);
    EXPECT_EQ(settings({.policy = "onlyIPv4"}).policy, DnsPolicy::only_ipv4);
    EXPECT_EQ(settings({.policy = "onlyIPv6"}).policy, DnsPolicy::only_ipv6);
    EXPECT_EQ(settings({.policy = "any"}).policy, DnsPolicy::any);
}

}  // namespace
}  // namespace k6
