#include "tools/control/documents.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "metrics/group_tree.h"
#include "metrics/recorder.h"

namespace k6::control {
namespace {

using metrics::Builtin;

std::string with_double_quotes(std::string text) {
    std::replace(text.begin(), text.end(), '\'', '"');
    return text;
}

class DocumentsTest : public testing::Test {
protected:
    metrics::SummaryModel model() {
        return metrics::SummaryModel::build(recorder_.snapshot(), registry_, submetrics_, thresholds_,
                                            std::chrono::seconds(2));
    }

    metrics::Registry registry_;
    metrics::SubmetricSet submetrics_;
    metrics::ThresholdSet thresholds_;
    metrics::Recorder recorder_{registry_, submetrics_};
};

TEST_F(DocumentsTest, TheStatusHasItsNumberAndItsFlags) {
    EXPECT_EQ(status_document({.phase = RunPhase::running, .active_vus = 3, .initialized_vus = 10}),
              R"({"data":{"type":"status","id":"default","attributes":{"status":7,"paused":false,"vus":3,"vus-max":10,)"
              R"("stopped":false,"running":true,"tainted":false}}})");
    EXPECT_NE(status_document({.phase = RunPhase::paused, .paused = true}).find(R"("status":4,"paused":true)"),
              std::string::npos);
    EXPECT_NE(status_document({.phase = RunPhase::ended, .stopped = true}).find(R"("status":10)"), std::string::npos);
}

TEST_F(DocumentsTest, MetricsHaveTheSampleOfTheirType) {
    recorder_.add(Builtin::http_reqs, metrics::no_tags, 4, {});
    for (const double value : {10, 20, 30}) recorder_.add(Builtin::http_req_duration, metrics::no_tags, value, {});
    EXPECT_EQ(metric_document(model(), "http_reqs"),
              R"({"data":{"type":"metrics","id":"http_reqs","attributes":{"type":"counter","contains":"default",)"
              R"("tainted":null,"sample":{"count":4,"rate":2}}}})");
    EXPECT_EQ(metric_document(model(), "http_req_duration"),
              R"({"data":{"type":"metrics","id":"http_req_duration","attributes":{"type":"trend","contains":"time",)"
              R"json("tainted":null,"sample":{"avg":20,"min":10,"med":20,"max":30,"p(90)":28,"p(95)":29}}}})json");
    EXPECT_FALSE(metric_document(model(), "nope"));
    EXPECT_EQ(metrics_document(model()).find(R"({"data":[{"type":"metrics","id":"http_reqs")"), 0U);
}

TEST_F(DocumentsTest, GroupsKnowTheirParentsAndChecks) {
    metrics::SummaryModel some;
    some.groups = {"::a::b"};
    some.checks = {{.group = "::a", .name = "ok", .passes = 3, .fails = 1}};
    const std::string root_id = "d41d8cd98f00b204e9800998ecf8427e";
    const std::string a_id = metrics::path_id("::a");
    const std::string expected =
        "{'data':{'type':'groups','id':'" + a_id + "','attributes':{'path':'::a','name':'a','checks':[{'id':'" +
        metrics::path_id("::a::ok") +
        "','path':'::a::ok','name':'ok','passes':3,'fails':1}]},'relationships':{'groups':"
        "{'data':[{'type':'groups','id':'" +
        metrics::path_id("::a::b") + "'}]},'parent':{'data':{'type':'groups','id':'" + root_id + "'}}}}}";
    EXPECT_EQ(group_document(some, a_id), with_double_quotes(expected));
    const std::string begin =
        "{'data':[{'type':'groups','id':'" + root_id + "','attributes':{'path':'','name':'','checks':null}";
    EXPECT_EQ(groups_document(some).find(with_double_quotes(begin)), 0U);
    EXPECT_FALSE(group_document(some, "0"));
}

TEST_F(DocumentsTest, SetupDataAndErrors) {
    EXPECT_EQ(setup_document(R"({"token":"x"})"),
              R"({"data":{"type":"setupData","id":"default","attributes":{"data":{"token":"x"}}}})");
    EXPECT_EQ(setup_document({}), R"({"data":{"type":"setupData","id":"default","attributes":{}}})");
    EXPECT_EQ(setup_document("null"), R"({"data":null})");
    EXPECT_EQ(error_document(404, "Not Found", "no \"x\""),
              R"({"errors":[{"status":"404","title":"Not Found","detail":"no \"x\""}]})");
}

TEST_F(DocumentsTest, PatchesAreReadStrictly) {
    const StatusPatch patch =
        parse_status_patch(
            R"({"data":{"type":"status","id":"default","attributes":{"vus":6,"vus-max":8,"paused":null}}})")
            .value();
    EXPECT_EQ(patch.vus, 6);
    EXPECT_EQ(patch.max_vus, 8);
    EXPECT_FALSE(patch.paused);
    EXPECT_TRUE(parse_status_patch(R"({"data":{"attributes":{"stopped":true}}})")->stopped.value());
    for (const char* wrong : {"", "{", "[]", "{}", R"({"data":{}})", R"({"data":{"attributes":{"vus":"6"}}})",
                              R"({"data":{"attributes":{"vus":1.5}}})", R"({"data":{"attributes":{"paused":1}}})"}) {
        EXPECT_FALSE(parse_status_patch(wrong)) << wrong;
    }
}

TEST_F(DocumentsTest, SetupDataIsAnyJson) {
    EXPECT_EQ(parse_setup_data("  \n").value(), std::nullopt);
    EXPECT_EQ(parse_setup_data(" [1, 2]").value(), "[1,2]");
    EXPECT_EQ(parse_setup_data("null").value(), "null");
    EXPECT_FALSE(parse_setup_data("{"));
}

}  // namespace
}  // namespace k6::control
