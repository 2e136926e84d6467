// Runs the arguments' fuzz entry on its seeds and on mutations of them: the same ones in every run. Longer:
// bazel test --test_env=K6_FUZZ_ROUNDS=1000000 //outputs:arguments_fuzz_test
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace k6::outputs {
namespace {

constexpr std::string_view seeds[] = {
    "fileName=a.csv,saveInterval=1s,timeFormat=rfc3339_nano",
    "http://us%40er:p%20w@h:1/a/db?insecure=true&payload_size=99&precision=ms&pushInterval=250ms&tagsAsFields=b:int",
    "udp://[::1]:8089/db?concurrentWrites=3&retention=r#x",
    "brokers={a:1,b:2},topic=t,format=influxdb,push_interval=2s,authMechanism=plain,user=u,password=p",
    "avg,p(99.9),p(1),count,sum,med",
    "X-Scope-OrgID:me,b:c",
    "k=v%20w,k2=v2,=,x",
    "{\"url\":\"http://h\",\"headers\":{\"a\":\"b\"},\"trendStats\":[\"avg\"],\"pushInterval\":\"5s\",\"n\":1e400}",
    "\x0a\x06\x08\x03\x12\x02ok",
    "",
};

int rounds() {
    const char* wanted = std::getenv("K6_FUZZ_ROUNDS");
    const int number = wanted != nullptr ? std::atoi(wanted) : 0;
    return number > 0 ? number : 1000;
}

std::string mutated(std::string text, std::minstd_rand& random) {
    constexpr std::string_view telling = "={},:/?&%@#[]\"\\()0.9smh-+ \x80\xff\n";
    for (std::uint32_t changes = 1 + random() % 6; changes > 0; --changes) {
        const std::size_t place = text.empty() ? 0 : random() % text.size();
        switch (random() % 4) {
            case 0:
                text.erase(place, 1 + random() % 8);
                break;
            case 1:
                text.insert(place, text.substr(place, random() % 16));
                break;
            case 2:
                text.insert(place, 1, telling[random() % telling.size()]);
                break;
            default:
                if (!text.empty()) text[place] = static_cast<char>(random());
                break;
        }
    }
    text.resize(std::min<std::size_t>(text.size(), 400));
    return text;
}

TEST(ArgumentsFuzz, SeedsAndMutations) {
    std::uint32_t number = 0;
    for (const std::string_view seed : seeds) {
        std::minstd_rand random(++number);
        std::string text(seed);
        for (int i = 0; i < rounds(); ++i) {
            EXPECT_EQ(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()), 0);
            text = mutated(i % 10 == 0 ? std::string(seed) : text, random);
        }
    }
}

}  // namespace
}  // namespace k6::outputs
