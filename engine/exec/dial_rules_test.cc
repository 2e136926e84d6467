#include "engine/exec/dial_rules.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace k6 {
namespace {

DialRules rules_of(Options options) {
    const Plan plan = make_plan(std::move(options)).value();
    return DialRules::make(plan).value();
}

std::string replaced(const DialRules& rules, std::string_view host, std::uint16_t port) {
    const auto to = rules.replacement(host, port);
    return to ? to_string(to->ip) + " " + std::to_string(to->port) : "none";
}

TEST(DialRulesTest, NoneByDefault) {
    const DialRules rules = rules_of({});
    EXPECT_EQ(rules.blocking_pattern("a"), nullptr);
    EXPECT_EQ(replaced(rules, "a", 80), "none");
    EXPECT_EQ(rules.blacklisting_network(parse_ip("10.0.0.1").value()), nullptr);
    EXPECT_FALSE(rules.local_ip(1));
}

TEST(DialRulesTest, HostsByNamePortAndPattern) {
    const DialRules rules = rules_of({.hosts = StringMap{{"Exact.test", "1.1.1.1"},
                                                         {"exact.test:8080", "1.1.1.2:81"},
                                                         {"*.test", "1.1.1.3"},
                                                         {"*.long.test", "1.1.1.4"},
                                                         {"*.long.test:99", "[::5]:100"},
                                                         {"*glued.org", "::6"}}});
    EXPECT_EQ(replaced(rules, "exact.test", 80), "1.1.1.1 80");
    EXPECT_EQ(replaced(rules, "EXACT.test", 8080), "1.1.1.2 81");
    EXPECT_EQ(replaced(rules, "other.test", 80), "1.1.1.3 80");
    EXPECT_EQ(replaced(rules, "a.long.test", 80), "1.1.1.4 80");
    EXPECT_EQ(replaced(rules, "a.long.test", 99), "::5 100");
    EXPECT_EQ(replaced(rules, "glued.org", 1), "::6 1");
    EXPECT_EQ(replaced(rules, "unglued.org", 1), "::6 1");
    EXPECT_EQ(replaced(rules, "test", 80), "none");
    EXPECT_EQ(replaced(rules_of({.hosts = StringMap{{"*", "9.9.9.9"}}}), "anything", 5), "9.9.9.9 5");
}

TEST(DialRulesTest, BlockedNames) {
    const DialRules rules = rules_of({.block_hostnames = std::vector<std::string>{"Bad.test", "*.ads.test", "*"}});
    EXPECT_EQ(*rules.blocking_pattern("bad.TEST"), "Bad.test");
    EXPECT_EQ(*rules.blocking_pattern("x.ads.test"), "*.ads.test");
    EXPECT_EQ(*rules.blocking_pattern("other"), "*");
    EXPECT_EQ(rules.blocking_pattern("127.0.0.1"), nullptr);
    EXPECT_EQ(rules.blocking_pattern("::1"), nullptr);
}

TEST(DialRulesTest, BlacklistedNetworks) {
    const DialRules rules =
        rules_of({.blacklist_ips = std::vector<std::string>{"10.0.0.0/8", "192.168.1.128/25", "fd00::/8", "1.2.3.4"}});
    const auto network = [&](const char* ip) {
        const std::string* found = rules.blacklisting_network(parse_ip(ip).value());
        return found == nullptr ? std::string("none") : *found;
    };
    EXPECT_EQ(network("10.200.3.4"), "10.0.0.0/8");
    EXPECT_EQ(network("11.0.0.0"), "none");
    EXPECT_EQ(network("192.168.1.127"), "none");
    EXPECT_EQ(network("192.168.1.128"), "192.168.1.128/25");
    EXPECT_EQ(network("fd12::1"), "fd00::/8");
    EXPECT_EQ(network("fe80::1"), "none");
    EXPECT_EQ(network("::ffff:10.0.0.1"), "10.0.0.0/8");
    EXPECT_EQ(network("1.2.3.4"), "1.2.3.4/32");
}

TEST(DialRulesTest, LocalAddressesTakeTurns) {
    const DialRules rules = rules_of({.local_ips = "127.0.0.1, 127.0.0.10-127.0.0.11,127.0.1.0/30"});
    const char* const expected[] = {"127.0.0.1", "127.0.0.10", "127.0.0.11", "127.0.1.1", "127.0.1.2", "127.0.0.1"};
    for (std::uint64_t vu = 1; vu <= 6; ++vu) EXPECT_EQ(to_string(*rules.local_ip(vu)), expected[vu - 1]);
    EXPECT_EQ(to_string(*rules_of({.local_ips = "10.0.0.255-10.0.1.1"}).local_ip(2)), "10.0.1.0");
    EXPECT_EQ(to_string(*rules_of({.local_ips = "10.0.0.4/31"}).local_ip(2)), "10.0.0.5");
    EXPECT_EQ(to_string(*rules_of({.local_ips = "fd00::/64"}).local_ip(3)), "fd00::2");
}

TEST(DialRulesTest, WrongLocalAddresses) {
    for (const char* text :
         {"x", "127.0.0.1-", "127.0.0.2-127.0.0.1", "127.0.0.1-::1", "127.0.0.1/33", "1.1.1.1,,2.2.2.2"}) {
        const Plan plan = make_plan({.local_ips = text}).value();
        const auto rules = DialRules::make(plan);
        ASSERT_FALSE(rules) << text;
        EXPECT_EQ(rules.error().error_class, ErrorClass::invalid_config);
    }
}

}  // namespace
}  // namespace k6
