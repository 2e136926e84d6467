#include "base/error.h"

#include <gtest/gtest.h>

#include <memory>

namespace k6 {
namespace {

Result<int> half(int value) {
    if (value % 2 != 0) return Error{ErrorClass::invalid_config, std::to_string(value) + " is odd"};
    return value / 2;
}

TEST(Result, CarriesAValueOrAnError) {
    EXPECT_EQ(half(4).value(), 2);
    auto failed = half(3);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().message, "3 is odd");
    EXPECT_EQ(with_context(failed.error(), "option vus").message, "option vus: 3 is odd");
    EXPECT_THROW(static_cast<void>(failed.value()), std::bad_variant_access);
}

TEST(Result, HoldsMoveOnlyValues) {
    Result<std::unique_ptr<int>> owner = std::make_unique<int>(7);
    std::unique_ptr<int> taken = std::move(owner).value();
    EXPECT_EQ(*taken, 7);
}

TEST(Result, VoidHasOnlyTheErrorSide) {
    Result<void> fine;
    EXPECT_TRUE(fine);
    Result<void> failed = Error{ErrorClass::panic, "no"};
    ASSERT_FALSE(failed);
    EXPECT_EQ(static_cast<int>(failed.error().error_class), 109);
}

}  // namespace
}  // namespace k6
