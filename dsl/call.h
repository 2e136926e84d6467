// Any protocol: the calls of a client of your own, timed and counted like HTTP requests.
//
//   inline constexpr Calls<"db"> db;                        // metrics db_reqs, db_req_duration, db_req_failed
//
//   void find_user(Vu& vu) {
//       const User user = vu.call(db, "find user", {.tags = {{"table", "users"}}, .blocking = true},
//                                 [&] { return connection.query("select …"); });
//   }
//   Test k6::dsl::define_test() {
//       return {.main = entry<find_user>, .thresholds = {p<95>(db.duration) < 20ms, rate(db.failed) < 1_pct},
//               .metrics = {db}};
//   }
//
// A client that waits by itself (a plain socket, a database driver, a synchronous stub) is `blocking`: it runs on a
// thread of the helper pool (Test::helper_threads), so that the other VUs of the worker go on meanwhile. It must then
// not touch the Vu. The time is that of the function alone, not of waiting for a thread.
//
// What the function throws counts as failed, tags the samples with `error`, and goes on to the caller. A function that
// takes a `Call&` can say more: `call.fail("14")`, `call.tag("status", "ok")`.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dsl/metric.h"

namespace k6::dsl {

namespace detail {

/// A text as a template argument.
template <std::size_t Size>
struct FixedText {
    char text[Size];
    constexpr FixedText(const char (&from)[Size]) { std::copy_n(from, Size, text); }
    constexpr std::string_view view() const { return {text, Size - 1}; }
};

template <FixedText Prefix, FixedText Suffix>
struct JoinedText {
    static constexpr std::size_t size = sizeof(Prefix.text) + sizeof(Suffix.text) - 2;
    struct Storage {
        char text[size + 1] = {};
        constexpr Storage() {
            std::copy_n(Prefix.text, sizeof(Prefix.text) - 1, text);
            std::copy_n(Suffix.text, sizeof(Suffix.text) - 1, text + sizeof(Prefix.text) - 1);
        }
    };
    static constexpr Storage storage{};
    static constexpr std::string_view value{storage.text, size};
};

}  // namespace detail

/// The metrics of one protocol's calls.
template <detail::FixedText Name>
struct Calls {
    static constexpr Counter reqs{detail::JoinedText<Name, "_reqs">::value};
    static constexpr TimeTrend duration{detail::JoinedText<Name, "_req_duration">::value};
    static constexpr Rate failed{detail::JoinedText<Name, "_req_failed">::value};
};

/// What the function of a call may say about it.
class Call {
public:
    /// It counts as failed, though nothing is thrown.
    void fail(std::string_view error) {
        failed_ = true;
        tag("error", error);
    }
    void tag(std::string_view key, std::string_view value) { tags_.emplace_back(key, value); }

    bool failed() const noexcept { return failed_; }
    const std::vector<std::pair<std::string, std::string>>& tags() const noexcept { return tags_; }

private:
    bool failed_ = false;
    std::vector<std::pair<std::string, std::string>> tags_;
};

struct CallParams {
    std::vector<Tag> tags = {};
    /// Run on the helper pool.
    bool blocking = false;
};

}  // namespace k6::dsl
