#include "ws/close_code.hpp"

#include <gtest/gtest.h>
#include <string>

#include "tests/support/octets.hpp"

namespace wsrig::ws {
namespace {

using test::octets;

bool both(int value) {
  const auto code = static_cast<std::uint16_t>(value);
  return may_send_close_code(code, Role::client) && may_send_close_code(code, Role::server);
}
bool nobody(int value) {
  const auto code = static_cast<std::uint16_t>(value);
  return !may_send_close_code(code, Role::client) && !may_send_close_code(code, Role::server);
}

TEST(CloseCodeTest, s7_4_1_for_both_roles) {
  for (const int code : {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1011}) EXPECT_TRUE(both(code)) << code;
}

TEST(CloseCodeTest, s11_7_iana_additions_are_for_both_roles) {
  for (const int code : {1012, 1013, 1014}) EXPECT_TRUE(both(code)) << code;
}

TEST(CloseCodeTest, s7_4_1_mandatory_extension_is_for_clients) {
  EXPECT_TRUE(may_send_close_code(1010, Role::client));
  EXPECT_FALSE(may_send_close_code(1010, Role::server));
}

TEST(CloseCodeTest, s7_4_1_never_on_the_wire) {
  for (const int code : {1004, 1005, 1006, 1015}) EXPECT_TRUE(nobody(code)) << code;
}

TEST(CloseCodeTest, s7_4_2_ranges) {
  for (int code = 0; code <= 999; ++code) ASSERT_TRUE(nobody(code)) << code;
  for (int code = 1016; code <= 2999; ++code) ASSERT_TRUE(nobody(code)) << code;
  for (int code = 3000; code <= 4999; ++code) ASSERT_TRUE(both(code)) << code;
  for (int code = 5000; code <= 65535; ++code) ASSERT_TRUE(nobody(code)) << code;
}

TEST(CloseCodeTest, names) {
  EXPECT_EQ(close_code_name(1002), "Protocol error");
  EXPECT_EQ(close_code_name(1014), "Bad Gateway");
  EXPECT_EQ(close_code_name(3000), "Unauthorized");
  EXPECT_EQ(close_code_name(4001), "application");
  EXPECT_EQ(close_code_name(1016), "");
  EXPECT_EQ(close_code_name(999), "");
  EXPECT_EQ(close_code_name(5000), "");
}

TEST(CloseReasonTest, s5_5_1_round_trip) {
  ByteBuffer payload;
  encode_close(1001, "bye", payload);
  EXPECT_EQ(payload, octets("03e9 627965"));
  const CloseReason close = parse_close(payload);
  EXPECT_EQ(close.code, 1001);
  EXPECT_EQ(close.reason, "bye");
}

TEST(CloseReasonTest, s7_1_5_without_a_code) {
  ByteBuffer payload;
  encode_close({}, "lost", payload);
  EXPECT_TRUE(payload.empty());
  EXPECT_FALSE(parse_close(payload).code);
}

TEST(CloseReasonTest, is_total) {
  EXPECT_FALSE(parse_close(octets("03")).code);
  EXPECT_EQ(parse_close(octets("0000")).code, 0);
  EXPECT_EQ(parse_close(octets("ffff ff")).reason, "\xff");
}

}  // namespace
}  // namespace wsrig::ws
