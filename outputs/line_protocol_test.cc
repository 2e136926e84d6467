#include "outputs/line_protocol.h"

#include <gtest/gtest.h>

#include <limits>

#include "outputs/output_world.h"

namespace k6::outputs {
namespace {

using metrics::Builtin;

class LineProtocolTest : public OutputWorld {
protected:
    std::string line(const Pairs& tags, double value, const std::vector<std::string>& fields, std::int64_t unit = 1) {
        LineProtocol lines(context(), FieldKinds::parse(fields).value(), unit);
        add(Builtin::http_reqs, tags, value);
        std::string text;
        for (const auto& chunk : taken()) {
            for (const metrics::Sample& sample : chunk->samples()) written_ = lines.append(text, sample);
        }
        return text;
    }
    bool written_ = false;
};

TEST_F(LineProtocolTest, TagsAndFieldsAreSortedAndEscaped) {
    EXPECT_EQ(line({{"error_code", "1400"},
                    {"group", ""},
                    {"name", "http://h/?q=a b"},
                    {"team", "a b,c=d\"e"},
                    {"url", "http://h/?q=a b"},
                    {"where", "x\\y"}},
                   1, {"vu", "url", "team", "where"}),
              "http_reqs,error_code=1400,name=http://h/?q\\=a\\ b "
              "team=\"a b,c=d\\\"e\",url=\"http://h/?q=a b\",value=1,where=\"x\\\\y\" 1795287077497690716");
    EXPECT_EQ(line({{"group", "::g,1 =x"}}, 2, {}), "http_reqs,group=::g\\,1\\ \\=x value=2 1795287077497690716");
}

// Found with a real server, which took the comma for a part of the value.
TEST_F(LineProtocolTest, ABackslashDoesNotSwallowWhatFollows) {
    EXPECT_EQ(line({{"a", "x\\"}, {"b", "x\\,y"}, {"c", "x\\\\"}, {"d", "x\\y"}}, 1, {}),
              "http_reqs,a=x/,b=x/\\,y,c=x\\/,d=x\\y value=1 1795287077497690716");
}

TEST_F(LineProtocolTest, ALineBreakIsABlankAndEscapedAsOne) {
    EXPECT_EQ(line({{"a", "x\ny"}}, 1, {}), "http_reqs,a=x\\ y value=1 1795287077497690716");
}

TEST_F(LineProtocolTest, FieldsHaveKindsIfTheirValuesAllowIt) {
    EXPECT_EQ(
        line({{"a", "5"}, {"b", "true"}, {"c", "1.5"}, {"d", "x"}}, 0.25, {"a:int", "b:bool", "c:float", "d:int"}),
        "http_reqs a=5i,b=true,c=1.5,d=\"x\",value=0.25 1795287077497690716");
}

TEST_F(LineProtocolTest, NumbersAndTimes) {
    EXPECT_EQ(line({}, 1e21, {}, 1'000'000'000), "http_reqs value=1000000000000000000000 1795287077");
    EXPECT_EQ(line({}, std::numeric_limits<double>::infinity(), {}), "");
    EXPECT_FALSE(written_);
}

TEST_F(LineProtocolTest, WrongFieldKindsAreRefused) {
    EXPECT_EQ(FieldKinds::parse({"vu", "vu:int"}).error().message,
              "a tag name (vu) shows up more than once in InfluxDB field type configurations");
    EXPECT_EQ(FieldKinds::parse({"vu:foo"}).error().message,
              "an invalid type (foo) is specified for an InfluxDB field (vu)");
}

}  // namespace
}  // namespace k6::outputs
