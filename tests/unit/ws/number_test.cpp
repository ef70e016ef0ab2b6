#include "ws/number.hpp"

#include <cstdint>
#include <gtest/gtest.h>

namespace wsrig::ws {
namespace {

TEST(Number, is_the_whole_text) {
  EXPECT_EQ(to_integer<unsigned>("1006"), 1006u);
  EXPECT_EQ(to_integer<unsigned>("007"), 7u);
  for (const char* text : {"", " 1", "1 ", "+1", "1.", "1e3", "0x1", "one"}) {
    EXPECT_EQ(to_integer<unsigned>(text), std::nullopt) << text;
  }
}

TEST(Number, fits_its_type) {
  EXPECT_EQ(to_integer<std::uint16_t>("65535"), 65535);
  EXPECT_EQ(to_integer<std::uint16_t>("65536"), std::nullopt);
  EXPECT_EQ(to_integer<std::uint64_t>("18446744073709551615"), ~std::uint64_t{0});
  EXPECT_EQ(to_integer<std::uint64_t>("18446744073709551616"), std::nullopt);
}

TEST(Number, has_a_sign_where_its_type_has_one) {
  EXPECT_EQ(to_integer<int>("-1"), -1);
  EXPECT_EQ(to_integer<unsigned>("-1"), std::nullopt);
}

TEST(Number, is_read_in_its_base) {
  EXPECT_EQ(to_integer<unsigned>("fF", 16), 255u);
  EXPECT_EQ(to_integer<unsigned>("fg", 16), std::nullopt);
}

TEST(Number, may_have_a_fraction) {
  EXPECT_EQ(to_decimal("99.9"), 99.9);
  EXPECT_EQ(to_decimal(".5"), 0.5);
  EXPECT_EQ(to_decimal("5."), 5);
  for (const char* text : {"", ".", "-1", "+1", "1e3", "inf", "nan", "1.2.3", "0x1", " 1"}) {
    EXPECT_EQ(to_decimal(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace wsrig::ws
