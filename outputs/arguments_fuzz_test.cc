// Runs the arguments' fuzz entry on its seeds and on mutations of them: the same ones in every run. Longer:
// bazel test --test_env=K6_FUZZ_ROUNDS=1000000 //outputs:arguments_fuzz_test
#include <gtest/gtest.h>

#include <string_view>

#include "base/testing/mutations.h"

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

constexpr std::string_view pieces[] = {"=",  "{", "}", ",", ":",  "/", "?", "&", "%", "@", "#", "[",    "]",    "\"",
                                       "\\", "(", ")", "0", ".9", "s", "m", "h", "-", "+", " ", "\x80", "\xff", "\n"};

TEST(ArgumentsFuzz, SeedsAndMutations) { fuzz_mutations(seeds, pieces, {.rounds = 1000, .depth = 10, .longest = 400}); }

}  // namespace
}  // namespace k6::outputs
