#include "metrics/tags.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "metrics/sample.h"

namespace k6::metrics {
namespace {

std::string text(const TagSet& tags) {
    std::string text;
    for (const Tag& tag : tags) text += std::string(tag.key) + "=" + std::string(tag.value) + ";";
    return text;
}

TEST(TagTable, SortsByKeyAndInternsByContent) {
    TagTable tags(ObservedTags::all());
    const TagSetId one = tags.with(tags.with(no_tags, "b", "2"), "a", "1");
    const TagSetId other = tags.with(tags.with(no_tags, "a", "1"), "b", "2");
    EXPECT_EQ(one, other);
    EXPECT_EQ(text(tags.get(one)), "a=1;b=2;");
    EXPECT_EQ(tags.get(one, "b"), "2");
    EXPECT_EQ(tags.get(one, "c"), std::nullopt);
    EXPECT_EQ(&tags.get(one), &tags.get(other));
}

TEST(TagTable, ReplacesAndRemoves) {
    TagTable tags(ObservedTags::all());
    const TagSetId base = tags.with(tags.with(no_tags, SystemTag::group, ""), "k", "v");
    EXPECT_EQ(text(tags.get(base)), "group=;k=v;");
    EXPECT_EQ(text(tags.get(tags.with(base, SystemTag::group, "::a"))), "group=::a;k=v;");
    EXPECT_EQ(tags.without(tags.with(base, "x", "y"), "x"), base);
    EXPECT_EQ(tags.without(base, "absent"), base);
    EXPECT_EQ(tags.without(tags.without(base, "k"), SystemTag::group), no_tags);
    EXPECT_EQ(tags.get(tags.with(base, "k", std::string_view()), "k"), "");
}

TEST(TagTable, KeepsTextsThatTheCallerFrees) {
    TagTable tags(ObservedTags::all());
    std::string key = "temporary key that is long enough for the heap";
    std::string value = "temporary value that is long enough for the heap";
    const TagSetId kept = tags.with(no_tags, key, value);
    const TagUpdate update{tags.key("kind"), value};
    const TagSetId sample = tags.for_sample(kept, {&update, 1});
    const std::string expected = "kind=" + value + ";" + key + "=" + value + ";";
    key.assign(key.size(), '-');
    value.assign(value.size(), '-');
    EXPECT_EQ(text(tags.get(sample)), expected);
}

TEST(TagTable, MakesSampleSetsFromTheirBase) {
    TagTable tags(ObservedTags::all());
    const TagSetId base = tags.with(tags.with(no_tags, "a", "1"), "status", "0");
    const std::vector<TagUpdate> updates = {{tag_key(SystemTag::status), "200"}, {tags.key("z"), ""}};
    const TagSetId sample = tags.for_sample(base, updates);
    EXPECT_EQ(text(tags.get(sample)), "a=1;status=200;z=;");
    EXPECT_EQ(tags.for_sample(base, updates), sample);
    EXPECT_EQ(tags.for_sample(base, {}), base);
    EXPECT_NE(tags.for_sample(no_tags, updates), sample);
    // A sample set may be the base of either kind.
    EXPECT_EQ(text(tags.get(tags.with(sample, "b", "2"))), "a=1;b=2;status=200;z=;");
    EXPECT_EQ(text(tags.get(tags.for_sample(sample, std::vector<TagUpdate>{{tags.key("z"), "9"}}))),
              "a=1;status=200;z=9;");
}

TEST(TagTable, DistinguishesUpdatesThatReadAlike) {
    TagTable tags(ObservedTags::all());
    const TagKey a = tags.key("a");
    const TagKey b = tags.key("b");
    const auto make = [&tags](std::vector<TagUpdate> updates) {
        return text(tags.get(tags.for_sample(no_tags, updates)));
    };
    EXPECT_EQ(make({{a, "xy"}, {b, "z"}}), "a=xy;b=z;");
    EXPECT_EQ(make({{a, "x"}, {b, "yz"}}), "a=x;b=yz;");
    EXPECT_EQ(make({{b, "xy"}, {a, "z"}}), "a=z;b=xy;");
    EXPECT_EQ(make({{a, "1"}, {a, "2"}}), "a=2;");
    // Every length, as the hash takes texts by pieces.
    for (std::size_t length = 0; length < 70; ++length) {
        const std::string value(length, 'v');
        EXPECT_EQ(make({{a, value}}), "a=" + value + ";");
    }
}

TEST(TagTable, DropsWhatNobodyObserves) {
    ObservedTags observed;
    observed.add_key("group");
    observed.add_value("status", "200");
    observed.add_value("status", "404");
    observed.add_value("kind", "slow");
    observed.add_value("group", "::a");  // Every value is observed already.
    TagTable tags(observed);

    EXPECT_EQ(tags.with(no_tags, "url", "http://h/1"), no_tags);
    EXPECT_EQ(text(tags.get(tags.with(no_tags, "group", "::b"))), "group=::b;");
    EXPECT_TRUE(tags.observes(SystemTag::group));
    EXPECT_FALSE(tags.observes(SystemTag::url));

    const TagSetId found = tags.with(no_tags, "status", "200");
    EXPECT_EQ(text(tags.get(found)), "status=200;");
    // Another value is as good as none, but it does replace the one that counts.
    EXPECT_EQ(tags.with(no_tags, "status", "500"), no_tags);
    EXPECT_EQ(tags.with(found, "status", "500"), no_tags);
    EXPECT_EQ(tags.without(found, "status"), no_tags);

    const std::uint64_t before = tags.sets_made();
    for (int i = 0; i < 1000; ++i) {
        const std::string url = "http://h/" + std::to_string(i);
        const std::string status = std::to_string(i);
        const std::vector<TagUpdate> updates = {
            {tag_key(SystemTag::url), url}, {tags.key("kind"), "slow"}, {tag_key(SystemTag::status), status}};
        tags.for_sample(no_tags, updates);
    }
    // With status 200, with 404, with any other.
    EXPECT_EQ(tags.sets_made() - before, 3U);
}

TEST(TagTable, RefusesMoreSetsToKeepThanItsLimit) {
    TagTable tags(ObservedTags::all(), {.kept_sets = 3, .sample_sets = 10, .keys = 1000});
    const TagSetId one = tags.with(no_tags, "k", "1");
    const TagSetId two = tags.with(no_tags, "k", "2");
    EXPECT_EQ(tags.with(no_tags, "k", "3"), no_tags);
    EXPECT_EQ(tags.with(one, "x", "y"), one);
    EXPECT_EQ(tags.dropped_tags(), 2U);
    EXPECT_EQ(tags.with(no_tags, "k", "2"), two);
    EXPECT_EQ(tags.dropped_tags(), 2U);
}

TEST(TagTable, RefusesMoreKeysThanItsLimit) {
    TagTable tags(ObservedTags::all(), {.kept_sets = 100, .sample_sets = 10, .keys = system_tag_table.size() + 2});
    const TagSetId one = tags.with(no_tags, "first", "1");
    EXPECT_NE(one, no_tags);
    EXPECT_EQ(tags.with(one, "second", "1"), one);
    EXPECT_EQ(tags.dropped_tags(), 1U);
}

TEST(TagTable, ForgetsSampleSetsByGenerations) {
    constexpr std::size_t limit = 8;
    TagTable tags(ObservedTags::all(), {.kept_sets = 100, .sample_sets = limit, .keys = 1000});
    const TagKey url = tags.key("url");
    const TagSetId base = tags.with(no_tags, "kept", "for good");
    std::vector<TagSetId> ids;
    for (std::size_t i = 0; i < 10 * limit; ++i) {
        const std::string value = std::to_string(i);
        const TagUpdate update{url, value};
        ids.push_back(tags.for_sample(base, {&update, 1}));
        // The last `limit` sets are always there.
        for (std::size_t back = 0; back < std::min(limit, ids.size()); ++back) {
            EXPECT_EQ(tags.get(ids[i - back], "url"), std::to_string(i - back));
        }
    }
    EXPECT_EQ(tags.stale_reads(), 0U);
    EXPECT_TRUE(tags.get(ids.front()).empty());
    EXPECT_EQ(tags.stale_reads(), 1U);
    EXPECT_EQ(tags.get(base, "kept"), "for good");
}

TEST(TagTable, LetsGenerationsLiveWhileSomebodyHoldsTheirStorage) {
    constexpr std::size_t limit = 4;
    TagTable tags(ObservedTags::all(), {.kept_sets = 100, .sample_sets = limit, .keys = 1000});
    const auto make = [&tags](int i) {
        const std::string value = "a value long enough to be on the heap " + std::to_string(i);
        const TagUpdate update{tag_key(SystemTag::url), value};
        return tags.for_sample(no_tags, {&update, 1});
    };
    const TagSet* const first = &tags.get(make(0));
    const auto held = tags.storage();
    for (int i = 1; i < 100; ++i) make(i);
    EXPECT_EQ(first->get("url"), "a value long enough to be on the heap 0");
}

TEST(TagTable, CopiesFromABaseOfTheGenerationThatIsGivenUp) {
    constexpr std::size_t limit = 2;
    TagTable tags(ObservedTags::all(), {.kept_sets = 100, .sample_sets = limit, .keys = 1000});
    const auto extend = [&tags](TagSetId base, std::string_view key, std::string_view value) {
        const TagUpdate update{tags.key(key), value};
        return tags.for_sample(base, {&update, 1});
    };
    const TagSetId base = extend(no_tags, "a", "a value long enough to be on the heap");
    extend(no_tags, "fill", "1");
    extend(no_tags, "fill", "2");
    extend(no_tags, "fill", "3");
    // This one starts the third generation, in the place of the base's.
    const TagSetId made = extend(base, "b", tags.get(base, "a").value());
    EXPECT_EQ(text(tags.get(made)), "a=a value long enough to be on the heap;b=a value long enough to be on the heap;");
}

}  // namespace
}  // namespace k6::metrics
