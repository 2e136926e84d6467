#include "metrics/submetric.h"

#include <gtest/gtest.h>

namespace k6::metrics {
namespace {

using Tags = std::vector<std::pair<std::string, std::string>>;

TEST(ParseMetricExpression, TakesAPlainName) {
    const auto parsed = parse_metric_expression("http_reqs");
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->metric, "http_reqs");
    EXPECT_FALSE(parsed->selector);
}

TEST(ParseMetricExpression, TakesSelectors) {
    const struct {
        std::string_view text;
        std::string_view suffix;
        Tags tags;
    } cases[] = {
        {"m{a:b}", "a:b", {{"a", "b"}}},
        {"m{ b : 2 , a:1 }", "b : 2 , a:1", {{"a", "1"}, {"b", "2"}}},
        {"m{group:::a::b}", "group:::a::b", {{"group", "::a::b"}}},
        {"m{\"k\":'v w'}", "\"k\":'v w'", {{"k", "v w"}}},
        {"m{url:http://h/{x}}", "url:http://h/{x}", {{"url", "http://h/{x}"}}},
        {"m{a:1,a:2}", "a:1,a:2", {{"a", "2"}}},
    };
    for (const auto& one : cases) {
        const auto parsed = parse_metric_expression(one.text);
        ASSERT_TRUE(parsed) << one.text;
        EXPECT_EQ(parsed->metric, "m");
        ASSERT_TRUE(parsed->selector);
        EXPECT_EQ(parsed->selector->suffix, one.suffix);
        EXPECT_EQ(parsed->selector->tags, one.tags) << one.text;
    }
}

TEST(ParseMetricExpression, SaysWhatIsWrong) {
    const struct {
        std::string_view text;
        std::string_view problem;
    } cases[] = {
        {"http_reqs{a:b", "\"http_reqs{a:b\" has unmatched opening/close curly brace"},
        {"http_reqs}", "\"http_reqs}\" has unmatched opening/close curly brace"},
        {"a}b{", "\"a}b{\" closing curly brace appears before opening one"},
        {"a{b:c}d", "\"a{b:c}d\" lacks a closing curly brace in its last position"},
        {"a{}", "\"\" tag expression is malformed"},
        {"a{b}", "\"b\" tag expression is malformed"},
        {"a{b:}", "\"b:\" tag expression is malformed"},
        {"a{b:c,d}", "\"d\" tag expression is malformed"},
        {"a{b:c,}", "\"\" tag expression is malformed"},
    };
    for (const auto& one : cases) {
        const auto parsed = parse_metric_expression(one.text);
        ASSERT_FALSE(parsed) << one.text;
        EXPECT_EQ(parsed.error().error_class, ErrorClass::invalid_config);
        EXPECT_EQ(parsed.error().message, "parsing metric name failed, metric " + std::string(one.problem));
    }
}

TEST(SubmetricSet, SharesWhatSelectsTheSame) {
    const Registry registry;
    SubmetricSet set;
    const Metric& requests = *registry.find("http_reqs");
    const SubmetricId first = set.add(requests, parse_metric_expression("http_reqs{a:1,b:2}")->selector.value());
    EXPECT_EQ(set.add(requests, parse_metric_expression("http_reqs{ b:2, a:1}")->selector.value()), first);
    const SubmetricId other =
        set.add(*registry.find("checks"), parse_metric_expression("checks{a:1,b:2}")->selector.value());
    EXPECT_NE(other, first);
    EXPECT_EQ(set.at(first).name, "http_reqs{a:1,b:2}");
    EXPECT_EQ(set.of(requests.id).size(), 1U);
    EXPECT_EQ(set.all().size(), 2U);
}

TEST(SubmetricSet, HasTheDefaultOneIfItsTagIsOn) {
    const Registry registry;
    SubmetricSet set;
    set.add_defaults(registry, SystemTagSet{SystemTag::url});
    EXPECT_TRUE(set.all().empty());
    set.add_defaults(registry, SystemTagSet::defaults());
    ASSERT_EQ(set.all().size(), 1U);
    EXPECT_EQ(set.all()[0].name, "http_req_duration{expected_response:true}");
}

TEST(Submetric, MatchesWhatHasAllItsTags) {
    const Registry registry;
    SubmetricSet set;
    const SubmetricId id =
        set.add(*registry.find("http_reqs"), parse_metric_expression("http_reqs{a:1,b:2}")->selector.value());
    TagTable tags(ObservedTags::all());
    const TagSetId a = tags.with(no_tags, "a", "1");
    EXPECT_FALSE(set.at(id).matches(tags.get(a)));
    EXPECT_TRUE(set.at(id).matches(tags.get(tags.with(tags.with(a, "b", "2"), "c", "3"))));
    EXPECT_FALSE(set.at(id).matches(tags.get(tags.with(a, "b", "22"))));
}

TEST(SubmetricSet, ObservesWhatItSelectsAndWhatTheSummaryCounts) {
    const Registry registry;
    SubmetricSet set;
    set.add(*registry.find("http_reqs"), parse_metric_expression("http_reqs{kind:slow}")->selector.value());
    set.add(*registry.find("checks"), parse_metric_expression("checks{kind:fast,check:c}")->selector.value());
    const auto observed = set.observed_tags();
    EXPECT_FALSE(observed.observes_all());
    EXPECT_EQ(observed.keys().size(), 4U);
    EXPECT_EQ(observed.keys().at("check"), std::nullopt);
    EXPECT_EQ(observed.keys().at("kind").value(), (std::set<std::string, std::less<>>{"fast", "slow"}));
}

TEST(SubmetricSet, WhoObservesUrlsObservesNamesToo) {
    const Registry registry;
    SubmetricSet submetrics;
    const auto parsed = parse_metric_expression("http_reqs{url:http://h/}");
    ASSERT_TRUE(parsed);
    submetrics.add(registry.at(Builtin::http_reqs), *parsed->selector);
    const ObservedTags observed = submetrics.observed_tags();
    EXPECT_TRUE(observed.keys().contains("url"));
    EXPECT_TRUE(observed.keys().contains("name"));
    EXPECT_FALSE(SubmetricSet().observed_tags().keys().contains("name"));
}

}  // namespace
}  // namespace k6::metrics
