#pragma once

#include <string>

namespace shop {

struct Order {
    std::string item;
    int count = 0;
};

/// In cents.
inline int total(const Order& order) { return order.count * 250; }

}  // namespace shop
