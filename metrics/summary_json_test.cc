#include "metrics/summary_json.h"

#include <gtest/gtest.h>

#include "metrics/recorder.h"

namespace k6::metrics {
namespace {

constexpr WallTime now{std::chrono::nanoseconds{1}};

class SummaryJson : public testing::Test {
protected:
    SummaryJson() {
        registry.declare("my_gauge", MetricType::gauge).value();
        const std::vector<ThresholdDefinition> definitions = {{"checks", {{"rate>0.9"}}},
                                                              {"http_reqs", {{"count>=5"}, {"rate<1000"}}}};
        set = ThresholdSet::create(definitions, registry, submetrics).value();
        Recorder recorder(registry, submetrics);
        TagTable& tags = recorder.tags();
        const TagSetId root = tags.with(no_tags, SystemTag::group, "");
        const TagSetId inner = tags.with(no_tags, SystemTag::group, "::outer::in");
        recorder.add(Builtin::checks, tags.with(root, SystemTag::check, "ok"), 1, now);
        recorder.add(Builtin::checks, tags.with(inner, SystemTag::check, "deep"), 0, now);
        recorder.add(Builtin::group_duration, tags.with(no_tags, SystemTag::group, "::outer::"), 3, now);
        recorder.add(Builtin::http_reqs, root, 3, now);
        recorder.add(registry.find("my_gauge")->id, root, -2, now);
        const RunSnapshot snapshot = recorder.snapshot();
        set.evaluate(snapshot, std::chrono::milliseconds(1500), ThresholdSet::Moment::at_end);
        model = SummaryModel::build(snapshot, registry, submetrics, set, std::chrono::milliseconds(1500));
        options.trend_stats = {TrendStat::parse("avg").value(), TrendStat::parse("p(99.9)").value()};
    }

    Registry registry;
    SubmetricSet submetrics;
    ThresholdSet set;
    SummaryModel model;
    SummaryJsonOptions options;
};

// The ids are MD5 of the paths, as md5sum prints them.
TEST_F(SummaryJson, ForHandleSummary) {
    options.setup_data = R"({"token":"t"})";
    options.time_unit = TimeUnit::milliseconds;
    options.stdout_is_terminal = true;
    const std::string expected =
        R"json({"metrics":{"checks":{"type":"rate","contains":"default","values":{"rate":0.5,"passes":1,"fails":1},)json"
        R"json("thresholds":{"rate>0.9":{"ok":false}}},)json"
        R"json("group_duration":{"type":"trend","contains":"time","values":{"avg":3,"p(99.9)":3}},)json"
        R"json("http_reqs":{"type":"counter","contains":"default","values":{"count":3,"rate":2},)json"
        R"json("thresholds":{"count>=5":{"ok":false},"rate<1000":{"ok":true}}},)json"
        R"json("my_gauge":{"type":"gauge","contains":"default","values":{"value":-2,"min":-2,"max":-2}}},)json"
        R"json("root_group":{"name":"","path":"","id":"d41d8cd98f00b204e9800998ecf8427e","groups":[)json"
        R"json({"name":"outer","path":"::outer","id":"c34b428ee7255085dfe7fef53d3394d5","groups":[)json"
        R"json({"name":"in","path":"::outer::in","id":"94f79ecd908387521f7a22b12f40b3cd","groups":[],"checks":[)json"
        R"json({"name":"deep","path":"::outer::in::deep","id":"5bedb1c96afc218ef2a3f33e98e768eb","passes":0,"fails":1}]},)json"
        R"json({"name":"","path":"::outer::","id":"506e8d82c8fed564eef16322ea9553ac","groups":[],"checks":[]}],"checks":[]}],)json"
        R"json("checks":[{"name":"ok","path":"::ok","id":"2385b52f13b6c5244d846734f1757fa3","passes":1,"fails":0}]},)json"
        R"json("options":{"summaryTrendStats":["avg","p(99.9)"],"summaryTimeUnit":"ms","noColor":false},)json"
        R"json("state":{"isStdOutTTY":true,"isStdErrTTY":false,"testRunDurationMs":1500},)json"
        R"json("percentiles":{"exact_up_to":4096,"from_histogram":[],"error_at_most":0.002},"setup_data":{"token":"t"}})json";
    EXPECT_EQ(handle_summary_data(model, options), expected);
}

TEST_F(SummaryJson, ForTheExportFile) {
    EXPECT_EQ(summary_export(model, options), R"json({
    "metrics": {
        "checks": {
            "value": 0.5,
            "passes": 1,
            "fails": 1,
            "thresholds": {
                "rate>0.9": true
            }
        },
        "group_duration": {
            "avg": 3,
            "p(99.9)": 3
        },
        "http_reqs": {
            "count": 3,
            "rate": 2,
            "thresholds": {
                "count>=5": true,
                "rate<1000": false
            }
        },
        "my_gauge": {
            "value": -2,
            "min": -2,
            "max": -2
        }
    },
    "root_group": {
        "name": "",
        "path": "",
        "id": "d41d8cd98f00b204e9800998ecf8427e",
        "groups": {
            "outer": {
                "name": "outer",
                "path": "::outer",
                "id": "c34b428ee7255085dfe7fef53d3394d5",
                "groups": {
                    "in": {
                        "name": "in",
                        "path": "::outer::in",
                        "id": "94f79ecd908387521f7a22b12f40b3cd",
                        "groups": {},
                        "checks": {
                            "deep": {
                                "name": "deep",
                                "path": "::outer::in::deep",
                                "id": "5bedb1c96afc218ef2a3f33e98e768eb",
                                "passes": 0,
                                "fails": 1
                            }
                        }
                    },
                    "": {
                        "name": "",
                        "path": "::outer::",
                        "id": "506e8d82c8fed564eef16322ea9553ac",
                        "groups": {},
                        "checks": {}
                    }
                },
                "checks": {}
            }
        },
        "checks": {
            "ok": {
                "name": "ok",
                "path": "::ok",
                "id": "2385b52f13b6c5244d846734f1757fa3",
                "passes": 1,
                "fails": 0
            }
        }
    },
    "percentiles": {
        "exact_up_to": 4096,
        "from_histogram": [],
        "error_at_most": 0.002
    }
})json");
}

TEST(TimeUnit, ParsesItsNames) {
    for (const std::string text : {"", "s", "ms", "us"}) EXPECT_EQ(to_string(parse_time_unit(text).value()), text);
    EXPECT_EQ(parse_time_unit("m").error().message, "invalid summary time unit 'm', use 's', 'ms' or 'us'");
}

}  // namespace
}  // namespace k6::metrics
