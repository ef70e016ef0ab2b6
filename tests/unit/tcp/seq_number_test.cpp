#include "pcap/tcp/seq_number.hpp"

#include <gtest/gtest.h>

namespace wsrig::tcp {
namespace {

static_assert(SeqNumber{2} - SeqNumber{0xfffffffe} == 4);
static_assert(SeqNumber{0xfffffffe} - SeqNumber{2} == -4);
static_assert(SeqNumber{0xffffffff} + 2 == SeqNumber{1});

TEST(Unwrap, is_the_offset_itself_at_the_known_place) {
  EXPECT_EQ(unwrap({77}, {77}, 5'000'000'000), 5'000'000'000);
}

TEST(Unwrap, goes_forward_over_the_wrap) { EXPECT_EQ(unwrap({4}, {0xfffffff0}, 100), 120); }

TEST(Unwrap, goes_back_over_the_wrap) { EXPECT_EQ(unwrap({0xfffffff0}, {4}, 100), 80); }

TEST(Unwrap, goes_back_before_the_start) { EXPECT_EQ(unwrap({9}, {10}, 0), -1); }

TEST(Unwrap, takes_what_is_older_than_any_window_for_new) {
  constexpr std::uint32_t window = std::uint32_t{1} << 30;
  EXPECT_EQ(unwrap({0}, {window}, std::uint64_t{1} << 40), (std::int64_t{1} << 40) - window);
  EXPECT_EQ(unwrap({0}, {window + 1}, std::uint64_t{1} << 40),
            (std::int64_t{1} << 40) + 0xffffffffu - window);
}

}  // namespace
}  // namespace wsrig::tcp
