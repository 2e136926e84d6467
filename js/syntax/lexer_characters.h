// Kinds of characters, for the units of the lexer.
//
//   if (has_class(*at, kDigit)) value = value * 10 + digit_value(*at);
//
// Private to the lexer; any thread.
#pragma once

#include <array>
#include <cstdint>

#include "js/syntax/unicode_identifier.h"

namespace k6::js::syntax {

enum CharacterClass : std::uint8_t {
    kIdentifierStart = 1,
    kIdentifierPart = 2,
    kDigit = 4,
    kStringStop = 8,    // ends the fast path of a string
    kTemplateStop = 16  // ends the fast path of a template
};

constexpr std::array<std::uint8_t, 256> make_classes() {
    std::array<std::uint8_t, 256> classes{};
    for (int c = 'a'; c <= 'z'; ++c) classes[c] = kIdentifierStart | kIdentifierPart;
    for (int c = 'A'; c <= 'Z'; ++c) classes[c] = kIdentifierStart | kIdentifierPart;
    classes['$'] = classes['_'] = kIdentifierStart | kIdentifierPart;
    for (int c = '0'; c <= '9'; ++c) classes[c] = kIdentifierPart | kDigit;
    for (const char c : {'\'', '"', '\\', '\n', '\r', '\0'}) classes[static_cast<unsigned char>(c)] |= kStringStop;
    for (const char c : {'`', '$', '\\', '\r', '\0'}) classes[static_cast<unsigned char>(c)] |= kTemplateStop;
    return classes;
}

inline constexpr auto kClasses = make_classes();

inline bool has_class(char c, std::uint8_t wanted) { return (kClasses[static_cast<unsigned char>(c)] & wanted) != 0; }

inline int digit_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return 99;
}

inline bool is_start(std::uint32_t c) {
    return c < 0x80 ? has_class(static_cast<char>(c), kIdentifierStart) : is_id_start(c);
}
inline bool is_part(std::uint32_t c) {
    return c < 0x80 ? has_class(static_cast<char>(c), kIdentifierPart) : is_id_continue(c);
}

}  // namespace k6::js::syntax
