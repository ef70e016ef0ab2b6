#include "loadgen/sequence_window.hpp"

#include <gtest/gtest.h>

namespace wsrig::loadgen {
namespace {

using Seen = SequenceWindow::Seen;

std::uint64_t lost(SequenceWindow& window) {
  window.finish();
  return window.take_lost();
}

TEST(SequenceWindow, any_number_may_be_the_first) {
  SequenceWindow window;
  for (const std::uint32_t number : {0xfffffffeU, 0xffffffffU, 0U, 1U})
    EXPECT_EQ(window.note(number), Seen::in_order);
  EXPECT_EQ(lost(window), 0U);
}

TEST(SequenceWindow, nothing_seen_is_nothing_lost) {
  SequenceWindow window;
  EXPECT_EQ(lost(window), 0U);
}

TEST(SequenceWindow, tells_lost_from_late) {
  SequenceWindow window;
  window.note(10);
  EXPECT_EQ(window.note(13), Seen::in_order);
  EXPECT_EQ(window.note(11), Seen::reordered);
  EXPECT_EQ(window.note(11), Seen::duplicated);
  EXPECT_EQ(window.note(13), Seen::duplicated);
  EXPECT_EQ(lost(window), 1U);  // 12
  EXPECT_EQ(lost(window), 0U);
}

TEST(SequenceWindow, counts_what_leaves_the_window_at_any_step) {
  for (const std::uint32_t step : {1U, 2U, 63U, 64U, 65U, 1000U}) {
    SequenceWindow window;
    for (std::uint32_t i = 0; i < 10; ++i) window.note(i * step);
    EXPECT_EQ(lost(window), 9U * (step - 1)) << step;
  }
}

}  // namespace
}  // namespace wsrig::loadgen
