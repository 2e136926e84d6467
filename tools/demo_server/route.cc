#include "tools/demo_server/route.h"

#include <charconv>
#include <sstream>

#include "tools/demo_server/form.h"

namespace k6::demo {
namespace {

template <class Number>
Result<Number> parse_number(std::string_view what, std::string_view text, Number least, Number most) {
    Number number = {};
    auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    bool whole = failure == std::errc() && end == text.data() + text.size();
    // Written so that a NaN is out of range.
    if (whole && number >= least && number <= most) return number;
    std::ostringstream message;
    message << what << " must be a number from " << least << " to " << most << ", not '" << text << "'";
    return Error{ErrorClass::generic, message.str()};
}

std::string segment_name(std::size_t index) { return "path segment " + std::to_string(index + 1); }

}  // namespace

std::size_t Call::segment_count() const {
    std::size_t count = 0;
    for (char c : rest_) count += c == '/' ? 1 : 0;
    return count;
}

std::string Call::segment(std::size_t index) const {
    std::string_view rest = rest_;
    for (std::size_t i = 0; !rest.empty(); ++i) {
        rest.remove_prefix(1);
        std::size_t end = std::min(rest.find('/'), rest.size());
        if (i == index) return percent_decode(rest.substr(0, end));
        rest.remove_prefix(end);
    }
    return {};
}

std::optional<std::string> Call::argument(std::string_view name) const { return find_pair(request_.query(), name); }

Result<std::uint64_t> Call::segment_number(std::size_t index, std::uint64_t least, std::uint64_t most) const {
    return parse_number(segment_name(index), segment(index), least, most);
}

Result<std::uint64_t> Call::argument_number(std::string_view name, std::uint64_t fallback, std::uint64_t least,
                                            std::uint64_t most) const {
    auto text = argument(name);
    if (!text) return fallback;
    return parse_number(name, *text, least, most);
}

Result<double> Call::segment_decimal(std::size_t index, double least, double most) const {
    return parse_number(segment_name(index), segment(index), least, most);
}

Result<double> Call::argument_decimal(std::string_view name, double fallback, double least, double most) const {
    auto text = argument(name);
    if (!text) return fallback;
    return parse_number(name, *text, least, most);
}

}  // namespace k6::demo
