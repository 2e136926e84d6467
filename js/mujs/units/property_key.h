// A property name prepared for lookups: private to units/property.cc and units/access.cc.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "js/mujs/runtime.h"

namespace k6::js {

/// A name with its first eight bytes (zero padded) as a number.
struct Key {
    explicit Key(const char* name) : Key(std::string_view(name)) {}
    /// Of a name that need not end with a zero byte, for find and insert alone.
    explicit Key(std::string_view view) : text(view.data()), size(view.size()) {
        const char* name = text;
        if (size >= 8) {
            std::memcpy(&prefix, name, 8);
        } else if (size >= 4) {
            std::uint32_t low = 0;
            std::uint32_t high = 0;
            std::memcpy(&low, name, 4);
            std::memcpy(&high, name + size - 4, 4);
            prefix = low | (std::uint64_t{high} << (8 * (size - 4)));
        } else {
            prefix = 0;
            for (std::size_t i = 0; i < size; ++i) {
                prefix |= std::uint64_t{static_cast<unsigned char>(name[i])} << (8 * i);
            }
        }
    }
    int compare(const js_Property* node) const {
        std::uint64_t other;
        std::memcpy(&other, node->name, 8);
        if (prefix != other) return prefix < other ? -1 : 1;
        if (size < 8) return 0;
        const int order = std::strncmp(text + 8, node->name + 8, size - 8);
        return order != 0 ? order : node->name[size] == 0 ? 0 : -1;
    }

    const char* text;
    std::size_t size;
    std::uint64_t prefix;
};

/// The own property in the store; lazy ones come into being.
js_Property* own_property(js_State* J, js_Object* object, const Key& key);

}  // namespace k6::js
