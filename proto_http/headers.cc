#include "proto_http/headers.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>

namespace k6::http {
namespace {

constexpr char lower(char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c); }
constexpr char upper(char c) { return static_cast<char>(c >= 'a' && c <= 'z' ? c - ('a' - 'A') : c); }

constexpr std::array<bool, 256> make_token_table() {
    std::array<bool, 256> table{};
    for (int c = '0'; c <= '9'; ++c) table[static_cast<std::size_t>(c)] = true;
    for (int c = 'a'; c <= 'z'; ++c) table[static_cast<std::size_t>(c)] = true;
    for (int c = 'A'; c <= 'Z'; ++c) table[static_cast<std::size_t>(c)] = true;
    for (char c : std::string_view("!#$%&'*+-.^_`|~")) table[static_cast<unsigned char>(c)] = true;
    return table;
}
constexpr std::array<bool, 256> token_table = make_token_table();
constexpr bool is_token_character(char c) { return token_table[static_cast<unsigned char>(c)]; }

/// Every byte as it stands at the start of a word of a name, and inside one.
struct CaseTables {
    std::array<char, 256> start{};
    std::array<char, 256> inside{};
};
constexpr CaseTables make_case_tables() {
    CaseTables tables;
    for (std::size_t i = 0; i < 256; ++i) {
        tables.start[i] = upper(static_cast<char>(i));
        tables.inside[i] = lower(static_cast<char>(i));
    }
    return tables;
}
constexpr CaseTables case_tables = make_case_tables();

void make_canonical(char* name, std::size_t size) {
    const std::array<char, 256>* table = &case_tables.start;
    for (char* const end = name + size; name != end; ++name) {
        *name = (*table)[static_cast<unsigned char>(*name)];
        table = *name == '-' ? &case_tables.start : &case_tables.inside;
    }
}

/// Eight bytes of a name in lower case, the first one lowest, in canonical form. `starts` has the highest bit of each
/// that begins a word; afterwards that of the first of the next eight.
std::uint64_t capitalized(std::uint64_t word, std::uint64_t& starts) {
    constexpr std::uint64_t ones = 0x0101010101010101;
    constexpr std::uint64_t high = ones * 0x80;
    // Of bytes below 0x80, as those of tokens are, no sum carries over into the next one.
    const std::uint64_t others = word ^ ones * '-';
    const std::uint64_t dashes = ~(others + ones * 0x7f) & high;
    const std::uint64_t letters = (word + ones * (0x80 - 'a')) & ~(word + ones * (0x7f - 'z')) & high;
    const std::uint64_t capitals = (dashes << 8 | starts) & letters;
    starts = dashes >> 56;
    return word - (capitals >> 2);
}

template <class Word>
Word load(const char* from) {
    static_assert(std::endian::native == std::endian::little);
    Word word = 0;
    std::memcpy(&word, from, sizeof word);
    return word;
}
template <class Word>
void store(Word word, char* to) {
    std::memcpy(to, &word, sizeof word);
}

/// The canonical form of a name in lower case.
void copy_capitalized(const char* name, std::size_t size, char* to) {
    std::uint64_t starts = 0x80;
    if (size < 4) {
        char before = '-';
        for (std::size_t i = 0; i < size; ++i) {
            to[i] = before == '-' ? upper(name[i]) : name[i];
            before = name[i];
        }
    } else if (size < 8) {
        // Two halves that overlap.
        const std::size_t second = size - 4;
        const std::uint64_t word = capitalized(
            load<std::uint32_t>(name) | std::uint64_t{load<std::uint32_t>(name + second)} << 8 * second, starts);
        store(static_cast<std::uint32_t>(word), to);
        store(static_cast<std::uint32_t>(word >> 8 * second), to + second);
    } else {
        std::size_t at = 0;
        for (; at + 8 <= size; at += 8) store(capitalized(load<std::uint64_t>(name + at), starts), to + at);
        if (at == size) return;
        // The last eight overlap those before.
        at = size - 8;
        starts = name[at - 1] == '-' ? 0x80 : 0;
        store(capitalized(load<std::uint64_t>(name + at), starts), to + at);
    }
}

}  // namespace

bool valid_header_name(std::string_view name) noexcept {
    return !name.empty() && std::all_of(name.begin(), name.end(), is_token_character);
}

bool valid_header_value(std::string_view value) noexcept {
    return std::none_of(value.begin(), value.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && byte != '\t') || byte == 0x7f;
    });
}

std::string canonical_header_name(std::string_view name) {
    std::string out(name);
    if (valid_header_name(name)) make_canonical(out.data(), out.size());
    return out;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

void Headers::end_field(bool name_is_token) {
    Entry& entry = entries_.back();
    while (entry.value_size > 0 && (text_.back() == ' ' || text_.back() == '\t')) {
        text_.pop_back();
        --entry.value_size;
    }
    if (name_is_token) make_canonical(text_.data() + entry.name, entry.name_size);
}

void Headers::add_lower_case(std::string_view name, std::string_view value) {
    const std::size_t begin = text_.size();
    // To append what is replaced at once is cheaper than to make room, which would be filled with zeros.
    text_.append(name).append(value);
    copy_capitalized(name.data(), name.size(), text_.data() + begin);
    entries_.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(name.size()),
                        static_cast<std::uint32_t>(begin + name.size()), static_cast<std::uint32_t>(value.size())});
}

void Headers::append(const Headers& other, std::size_t first, std::size_t last) {
    if (first == last) return;
    const std::uint32_t begin = other.entries_[first].name;
    const Entry& final = other.entries_[last - 1];
    const auto shift = static_cast<std::uint32_t>(text_.size()) - begin;
    text_.append(other.text_, begin, final.value + final.value_size - begin);
    for (std::size_t i = first; i < last; ++i) {
        const Entry& entry = other.entries_[i];
        entries_.push_back({entry.name + shift, entry.name_size, entry.value + shift, entry.value_size});
    }
}

void Headers::add(std::string_view name, std::string_view value) {
    // A view into this very list would not outlive its growth.
    const auto is_ours = [this](std::string_view view) {
        return std::less_equal<>{}(text_.data(), view.data()) &&
               std::less<>{}(view.data(), text_.data() + text_.capacity());
    };
    if (is_ours(name) || is_ours(value)) return add(std::string(name), std::string(value));
    while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
    begin_field();
    extend_name(name);
    extend_value(value);
    end_field(valid_header_name(name));
}

void Headers::set(std::string_view name, std::string_view value) {
    erase(name);
    add(name, value);
}

void Headers::erase(std::string_view name) {
    std::erase_if(entries_, [&](const Entry& entry) {
        return equals_ignoring_case(std::string_view(text_).substr(entry.name, entry.name_size), name);
    });
}

void Headers::clear() noexcept {
    text_.clear();
    entries_.clear();
}

std::size_t Headers::find(std::string_view name) const {
    std::size_t index = 0;
    while (index < entries_.size() && !equals_ignoring_case((*this)[index].name, name)) ++index;
    return index;
}

std::optional<std::string_view> Headers::get(std::string_view name) const {
    const std::size_t index = find(name);
    if (index == entries_.size()) return std::nullopt;
    return (*this)[index].value;
}

std::optional<std::string> Headers::joined(std::string_view name) const {
    std::optional<std::string> out;
    for (const auto& [field_name, value] : *this) {
        if (!equals_ignoring_case(field_name, name)) continue;
        if (out) {
            *out += ", ";
            *out += value;
        } else {
            out.emplace(value);
        }
    }
    return out;
}

std::vector<std::string_view> Headers::all(std::string_view name) const {
    std::vector<std::string_view> out;
    for (const auto& [field_name, value] : *this) {
        if (equals_ignoring_case(field_name, name)) out.push_back(value);
    }
    return out;
}

bool operator==(const Headers& a, const Headers& b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

}  // namespace k6::http
