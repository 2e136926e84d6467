#include "proto_ws/close_code.h"

#include <gtest/gtest.h>

namespace k6::ws {
namespace {

// RFC 6455 section 7.4 and the registry of close codes.
TEST(CloseCode, WhatMayBeSent) {
    for (const int code :
         {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999}) {
        EXPECT_TRUE(may_be_sent(static_cast<std::uint16_t>(code))) << code;
    }
    for (const int code : {0, 999, 1004, 1005, 1006, 1015, 1016, 1999, 2000, 2999, 5000, 65535}) {
        EXPECT_FALSE(may_be_sent(static_cast<std::uint16_t>(code))) << code;
    }
}

TEST(CloseCode, InWords) {
    EXPECT_EQ(close_text(1006, "unexpected EOF"), "websocket: close 1006 (abnormal closure): unexpected EOF");
    EXPECT_EQ(close_text(3000, "reason"), "websocket: close 3000: reason");
    EXPECT_EQ(close_text(1000, ""), "websocket: close 1000 (normal)");
}

}  // namespace
}  // namespace k6::ws
