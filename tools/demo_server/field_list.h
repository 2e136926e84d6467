// An ordered list of header or trailer fields, names as they came over the wire.
//
// All text sits in one buffer, so that a list which is cleared and filled again for the next message allocates nothing.
// Owned by its message; used by the thread that owns the message. Views are valid until the next change of the list.
//
//   FieldList fields;
//   fields.add("Content-Type", "text/plain");
//   for (const Field& field : fields) print(field.name, field.value);
//   if (auto type = fields.find("content-type")) use(*type);
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace k6::demo {

struct Field {
    std::string_view name;
    std::string_view value;
};

/// Field names and coding names compare without regard to ASCII case (RFC 9110 section 5.1).
constexpr bool equal_ignoring_case(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
        if (lower(a[i]) != lower(b[i])) return false;
    }
    return true;
}

class FieldList {
public:
    class Iterator {
    public:
        Iterator(const FieldList& list, std::size_t index) : list_(&list), index_(index) {}
        Field operator*() const { return (*list_)[index_]; }
        Iterator& operator++() {
            ++index_;
            return *this;
        }
        bool operator==(const Iterator& other) const { return index_ == other.index_; }

    private:
        const FieldList* list_;
        std::size_t index_;
    };

    void add(std::string_view name, std::string_view value) {
        begin_field();
        extend_name(name);
        extend_value(value);
    }

    /// A field that arrives in pieces: begin, the pieces of its name, the pieces of its value.
    void begin_field() { entries_.push_back({static_cast<std::uint32_t>(text_.size()), 0, 0}); }
    void extend_name(std::string_view piece) {
        text_.append(piece);
        entries_.back().name_size += static_cast<std::uint32_t>(piece.size());
    }
    void extend_value(std::string_view piece) {
        text_.append(piece);
        entries_.back().value_size += static_cast<std::uint32_t>(piece.size());
    }

    /// Drops the spaces and tabs at the end of the last value (RFC 9112 section 5.1).
    void trim_value() {
        while (entries_.back().value_size > 0 && (text_.back() == ' ' || text_.back() == '\t')) {
            text_.pop_back();
            --entries_.back().value_size;
        }
    }

    void clear() {
        text_.clear();
        entries_.clear();
    }

    bool empty() const { return entries_.empty(); }
    std::size_t size() const { return entries_.size(); }
    Field operator[](std::size_t index) const {
        const Entry& entry = entries_[index];
        std::string_view text = text_;
        return {text.substr(entry.offset, entry.name_size),
                text.substr(entry.offset + entry.name_size, entry.value_size)};
    }
    Iterator begin() const { return {*this, 0}; }
    Iterator end() const { return {*this, size()}; }

    /// The value of the first field of that name, in any case.
    std::optional<std::string_view> find(std::string_view name) const {
        for (const Field& field : *this) {
            if (equal_ignoring_case(field.name, name)) return field.value;
        }
        return std::nullopt;
    }
    std::size_t count(std::string_view name) const {
        std::size_t found = 0;
        for (const Field& field : *this) found += equal_ignoring_case(field.name, name) ? 1 : 0;
        return found;
    }

private:
    struct Entry {
        std::uint32_t offset;
        std::uint32_t name_size;
        std::uint32_t value_size;
    };

    std::string text_;
    std::vector<Entry> entries_;
};

}  // namespace k6::demo
