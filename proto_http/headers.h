// Header fields of a message: an ordered list of names and values.
//
// Names are kept in canonical form (`x-foo-BAR` → `X-Foo-Bar`), and found whatever their case. All text lies in one
// string, so a list that is cleared and filled again allocates nothing.
//
//   Headers headers;
//   headers.add("content-type", "application/json");
//   headers.get("Content-Type") == "application/json";
//   for (const auto& [name, value] : headers) …
//
// A value; views into it hold until it is changed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace k6::http {

/// A field name is a token, RFC 9110 section 5.6.2.
bool valid_header_name(std::string_view name) noexcept;
/// No control characters but tab.
bool valid_header_value(std::string_view value) noexcept;
/// A method is a token too.
inline bool valid_method(std::string_view method) noexcept { return valid_header_name(method); }

/// First letter and letters after `-` in upper case, the others in lower case; names that are no tokens stay as they
/// are.
std::string canonical_header_name(std::string_view name);

/// ASCII letters compared without case.
bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept;

class Headers {
public:
    struct Field {
        std::string_view name;
        std::string_view value;
        friend bool operator==(const Field&, const Field&) = default;
    };

    class Iterator {
    public:
        using iterator_category = std::input_iterator_tag;
        using value_type = Field;
        using difference_type = std::ptrdiff_t;
        using reference = Field;
        using pointer = void;

        Iterator(const Headers* headers, std::size_t index) : headers_(headers), index_(index) {}
        Field operator*() const { return (*headers_)[index_]; }
        Iterator& operator++() {
            ++index_;
            return *this;
        }
        Iterator operator++(int) {
            Iterator before = *this;
            ++index_;
            return before;
        }
        friend bool operator==(const Iterator&, const Iterator&) = default;

    private:
        const Headers* headers_;
        std::size_t index_;
    };

    Headers() = default;
    Headers(std::initializer_list<Field> fields) {
        for (const Field& field : fields) add(field.name, field.value);
    }

    /// Appends, whatever is there already. Blanks around the value are no part of it.
    void add(std::string_view name, std::string_view value);
    /// Replaces all fields of that name.
    void set(std::string_view name, std::string_view value);
    void erase(std::string_view name);
    /// Keeps the memory.
    void clear() noexcept;

    std::size_t size() const noexcept { return entries_.size(); }
    bool empty() const noexcept { return entries_.empty(); }
    Field operator[](std::size_t index) const {
        const Entry& entry = entries_[index];
        const char* const text = text_.data();
        return {{text + entry.name, entry.name_size}, {text + entry.value, entry.value_size}};
    }
    Iterator begin() const { return {this, 0}; }
    Iterator end() const { return {this, entries_.size()}; }

    bool has(std::string_view name) const { return find(name) != entries_.size(); }
    /// The first value of that name.
    std::optional<std::string_view> get(std::string_view name) const;
    /// All values of that name, joined with `, `; nullopt if there is none.
    std::optional<std::string> joined(std::string_view name) const;
    std::vector<std::string_view> all(std::string_view name) const;

    /// For parsers, which meet a field in pieces: begin_field, then any number of extend_name and extend_value, then
    /// end_field, which makes the name canonical: parsers have seen that it is a token. Between them only clear() may
    /// be called besides.
    void begin_field() {
        const auto begin = static_cast<std::uint32_t>(text_.size());
        entries_.push_back({begin, 0, begin, 0});
    }
    void extend_name(std::string_view piece) {
        text_ += piece;
        entries_.back().name_size += static_cast<std::uint32_t>(piece.size());
        entries_.back().value += static_cast<std::uint32_t>(piece.size());
    }
    void extend_value(std::string_view piece) {
        text_ += piece;
        entries_.back().value_size += static_cast<std::uint32_t>(piece.size());
    }
    void end_field(bool name_is_token = true);
    /// All of that for a field that is there as a whole, its name a token in lower case, and its value without blanks
    /// around it.
    void add_lower_case(std::string_view name, std::string_view value);

    /// Fields `first` to `last` (exclusive) of another list, of which none has been erased.
    void append(const Headers& other, std::size_t first, std::size_t last);

    /// For parsers that meet all fields at once: append_block copies their lines, then add_of_block says where in that
    /// copy a name, which the parser has made canonical there, and a value are.
    struct Block {
        char* begin;
        char* end;
    };
    Block append_block(std::string_view lines) {
        const std::size_t offset = text_.size();
        text_ += lines;
        return {text_.data() + offset, text_.data() + text_.size()};
    }
    void add_of_block(std::string_view name, std::string_view value) {
        const auto offset = [this](std::string_view part) {
            return static_cast<std::uint32_t>(part.data() - text_.data());
        };
        entries_.push_back({offset(name), static_cast<std::uint32_t>(name.size()), offset(value),
                            static_cast<std::uint32_t>(value.size())});
    }

    /// Something was in it at some time.
    bool has_memory() const noexcept { return entries_.capacity() != 0; }
    /// Bytes that names and values have taken since clear().
    std::size_t bytes() const noexcept { return text_.size(); }

    friend bool operator==(const Headers& a, const Headers& b);

private:
    struct Entry {
        std::uint32_t name;
        std::uint32_t name_size;
        std::uint32_t value;
        std::uint32_t value_size;
    };
    std::size_t find(std::string_view name) const;

    std::string text_;
    std::vector<Entry> entries_;
};

}  // namespace k6::http
