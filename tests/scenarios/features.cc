// What the worked scenarios do not show: state of each VU with its setup and teardown, streaming, tags, cookies, feeds
// in all their ways, calls that block together, failures. It judges itself: by checks and thresholds, which fail the
// test.
#include <condition_variable>
#include <mutex>
#include <stdexcept>

#include "dsl/scenario.h"

using namespace k6::dsl;
using namespace std::chrono_literals;

namespace shop {

struct Row {
    int id = 0;
    std::string name;
};
K6_FIELDS(Row, id, name);

}  // namespace shop

namespace {

constexpr auto rows = csv<shop::Row>("tests/scenarios/data/rows.csv");
constexpr auto lines = json_lines<shop::Row>("tests/scenarios/data/rows.jsonl");
constexpr auto undeclared = file("tests/scenarios/data/users.csv");

constexpr Counter opened{"opened"};
constexpr Counter closed{"closed"};
constexpr Counter reused{"reused"};
constexpr Counter unique_rows{"unique_rows"};
constexpr TimeTrend wait_time{"wait_time"};
constexpr DataCounter streamed{"streamed"};
constexpr Gauge level{"level"};
constexpr Calls<"bank"> bank;

struct Company {
    std::string name;
};

/// Neither copied nor moved: made where it lives.
class Desk {
public:
    explicit Desk(std::string owner) : owner_(std::move(owner)) {}
    Desk(const Desk&) = delete;
    Desk& operator=(const Desk&) = delete;
    const std::string& owner() const { return owner_; }
    int visits = 0;

private:
    std::string owner_;
};

std::string url(const Vu& vu, std::string_view path) { return std::string(vu.env("BASE_URL")) + std::string(path); }

Company found(Vu&) { return {.name = "shop"}; }

Desk open_desk(Vu& vu, const Company& company) {
    opened.add(vu);
    vu.sleep(1ms);
    return Desk(company.name + std::to_string(vu.id()));
}

void close_desk(Vu& vu, const Company& company, Desk& desk) {
    vu.check("the desk is closed by its owner", desk.owner() == company.name + std::to_string(vu.id()));
    closed.add(vu);
    const Response last = vu.http.get(url(vu, "/get"), {.name = "last"});
    vu.check("a VU's teardown may still ask", last.ok());
}

void work(Vu& vu, const Company&, Desk& desk) {
    if (desk.visits++ > 0) reused.add(vu);
    vu.check("the desk is this VU's", desk.owner() == "shop" + std::to_string(vu.id()));

    // Streams arrive whole, piece by piece, and leave no body behind.
    std::string text;
    const Response stream = vu.http.get(url(vu, "/stream-bytes/5000?chunk_size=1000&seed=1"),
                                        {.name = "stream", .sink = [&](std::string_view piece) { text += piece; }});
    vu.check("streamed", text.size() == 5000 && stream.body().empty() && stream.ok());
    streamed.add(vu, k6::dsl::Bytes{text.size()});
    vu.check("streams over TLS as well", [&] {
        std::size_t size = 0;
        const Response tls =
            vu.http.get(std::string(vu.env("BASE_URL_TLS")) + "/bytes/70000",
                        {.name = "stream", .sink = [&](std::string_view piece) { size += piece.size(); }});
        return tls.ok() && size == 70000;
    }());
    bool thrown = false;
    try {
        vu.http.get(url(vu, "/bytes/100"),
                    {.name = "stream", .sink = [](std::string_view) { throw std::length_error("enough"); }});
    } catch (const std::length_error&) {
        thrown = true;
    }
    vu.check("what a sink throws arrives", thrown);

    // Bodies that nobody wants.
    vu.check("discarded",
             vu.http.get(url(vu, "/bytes/100"), {.name = "bytes", .body = ResponseBody::discard}).body().empty());
    // Compressed on the way out.
    const Response zipped =
        vu.http.post(url(vu, "/post"), "text text text text", {.name = "zipped", .compression = "gzip"});
    vu.check("compressed", zipped.json()["headers"]["Content-Encoding"].text() == "gzip");

    // JSON that is not what was expected says where.
    const auto wrong = zipped.try_json<shop::Row>();
    vu.check("mismatches name URL and field",
             !wrong && wrong.error().message.starts_with("body of http://") &&
                 wrong.error().message.ends_with("/post (status 200): $.id is missing"));

    // Cookies.
    vu.http.get(url(vu, "/setcookie?flavour=oat"), {.name = "cookie"});
    vu.check("the jar keeps cookies", vu.http.cookies().get(url(vu, "/"), "flavour") == "oat");
    const Response own = vu.http.get(url(vu, "/cookies"), {.name = "cookie", .cookies = {{"flavour", "nut"}}});
    vu.check("a request's cookie replaces the jar's",
             own.body().find("nut") != std::string_view::npos && own.body().find("oat") == std::string_view::npos);
    vu.http.cookies().remove(url(vu, "/"), "flavour");
    vu.check("and is removed", !vu.http.cookies().get(url(vu, "/"), "flavour"));
    vu.check("Set-Cookie can be read",
             vu.http.get(url(vu, "/setcookie?a=b"), {.name = "cookie", .redirects = 0}).cookie("a") == "b");

    // Tags.
    {
        const auto tag = vu.tag("step", "pay");
        level.add(vu, 7);
        const auto inner = vu.tag("step", "check");
        level.add(vu, 8);
    }
    level.add(vu, 9);
    wait_time.add(vu, 2ms);

    // Data.
    vu.check("a VU has its row", rows.of_vu(vu).id == static_cast<int>(vu.id()));
    vu.check("rows are in order", rows.sequential(vu).id == static_cast<int>(vu.iteration_in_test() % 6) + 1);
    vu.check("lines are rows", lines.random(vu).name.size() == 1);
    vu.check("each row once", lines.unique(vu).id == static_cast<int>(vu.iteration_in_test()) + 1);
    unique_rows.add(vu);
    bool refused = false;
    try {
        static_cast<void>(undeclared.bytes(vu));
    } catch (const std::invalid_argument& error) {
        refused =
            std::string_view(error.what()) == "data 'tests/scenarios/data/users.csv' is not listed in the test's data";
    }
    vu.check("data that is not listed is a mistake", refused);

    // Two VUs of one worker block at the same time: each waits for the other.
    static std::mutex mutex;
    static std::condition_variable changed;
    static int arrived = 0;
    const bool met = vu.call(bank, "meet", {.tags = {{"kind", "pair"}}, .blocking = true}, [](Call& call) {
        std::unique_lock lock(mutex);
        const int pair = arrived++ / 2;
        changed.notify_all();
        const bool complete = changed.wait_for(lock, 20s, [&] { return arrived >= 2 * (pair + 1); });
        call.tag("complete", complete ? "yes" : "no");
        if (!complete) call.fail("nobody came");
        return complete;
    });
    vu.check("blocked together", met);
    vu.check("a result comes back", vu.blocking([] { return std::string(100, 'x'); }).size() == 100);
    bool failed = false;
    try {
        vu.blocking([] { throw std::runtime_error("no"); });
    } catch (const std::runtime_error& error) {
        failed = std::string_view(error.what()) == "no";
    }
    vu.check("a failure comes back", failed);

    // A request without an answer.
    const Response nothing = vu.http.get("http://127.0.0.1:1/", {.name = "nothing"});
    vu.check("no answer has an error", nothing.status() == 0 && nothing.error_code() == 1212);
}

}  // namespace

Test k6::dsl::define_test() {
    return {
        .main = entry<work>,
        .scenarios = {{.name = "desks",
                       .executor = PerVuIterations{.vus = 2, .iterations = 3, .max_duration = 30s},
                       .graceful_stop = 5s}},
        .thresholds = {rate(checks) == 100_pct, count(opened) == 2, count(closed) == 2, count(reused) == 4,
                       count(unique_rows) == 6, count(bank.reqs.tagged({{"complete", "yes"}, {"kind", "pair"}})) == 6,
                       rate(bank.failed) == 0_pct, max(bank.duration) < 20s, count(streamed) == 30_kB,
                       value(level.tagged({{"step", "pay"}})) == 7, value(level.tagged({{"step", "check"}})) == 8,
                       value(level) == 9, avg(wait_time) == 2ms, count(http_reqs.tagged({{"name", "last"}})) == 2},
        .metrics = {opened, closed, reused, unique_rows, wait_time, streamed, level, bank},
        .data = {rows, lines},
        .options = {.no_cookies_reset = false},
        .setup = setup<found>,
        .vu_setup = vu_setup<open_desk>,
        .vu_teardown = entry<close_desk>,
    };
}
