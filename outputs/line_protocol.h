// Samples as InfluxDB's line protocol, version 1.
//
//   LineProtocol lines(context, *FieldKinds::parse({"vu", "iter", "url:string"}), 1);
//   lines.append(text, sample);
//   // http_reqs,method=GET,status=200 url="http://h/?q=a b",value=1 1795287077497690716
//
// Tags are sorted by key; those with an empty value are left out. Some become fields, which are not indexed. One
// thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "metrics/sample.h"
#include "outputs/output_context.h"

namespace k6::outputs {

enum class FieldKind { string, boolean, integer, floating };

/// Which tags are fields, and of which kind.
class FieldKinds {
public:
    /// Items are "name" (a string) or "name:string|bool|int|float".
    static Result<FieldKinds> parse(const std::vector<std::string>& items);
    const FieldKind* find(std::string_view tag) const;

private:
    std::vector<std::pair<std::string, FieldKind>> kinds_;
};

class LineProtocol {
public:
    /// `nanoseconds_per_unit`: times are whole multiples of it.
    LineProtocol(const OutputContext& context, FieldKinds fields, std::int64_t nanoseconds_per_unit)
        : registry_(context.registry), fields_(std::move(fields)), unit_(nanoseconds_per_unit) {}

    /// One line without its end. False, and nothing appended, if the value is not finite.
    bool append(std::string& out, const metrics::Sample& sample);
    /// The next sample may have tags at an address that was another set's.
    void forget_tags() { last_tags_ = nullptr; }

private:
    void describe_tags(const metrics::TagSet& tags);

    const metrics::Registry& registry_;
    FieldKinds fields_;
    std::int64_t unit_;
    const metrics::TagSet* last_tags_ = nullptr;
    std::string tags_text_;           // ",key=value…"
    std::string fields_before_text_;  // those whose key sorts before "value", each with a comma behind it
    std::string fields_after_text_;   // the others, each with a comma before it
};

}  // namespace k6::outputs
