#include "engine/runtime/resolver.h"

#include <gtest/gtest.h>
#include <netdb.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "engine/runtime/clock.h"
#include "engine/runtime/worker.h"

namespace k6 {
namespace {

using namespace std::chrono_literals;
using Names = std::vector<std::string>;

IpAddress ip(std::string_view text) { return parse_ip(text).value(); }

// A table of names, which counts the questions.
struct Zone {
    std::map<std::string, DnsAnswer> records;
    std::shared_ptr<std::atomic<int>> questions = std::make_shared<std::atomic<int>>(0);

    Resolver::Lookup lookup() const {
        return [records = records, questions = questions](const std::string& name) {
            ++*questions;
            auto found = records.find(name);
            return found == records.end() ? DnsAnswer{.error = EAI_NONAME} : found->second;
        };
    }
};

DnsAnswer addresses(std::initializer_list<const char*> texts) {
    DnsAnswer answer;
    for (const char* text : texts) answer.addresses.push_back(ip(text));
    return answer;
}

// Runs `body` on a fiber in simulated time, where lookups run at once.
void on_fiber(const std::function<void(SimulatedClock&)>& body) {
    SimulatedClock clock;
    Worker worker({.clock = &clock});
    worker.spawn([&] { body(clock); });
    worker.request_stop();
    worker.run();
}

Names ask(Resolver& resolver, const std::string& name, int times) {
    Names answers;
    for (int i = 0; i < times; ++i) {
        auto answer = resolver.resolve(name);
        answers.push_back(answer ? to_string(*answer) : answer.error().message);
    }
    return answers;
}

Names select(DnsSettings settings, const DnsAnswer& answer, int times) {
    Names answers;
    Zone zone{{{"name.test", answer}}};
    Resolver resolver(settings, zone.lookup());
    on_fiber([&](SimulatedClock&) { answers = ask(resolver, "name.test", times); });
    return answers;
}

TEST(IpAddress, ReadsWhatItWrites) {
    for (const char* text :
         {"127.0.0.1", "0.0.0.0", "255.255.255.255", "::1", "::", "2001:db8::ff00:42:8329", "fe80::1%999999"}) {
        auto address = parse_ip(text);
        ASSERT_TRUE(address) << text;
        EXPECT_EQ(to_string(*address), text);
    }
    EXPECT_EQ(to_string(ip("2001:DB8:0:0::1")), "2001:db8::1");
    EXPECT_EQ(ip("127.0.0.1").family, IpAddress::Family::v4);
    EXPECT_EQ(ip("127.0.0.1").bytes[3], 1);
    EXPECT_EQ(ip("::1").family, IpAddress::Family::v6);
    EXPECT_EQ(ip("fe80::1%lo"), ip("fe80::1%1"));
    EXPECT_NE(ip("fe80::1%1"), ip("fe80::1%2"));
}

TEST(IpAddress, RefusesWhatIsNone) {
    using namespace std::string_view_literals;
    for (std::string_view text :
         {""sv, "localhost"sv, "1.2.3"sv, "1.2.3.4.5"sv, "256.1.1.1"sv, "1.2.3.4 "sv, "[::1]"sv, ":::"sv, "1.2.3.4%1"sv,
          "fe80::1%"sv, "fe80::1%0"sv, "fe80::1%no-such-interface"sv, "1.2.3.4\0"sv, "::1\0x"sv, "0x7f.1"sv}) {
        auto address = parse_ip(text);
        ASSERT_FALSE(address) << text;
        EXPECT_EQ(address.error().message, "invalid IP address: " + std::string(text));
    }
}

TEST(Resolver, ReturnsLiteralsWithoutAsking) {
    Zone zone;
    Resolver resolver({.policy = DnsPolicy::only_ipv6}, zone.lookup());
    EXPECT_EQ(resolver.resolve("10.1.2.3").value(), ip("10.1.2.3"));  // no fiber needed either
    EXPECT_EQ(resolver.resolve("::1").value(), ip("::1"));
    EXPECT_EQ(*zone.questions, 0);
    EXPECT_THROW(static_cast<void>(resolver.resolve("name.test")), std::logic_error);
}

TEST(Resolver, AppliesThePolicy) {
    DnsAnswer both = addresses({"::1", "1.1.1.1", "::2", "2.2.2.2"});
    DnsAnswer four = addresses({"1.1.1.1"}), six = addresses({"::1"});
    auto first = [&](DnsPolicy policy, const DnsAnswer& answer) {
        return select({.select = DnsSelect::first, .policy = policy}, answer, 1).front();
    };
    const std::string none = "lookup name.test: no such host";
    EXPECT_EQ(first(DnsPolicy::any, both), "::1");
    EXPECT_EQ(first(DnsPolicy::any, four), "1.1.1.1");
    EXPECT_EQ(first(DnsPolicy::prefer_ipv4, both), "1.1.1.1");
    EXPECT_EQ(first(DnsPolicy::prefer_ipv4, six), "::1");
    EXPECT_EQ(first(DnsPolicy::prefer_ipv6, both), "::1");
    EXPECT_EQ(first(DnsPolicy::prefer_ipv6, four), "1.1.1.1");
    EXPECT_EQ(first(DnsPolicy::only_ipv4, both), "1.1.1.1");
    EXPECT_EQ(first(DnsPolicy::only_ipv4, six), none);
    EXPECT_EQ(first(DnsPolicy::only_ipv6, both), "::1");
    EXPECT_EQ(first(DnsPolicy::only_ipv6, four), none);
    EXPECT_EQ(first(DnsPolicy::any, {}), none);
}

TEST(Resolver, Selects) {
    DnsAnswer answer = addresses({"::9", "1.1.1.1", "2.2.2.2", "3.3.3.3"});
    EXPECT_EQ(select({.select = DnsSelect::first}, answer, 3), (Names{"1.1.1.1", "1.1.1.1", "1.1.1.1"}));
    EXPECT_EQ(select({.select = DnsSelect::round_robin}, answer, 4),
              (Names{"1.1.1.1", "2.2.2.2", "3.3.3.3", "1.1.1.1"}));
    // The chance that one of three addresses is missing after 500 draws is below 10^-87.
    Names drawn = select({.select = DnsSelect::random}, answer, 500);
    EXPECT_EQ(std::set<std::string>(drawn.begin(), drawn.end()),
              (std::set<std::string>{"1.1.1.1", "2.2.2.2", "3.3.3.3"}));
}

TEST(Resolver, CountsRoundRobinPerName) {
    Zone zone{{{"a.test", addresses({"1.1.1.1", "2.2.2.2"})}, {"b.test", addresses({"3.3.3.3", "4.4.4.4"})}}};
    for (std::chrono::nanoseconds ttl : {0ns, 1'000'000'000ns}) {
        Resolver resolver({.ttl = ttl, .select = DnsSelect::round_robin}, zone.lookup());
        on_fiber([&](SimulatedClock&) {
            EXPECT_EQ(ask(resolver, "a.test", 1), Names{"1.1.1.1"});
            EXPECT_EQ(ask(resolver, "b.test", 1), Names{"3.3.3.3"});
            EXPECT_EQ(ask(resolver, "a.test", 2), (Names{"2.2.2.2", "1.1.1.1"}));
        });
    }
}

TEST(Resolver, CachesForTheTimeToLive) {
    Zone zone{{{"a.test", addresses({"1.1.1.1"})}}};
    Resolver resolver({.ttl = 10s}, zone.lookup());
    on_fiber([&](SimulatedClock& clock) {
        ask(resolver, "a.test", 3);
        EXPECT_EQ(*zone.questions, 1);
        clock.advance(10s - 1ns);
        ask(resolver, "a.test", 1);
        EXPECT_EQ(*zone.questions, 1);
        clock.advance(1ns);
        ask(resolver, "a.test", 2);
        EXPECT_EQ(*zone.questions, 2);
        clock.advance(10s - 1ns);
        ask(resolver, "a.test", 1);
        EXPECT_EQ(*zone.questions, 2);
    });
}

TEST(Resolver, CachesForEverOrNotAtAll) {
    for (bool ever : {true, false}) {
        Zone zone{{{"a.test", addresses({"1.1.1.1"})}}};
        Resolver resolver({.ttl = ever ? std::chrono::nanoseconds::max() : 0ns}, zone.lookup());
        on_fiber([&](SimulatedClock& clock) {
            for (int i = 0; i < 5; ++i) {
                ask(resolver, "a.test", 1);
                clock.advance(24h * 365);
            }
        });
        EXPECT_EQ(*zone.questions, ever ? 1 : 5);
    }
}

TEST(Resolver, FailuresAreToldApartAndNotCached) {
    Zone zone{{{"again.test", {.error = EAI_AGAIN}}, {"fail.test", {.error = EAI_FAIL}}, {"empty.test", {}}}};
    Resolver resolver({}, zone.lookup());
    on_fiber([&](SimulatedClock&) {
        EXPECT_EQ(ask(resolver, "none.test", 1), Names{"lookup none.test: no such host"});
        EXPECT_EQ(ask(resolver, "empty.test", 1), Names{"lookup empty.test: no such host"});
        EXPECT_EQ(ask(resolver, "again.test", 1), Names{"lookup again.test: temporary failure in name resolution"});
        EXPECT_EQ(ask(resolver, "fail.test", 1), Names{"lookup fail.test: non-recoverable failure in name resolution"});
        EXPECT_EQ(*zone.questions, 4);
        for (const char* name : {"none.test", "empty.test", "again.test", "fail.test"}) ask(resolver, name, 1);
        EXPECT_EQ(*zone.questions, 8);
        EXPECT_EQ(ask(resolver, "", 1), Names{"lookup : no such host"});
        EXPECT_FALSE(resolver.resolve(std::string_view("a.test\0", 7)));
        EXPECT_EQ(*zone.questions, 8);
    });
}

TEST(Resolver, HoldsABoundedNumberOfNames) {
    Zone zone;
    auto lookup = [questions = zone.questions](const std::string&) {
        ++*questions;
        return addresses({"1.1.1.1"});
    };
    Resolver resolver({}, lookup);
    on_fiber([&](SimulatedClock&) {
        for (int i = 0; i < 10'000; ++i) ask(resolver, "name" + std::to_string(i), 1);
        EXPECT_EQ(*zone.questions, 10'000);
        ask(resolver, "name9999", 1);
        EXPECT_EQ(*zone.questions, 10'000);
        ask(resolver, "name0", 1);
        EXPECT_EQ(*zone.questions, 10'001);
    });
}

// Lookups that stand until they are let go; shared, because a lookup may outlive its resolver.
struct Gate {
    std::mutex mutex;
    std::condition_variable changed;
    bool open = false;
    int entered = 0;

    DnsAnswer pass() {
        std::unique_lock lock(mutex);
        ++entered;
        changed.notify_all();
        changed.wait(lock, [this] { return open; });
        return addresses({"1.1.1.1"});
    }
    void await_entered(int count) {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return entered >= count; });
    }
    void let_go() {
        std::lock_guard lock(mutex);
        open = true;
        changed.notify_all();
    }
};

class ResolverThreads : public testing::Test {
protected:
    std::shared_ptr<Gate> gate = std::make_shared<Gate>();
    Resolver::Lookup lookup = [gate = gate](const std::string&) { return gate->pass(); };
    SystemClock clock;
    Worker worker{{.clock = &clock}};
};

TEST_F(ResolverThreads, FibersThatAskForOneNameShareALookup) {
    for (std::chrono::nanoseconds ttl : {0ns, 60'000'000'000ns}) {
        gate->open = false;
        gate->entered = 0;
        Resolver resolver({.ttl = ttl}, lookup);
        int answered = 0;
        for (int i = 0; i < 100; ++i) {
            worker.spawn([&] {
                EXPECT_EQ(resolver.resolve("name.test").value(), ip("1.1.1.1"));
                ++answered;
            });
        }
        worker.spawn([&] {
            gate->await_entered(1);
            EXPECT_EQ(answered, 0);
            gate->let_go();
        });
        worker.request_stop();
        worker.run();
        EXPECT_EQ(answered, 100);
        EXPECT_EQ(gate->entered, 1);
    }
}

TEST_F(ResolverThreads, NamesAreLookedUpSideBySide) {
    Resolver resolver({}, lookup);
    int answered = 0;
    for (int i = 0; i < 3; ++i) {
        worker.spawn([&, i] {
            EXPECT_TRUE(resolver.resolve("name" + std::to_string(i)));
            ++answered;
        });
    }
    worker.spawn([&] {
        gate->await_entered(3);
        gate->let_go();
    });
    worker.request_stop();
    worker.run();
    EXPECT_EQ(answered, 3);
}

TEST_F(ResolverThreads, AnInterruptedFiberStopsWaiting) {
    auto resolver = std::make_unique<Resolver>(DnsSettings{}, lookup);
    bool interrupted = false, answered = false;
    Fiber& impatient = worker.spawn([&] {
        try {
            static_cast<void>(resolver->resolve("name.test"));
        } catch (const Interrupted&) {
            interrupted = true;
        }
    });
    worker.spawn([&] { answered = resolver->resolve("name.test").has_value(); });
    worker.spawn([&] {
        gate->await_entered(1);
        impatient.interrupt();
        sleep_for(1us);
        EXPECT_TRUE(interrupted);
        EXPECT_FALSE(answered);
        gate->let_go();
    });
    worker.request_stop();
    worker.run();
    EXPECT_TRUE(answered);
}

TEST_F(ResolverThreads, ALookupMayOutliveTheResolverAndTheWorker) {
    auto other = std::make_unique<Worker>(Worker::Config{.clock = &clock});
    auto resolver = std::make_unique<Resolver>(DnsSettings{}, lookup);
    Fiber& fiber = other->spawn([&] { static_cast<void>(resolver->resolve("name.test")); });
    other->spawn([&] {
        gate->await_entered(1);
        fiber.interrupt();
    });
    other->request_stop();
    other->run();
    other.reset();
    resolver.reset();
    gate->let_go();
    // The thread is done with the gate's lookup when it lets the function go.
    std::weak_ptr<Gate> left = gate;
    lookup = nullptr;
    gate.reset();
    while (!left.expired()) std::this_thread::yield();
}

// Interrupts and answers race; every fiber ends, one way or the other.
TEST_F(ResolverThreads, InterruptsAndAnswersRace) {
    Resolver resolver({.ttl = 0s}, [](const std::string&) { return addresses({"1.1.1.1"}); });
    int ended = 0;
    constexpr int count = 300;
    for (int i = 0; i < count; ++i) {
        auto alive = std::make_shared<bool>(true);
        Fiber& fiber = worker.spawn([&, i, alive] {
            try {
                EXPECT_TRUE(resolver.resolve("name" + std::to_string(i % 3)));
            } catch (const Interrupted&) {
            }
            ++ended;
            *alive = false;
        });
        worker.spawn([&fiber, i, alive] {
            for (int n = 0; n < i % 5; ++n) {
                Worker::current()->post([self = Fiber::current()] { self->resume(); });
                Fiber::current()->suspend_uninterruptibly();
            }
            if (*alive) fiber.interrupt();
        });
    }
    worker.request_stop();
    worker.run();
    EXPECT_EQ(ended, count);
}

TEST_F(ResolverThreads, TheSystemKnowsLocalhost) {
    Resolver resolver({.ttl = std::chrono::minutes(5)});
    std::string answer;
    worker.spawn([&] {
        auto address = resolver.resolve("localhost");
        answer = address ? to_string(*address) : address.error().message;
    });
    worker.request_stop();
    worker.run();
    EXPECT_TRUE(answer == "127.0.0.1" || answer == "::1") << answer;
}

// No hosts file has this name; RFC 6761 section 6.3 makes it this machine all the same.
TEST_F(ResolverThreads, NamesBelowLocalhostAreThisMachine) {
    Resolver resolver({.ttl = std::chrono::minutes(5), .policy = DnsPolicy::only_ipv4});
    std::string answer;
    worker.spawn([&] {
        auto address = resolver.resolve("shop.LocalHost.");
        answer = address ? to_string(*address) : address.error().message;
    });
    worker.request_stop();
    worker.run();
    EXPECT_EQ(answer, "127.0.0.1");
}

}  // namespace
}  // namespace k6
