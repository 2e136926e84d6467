// The shape of a list or map that a user may leave unset, and JSON kept as it came.
//
// `std::optional<std::map<…>>` cannot be written with braces: the optional takes one pair of them for itself. `Setting`
// is an optional whose braces are the container's.
//
//   Setting<std::map<std::string, std::string>> tags = {{"team", "payments"}};   // set
//   Setting<std::vector<int>> list;                                              // unset, which is not the same as
//   empty
//
// Values; any thread.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <utility>

namespace k6 {

template <class Container>
class Setting : public std::optional<Container> {
    using Base = std::optional<Container>;

public:
    Setting() = default;
    Setting(std::nullopt_t) {}
    Setting(Container items) : Base(std::move(items)) {}
    Setting(std::initializer_list<typename Container::value_type> items) : Base(std::in_place, items) {}

    friend bool operator==(const Setting& a, const Setting& b) {
        return static_cast<const Base&>(a) == static_cast<const Base&>(b);
    }
};

/// JSON text of a value that the engine only carries, without white space.
struct RawJson {
    std::string text;
    friend bool operator==(const RawJson&, const RawJson&) = default;
};

}  // namespace k6
