#include "loadgen/ledger.hpp"

#include <gtest/gtest.h>
#include <vector>

namespace wsrig::loadgen {
namespace {

void send(Ledger& ledger, std::uint32_t count, std::uint16_t replies = 1) {
  for (std::uint32_t i = 0; i < count; ++i) {
    ledger.add({.key = ledger.next_sequence(), .replies = replies});
  }
}

struct Rest {
  std::vector<std::uint32_t> lost, outstanding;
  friend bool operator==(const Rest&, const Rest&) = default;
};
Rest rest(Ledger& ledger) {
  Rest rest;
  ledger.take_unanswered([&](const Outstanding& message, bool is_passed) {
    (is_passed ? rest.lost : rest.outstanding).push_back(message.key);
  });
  return rest;
}

TEST(Ledger, answers_in_order_leave_nothing) {
  Ledger ledger;
  send(ledger, 100);
  for (std::uint32_t i = 0; i < 100; ++i) {
    const Answer answer = ledger.answer(i);
    EXPECT_EQ(answer.kind, ReplyKind::matched);
    EXPECT_FALSE(answer.is_reordered);
    EXPECT_EQ(answer.message.key, i);
  }
  EXPECT_TRUE(ledger.empty());
  EXPECT_EQ(rest(ledger), Rest{});
}

TEST(Ledger, tells_duplicated_from_unexpected) {
  Ledger ledger;
  send(ledger, 3);
  EXPECT_EQ(ledger.answer(0).kind, ReplyKind::matched);
  EXPECT_EQ(ledger.answer(0).kind, ReplyKind::duplicated);  // gone from the front
  EXPECT_EQ(ledger.answer(2).kind, ReplyKind::matched);
  EXPECT_EQ(ledger.answer(2).kind, ReplyKind::duplicated);  // kept behind a gap
  EXPECT_EQ(ledger.answer(3).kind, ReplyKind::unexpected);
}

TEST(Ledger, reordered_is_what_comes_behind_a_later_one) {
  Ledger ledger;
  send(ledger, 4);
  EXPECT_FALSE(ledger.answer(1).is_reordered);
  EXPECT_TRUE(ledger.answer(0).is_reordered);
  EXPECT_FALSE(ledger.answer(3).is_reordered);
  EXPECT_TRUE(ledger.answer(2).is_reordered);
  EXPECT_TRUE(ledger.empty());
}

TEST(Ledger, what_was_passed_is_lost_and_what_was_not_is_outstanding) {
  Ledger ledger;
  send(ledger, 6);
  for (const std::uint32_t answered : {0U, 3U}) ledger.answer(answered);
  EXPECT_EQ(ledger.unanswered(), 4U);
  EXPECT_EQ(rest(ledger), (Rest{.lost = {1, 2}, .outstanding = {4, 5}}));
  EXPECT_EQ(ledger.next_sequence(), 6U);
}

TEST(Ledger, several_replies_a_message) {
  Ledger ledger;
  send(ledger, 2, 3);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ledger.answer_oldest().message.key, 0U);
  EXPECT_EQ(ledger.answer_oldest().message.key, 1U);
  EXPECT_EQ(rest(ledger).lost, (std::vector<std::uint32_t>{1}));  // two of its three replies never came
}

TEST(Ledger, nameless_replies_take_the_first_with_their_key) {
  Ledger ledger;
  for (std::uint16_t i = 0; i < 5; ++i) ledger.add({.key = i % 2U, .entry = i});
  EXPECT_EQ(ledger.answer_key(1).message.entry, 1U);
  EXPECT_EQ(ledger.answer_key(1).message.entry, 3U);
  EXPECT_EQ(ledger.answer_key(1).kind, ReplyKind::unexpected);
  EXPECT_EQ(ledger.answer_oldest().message.entry, 0U);
}

TEST(Ledger, one_that_awaits_nothing_only_takes_its_number) {
  Ledger ledger;
  send(ledger, 3, 0);
  EXPECT_EQ(ledger.next_sequence(), 3U);
  EXPECT_TRUE(ledger.empty());
  send(ledger, 1);
  EXPECT_EQ(ledger.answer(3).kind, ReplyKind::matched);
}

TEST(Ledger, forgets_what_a_later_pong_stands_for) {
  Ledger ledger;
  send(ledger, 5);
  ledger.forget_before(3);
  EXPECT_EQ(ledger.unanswered(), 2U);
  EXPECT_EQ(ledger.answer(3).message.key, 3U);
}

TEST(Ledger, a_gap_is_given_up_and_memory_stays_bounded) {
  Ledger ledger;
  for (std::uint32_t i = 0; i < 4 * Ledger::longest_gap; ++i) {
    send(ledger, 1);
    if (i > 0) {
      ASSERT_EQ(ledger.answer(i).kind, ReplyKind::matched);
    }
  }
  EXPECT_EQ(ledger.take_given_up(), 1U);
  EXPECT_EQ(ledger.take_given_up(), 0U);
  EXPECT_TRUE(ledger.empty());
}

}  // namespace
}  // namespace wsrig::loadgen
