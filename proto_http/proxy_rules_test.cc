#include "proto_http/proxy_rules.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace k6::http {
namespace {

using Environment = std::map<std::string, std::string, std::less<>>;

Result<ProxyRules> rules_of(const Environment& environment) {
    return ProxyRules::from_environment([&](std::string_view name) -> std::optional<std::string> {
        const auto found = environment.find(name);
        if (found == environment.end()) return std::nullopt;
        return found->second;
    });
}

std::string proxy_for(const Result<ProxyRules>& rules, std::string_view url) {
    const Proxy* proxy = rules.value().find(Url::parse(url).value());
    if (proxy == nullptr) return "direct";
    return (proxy->kind == Proxy::Kind::socks5 ? "socks5 "
            : proxy->tls                       ? "https "
                                               : "http ") +
           proxy->host + " " + std::to_string(proxy->port);
}

TEST(ProxyRulesTest, NoneByDefault) {
    const auto rules = rules_of({});
    EXPECT_TRUE(rules->empty());
    EXPECT_EQ(proxy_for(rules, "http://a.test/"), "direct");
}

TEST(ProxyRulesTest, BySchemeAndInEitherCase) {
    const auto rules = rules_of({{"http_proxy", "http://p.test:3128"}, {"HTTPS_PROXY", "q.test"}});
    EXPECT_FALSE(rules->empty());
    EXPECT_EQ(proxy_for(rules, "http://a.test/"), "http p.test 3128");
    EXPECT_EQ(proxy_for(rules, "https://a.test/"), "http q.test 80");
    EXPECT_EQ(proxy_for(rules_of({{"HTTP_PROXY", "upper.test:1"}, {"http_proxy", "lower.test:1"}}), "http://a.test/"),
              "http upper.test 1");
    EXPECT_EQ(proxy_for(rules_of({{"http_proxy", "socks5://s.test"}}), "http://a.test/"), "socks5 s.test 1080");
    EXPECT_EQ(proxy_for(rules_of({{"http_proxy", "https://t.test"}}), "http://a.test/"), "https t.test 443");
    EXPECT_EQ(proxy_for(rules_of({{"https_proxy", "https://t.test:8443"}}), "https://a.test/"), "https t.test 8443");
}

TEST(ProxyRulesTest, Credentials) {
    const auto rules = rules_of({{"http_proxy", "http://us%40er:p%3Ass@p.test:3128"}});
    const Proxy* proxy = rules->find(Url::parse("http://a.test/").value());
    ASSERT_NE(proxy, nullptr);
    EXPECT_EQ(proxy->authorization, "Basic dXNAZXI6cDpzcw==");
}

TEST(ProxyRulesTest, LoopbackIsAlwaysDirect) {
    const auto rules = rules_of({{"http_proxy", "p.test:1"}, {"https_proxy", "p.test:1"}});
    for (const char* url : {"http://localhost/", "http://LOCALHOST:8080/", "http://127.0.0.1/", "https://127.9.9.9/",
                            "http://[::1]:80/"}) {
        EXPECT_EQ(proxy_for(rules, url), "direct") << url;
    }
    EXPECT_EQ(proxy_for(rules, "http://10.0.0.1/"), "http p.test 1");
}

TEST(ProxyRulesTest, Exceptions) {
    const auto rules = rules_of(
        {{"http_proxy", "p.test:1"},
         {"no_proxy",
          "Plain.test, .dotted.test,*.star.test,10.0.0.0/8,192.168.1.1,port.test:8080,1.2.3.4:81,[fd00::1]:82,,/,x/"}});
    const struct {
        const char* url;
        bool direct;
    } cases[] = {{"http://plain.test/", true},      {"http://sub.plain.test/", true},  {"http://unplain.test/", false},
                 {"http://dotted.test/", false},    {"http://a.dotted.test/", true},   {"http://star.test/", false},
                 {"http://a.star.test/", true},     {"http://10.200.0.1/", true},      {"http://11.0.0.1/", false},
                 {"http://192.168.1.1/", true},     {"http://192.168.1.2/", false},    {"http://port.test:8080/", true},
                 {"http://port.test/", false},      {"http://a.port.test:8080", true}, {"http://1.2.3.4:81/", true},
                 {"http://1.2.3.4/", false},        {"http://[fd00::1]:82/", true},    {"http://[fd00::1]/", false},
                 {"http://other.test:8080/", false}};
    for (const auto& [url, direct] : cases) EXPECT_EQ(proxy_for(rules, url) == "direct", direct) << url;
    EXPECT_EQ(proxy_for(rules_of({{"http_proxy", "p.test:1"}, {"NO_PROXY", "a,*"}}), "http://any.test/"), "direct");
}

TEST(ProxyRulesTest, WrongAddresses) {
    for (const char* text : {"http://", "://x", "http://a b", "ftp://p.test", "http://p.test:99999"}) {
        const auto rules = rules_of({{"https_proxy", text}});
        ASSERT_FALSE(rules) << text;
        EXPECT_EQ(rules.error().error_class, ErrorClass::invalid_config);
        EXPECT_TRUE(rules.error().message.starts_with("https_proxy: ")) << rules.error().message;
    }
}

}  // namespace
}  // namespace k6::http
