// The one list of a struct's fields that JSON bodies and data feeds are made from.
//
//   struct Login {
//       std::string user;
//       std::optional<int> age;
//       bool remember = false;
//   };
//   K6_FIELDS(Login, user, age, (remember, "rememberMe"))        // at namespace scope, beside the struct
//
// A field's key is its name, or what stands beside it in parentheses. Up to 256 fields. Costs nothing at run time.
#pragma once

#include <concepts>
#include <string_view>
#include <type_traits>

namespace k6::dsl::detail {

struct NoVisitor {
    void operator()(std::string_view, auto) const {}
};

template <class T>
concept HasFields = std::is_class_v<T> && requires(NoVisitor visitor) {
    k6_visit_fields(static_cast<const T*>(nullptr), visitor);
};

/// Calls visit(key, pointer to member) for each field of T, in their order.
template <HasFields T, class Visitor>
constexpr void for_each_field(Visitor&& visit) {
    k6_visit_fields(static_cast<const T*>(nullptr), visit);
}

template <class T>
inline constexpr bool always_false = false;

}  // namespace k6::dsl::detail

// The preprocessor's way to loop: each round of K6_EXPAND_ scans the list again.
#define K6_EXPAND_(...) K6_EXPAND3_(K6_EXPAND3_(K6_EXPAND3_(K6_EXPAND3_(__VA_ARGS__))))
#define K6_EXPAND3_(...) K6_EXPAND2_(K6_EXPAND2_(K6_EXPAND2_(K6_EXPAND2_(__VA_ARGS__))))
#define K6_EXPAND2_(...) K6_EXPAND1_(K6_EXPAND1_(K6_EXPAND1_(K6_EXPAND1_(__VA_ARGS__))))
#define K6_EXPAND1_(...) K6_EXPAND0_(K6_EXPAND0_(K6_EXPAND0_(K6_EXPAND0_(__VA_ARGS__))))
#define K6_EXPAND0_(...) __VA_ARGS__
#define K6_PARENTHESES_ ()
#define K6_EACH_FIELD_(...) __VA_OPT__(K6_EXPAND_(K6_NEXT_FIELD_(__VA_ARGS__)))
#define K6_NEXT_FIELD_(field, ...) K6_FIELD_(field) __VA_OPT__(K6_NEXT_FIELD_AGAIN_ K6_PARENTHESES_(__VA_ARGS__))
#define K6_NEXT_FIELD_AGAIN_() K6_NEXT_FIELD_

// K6_FIELD_(name) and K6_FIELD_((name, "key")).
#define K6_PROBE_(...) ~, 1
#define K6_SECOND_(first, second, ...) second
#define K6_IS_PAIR_(...) K6_SECOND_(__VA_ARGS__, 0, ~)
#define K6_JOIN_(a, b) K6_JOIN2_(a, b)
#define K6_JOIN2_(a, b) a##b
#define K6_FIELD_(field) K6_JOIN_(K6_FIELD_PAIR_, K6_IS_PAIR_(K6_PROBE_ field))(field)
#define K6_FIELD_PAIR_0(field) k6_visit(std::string_view(#field), &K6Self::field);
#define K6_FIELD_PAIR_1(pair) K6_NAMED_FIELD_ pair
#define K6_NAMED_FIELD_(field, key) k6_visit(std::string_view(key), &K6Self::field);

#define K6_FIELDS(Type, ...)                                            \
    template <class K6Visitor>                                          \
    constexpr void k6_visit_fields(const Type*, K6Visitor&& k6_visit) { \
        using K6Self [[maybe_unused]] = Type;                           \
        K6_EACH_FIELD_(__VA_ARGS__)                                     \
    }                                                                   \
    static_assert(std::is_class_v<Type>, "K6_FIELDS: the first argument is a struct")
