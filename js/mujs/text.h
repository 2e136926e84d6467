// Positions in strings. Scripts count UTF-16 units, while the engine holds WTF-8 (surrogate pairs joined, lone
// surrogates as three bytes, NUL as C0 80) that ends with a zero byte. Each State remembers, for the few strings it
// looked at last, how long they are and where it was in them; so indexing and `length` cost the same for strings of any
// size, and loops over the characters of a string take linear time.
//
//   const Text text = text_of(J, value);                  // `value` must outlive `text`
//   const Place place = place_of(text, 7);
//   int unit = unit_at(text, 7);                          // 0..0xFFFF
//
// Private to js/mujs and js/builtins; the State's thread only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "js/mujs/mujs_private.h"

namespace k6::js {

/// What a State remembers of one string that does not move: a literal or a string of the heap.
struct KnownText {
    const char* bytes = nullptr;
    std::size_t size = 0;
    int units = 0;
    // A character's start, known in both counts.
    int at_unit = 0;
    std::size_t at_byte = 0;
};

/// Forgotten whenever strings are freed.
class TextCache {
public:
    KnownText& slot(const char* bytes) noexcept {
        const auto address = reinterpret_cast<std::uintptr_t>(bytes);
        return slots_[(address >> 4 ^ address >> 8) % slots_.size()];
    }
    void clear() noexcept {
        slots_ = {};
        ++generation_;
    }
    /// Addresses of strings mean the same strings as long as this does not change.
    std::uint64_t generation() const noexcept { return generation_; }

private:
    std::uint64_t generation_ = 0;
    std::array<KnownText, 16> slots_;
};

struct Text {
    std::string_view bytes;
    int units = 0;
    KnownText* known = nullptr;  // null: short, or not worth remembering
    /// True if a unit is a byte (ASCII without NUL).
    bool direct() const noexcept { return static_cast<std::size_t>(units) == bytes.size(); }
};

/// `string` must be one of the string kinds; short ones are read where they are.
Text text_of(js_State* J, const js_Value& string);
/// Of bytes that may move or change: nothing is remembered.
Text text_of(std::string_view engine_text);

/// Where a position lies in the bytes; `split`: between the halves of the character that starts there.
struct Place {
    std::size_t offset;
    bool split;
};
/// `unit` in [0, text.units].
Place place_of(const Text& text, int unit);
/// The position of a character's start.
int unit_of(const Text& text, std::size_t offset);
/// The code unit at a position in [0, text.units).
int unit_at(const Text& text, int unit);
/// Units [from, to); halves of pairs at the ends become lone surrogates.
js_Value part_of(js_State* J, const Text& text, int from, int to);

/// Length of a string in UTF-16 units.
int string_length(js_State* J, const js_Value& string);
/// The string of the unit at a position; undefined out of range.
js_Value string_unit(js_State* J, const js_Value& string, int unit);
/// left + right; RangeError if that is too long. Where no C++ object is alive, or under a Guard.
js_Value joined_text(js_State* J, const js_Value& left, const js_Value& right);

/// Negative, 0 or positive: by UTF-16 units, an order that is not quite that of the bytes.
int compare_text(const char* left, const char* right);

/// Bytes of the character with this first byte.
constexpr std::size_t character_size(unsigned char lead) {
    return lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}
/// Bytes of the white space or line terminator (ECMA-262 12.2, 12.3) at the start of text that ends with a zero byte; 0
/// if there is none.
std::size_t white_space_size(const char* text);
/// The code point that starts at `offset`; lone surrogates as they are.
int code_point_at(std::string_view bytes, std::size_t offset);
/// Writes a code point (0 and surrogates allowed) in the engine's form; returns its size.
std::size_t encode_code_point(int code, char* out);
/// Appends in the engine's form: a low surrogate behind a high one becomes the character that both mean.
void append_code_point(std::string& text, int code);
void append_text(std::string& text, std::string_view engine_text);

}  // namespace k6::js
