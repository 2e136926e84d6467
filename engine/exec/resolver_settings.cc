#include "engine/exec/resolver_settings.h"

namespace k6 {

DnsSettings dns_settings(const Plan& plan) {
    DnsSettings settings{.ttl = plan.dns.ttl};
    if (plan.dns.select == "first") settings.select = DnsSelect::first;
    if (plan.dns.select == "random") settings.select = DnsSelect::random;
    if (plan.dns.select == "roundRobin") settings.select = DnsSelect::round_robin;
    if (plan.dns.policy == "preferIPv4") settings.policy = DnsPolicy::prefer_ipv4;
    if (plan.dns.policy == "preferIPv6") settings.policy = DnsPolicy::prefer_ipv6;
    if (plan.dns.policy == "onlyIPv4") settings.policy = DnsPolicy::only_ipv4;
    if (plan.dns.policy == "onlyIPv6") settings.policy = DnsPolicy::only_ipv6;
    if (plan.dns.policy == "any") settings.policy = DnsPolicy::any;
    return settings;
}

}  // namespace k6
