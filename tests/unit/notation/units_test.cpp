#include <gtest/gtest.h>

#include "ws/notation.hpp"

namespace wsrig::ws {
namespace {

TEST(Units, sizes) {
  EXPECT_EQ(parse_size("125B"), 125u);
  EXPECT_EQ(parse_size("0B"), 0u);
  EXPECT_EQ(parse_size("16KiB"), 16384u);
  EXPECT_EQ(parse_size("1MiB"), 1048576u);
  EXPECT_EQ(parse_size("2GiB"), 2147483648u);
  EXPECT_EQ(parse_size("18446744073709551615B"), UINT64_MAX);
}

TEST(Units, no_sizes) {
  for (const char* text : {"", "B", "125", "1X", "1 B", "-1B", "+1B", "1.5KiB", "1KB", "1kib", "1KiBB",
                           "18446744073709551616B", "17179869184GiB", "0x10B"}) {
    EXPECT_EQ(parse_size(text), std::nullopt) << text;
  }
}

TEST(Units, a_bare_size_where_it_is_allowed) {
  EXPECT_EQ(parse_size("125", false), 125u);
  EXPECT_EQ(parse_size("125B", false), 125u);
  EXPECT_EQ(parse_size("x", false), std::nullopt);
}

TEST(Units, durations_in_microseconds) {
  EXPECT_EQ(parse_duration_us("50us"), 50u);
  EXPECT_EQ(parse_duration_us("200ms"), 200'000u);
  EXPECT_EQ(parse_duration_us("2s"), 2'000'000u);
  EXPECT_EQ(parse_duration_us("1m"), 60'000'000u);
  for (const char* text :
       {"", "5", "ms", "1h", "1.5s", "-1s", "1 s", "99999999999999999999us", "307445734561826m"}) {
    EXPECT_EQ(parse_duration_us(text), std::nullopt) << text;
  }
}

TEST(Units, numbers) {
  EXPECT_EQ(parse_number("1002"), 1002u);
  EXPECT_EQ(parse_number("0x3ea"), 1002u);
  EXPECT_EQ(parse_number("0XF", 15), 15u);
  EXPECT_EQ(parse_number("18446744073709551615"), UINT64_MAX);
  EXPECT_EQ(parse_number("16", 15), std::nullopt);
  for (const char* text : {"", "0x", "x", "-1", "+1", "1 ", " 1", "1.0", "0xg", "18446744073709551616"}) {
    EXPECT_EQ(parse_number(text), std::nullopt) << text;
  }
}

TEST(Units, print_size_reads_back) {
  EXPECT_EQ(print_size(0), "0B");
  EXPECT_EQ(print_size(125), "125B");
  EXPECT_EQ(print_size(16384), "16KiB");
  EXPECT_EQ(print_size(16385), "16385B");
  for (const std::uint64_t size : {0ull, 1ull, 1023ull, 1024ull, 1536ull, 1048576ull, 5368709120ull, ~0ull}) {
    EXPECT_EQ(parse_size(print_size(size)), size);
  }
}

}  // namespace
}  // namespace wsrig::ws
