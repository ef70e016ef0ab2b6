#include "loadgen/merge.hpp"

#include <algorithm>
#include <gtest/gtest.h>

#include "loadgen/threshold.hpp"
#include "tests/unit/loadgen/sample_result.hpp"

namespace wsrig::loadgen {
namespace {

ShardDocument shard(std::uint32_t rank, std::uint32_t world) {
  ShardDocument document{.file = "shard-" + std::to_string(rank), .result = test::sample_result(rank + 1)};
  document.result.meta.shards.front().rank = rank;
  document.result.meta.shards.front().world = world;
  return document;
}

std::string error_of(std::vector<ShardDocument> documents) {
  const auto merged = merge_shards(std::move(documents));
  return merged ? "" : merged.error().file + ": " + merged.error().message;
}

TEST(Merge, the_sum_is_that_of_all_samples) {
  const auto merged = merge_shards({shard(0, 3), shard(1, 3), shard(2, 3)});
  ASSERT_TRUE(merged);
  stats::Histogram rtt;
  for (std::uint32_t rank = 0; rank < 3; ++rank)
    rtt.merge(shard(rank, 3).result.phases[1].figures.timings[Timing::rtt]);
  const Phase& phase = merged->phases[1];
  EXPECT_EQ(phase.figures.timings[Timing::rtt], rtt);
  EXPECT_EQ(phase.figures.counters.messages_sent, 15'000u);
  EXPECT_EQ(phase.figures.duration, std::chrono::seconds(10));
  EXPECT_EQ(phase.connections, 3'000u);
  ASSERT_EQ(phase.seconds.size(), 10u);
  EXPECT_EQ(phase.seconds[3].figures.counters.messages_sent, 1'500u);
  EXPECT_EQ(merged->meta.shards.size(), 3u);
  EXPECT_EQ(merged->total().error_count(), 12u);
}

TEST(Merge, the_order_does_not_matter) {
  EXPECT_EQ(*merge_shards({shard(2, 3), shard(0, 3), shard(1, 3)}),
            *merge_shards({shard(0, 3), shard(1, 3), shard(2, 3)}));
}

TEST(Merge, seconds_are_added_by_when_they_happened) {
  ShardDocument late = shard(1, 2);
  late.result.meta.start += std::chrono::seconds(3);
  const auto merged = merge_shards({shard(0, 2), late});
  ASSERT_TRUE(merged);
  const auto& seconds = merged->phases[1].seconds;
  EXPECT_EQ(seconds.size(), 13u);
  EXPECT_EQ(seconds.front().number, 2u);
  EXPECT_EQ(seconds.front().connections, 1'000u);
  EXPECT_EQ(seconds[3].connections, 2'000u);
}

TEST(Merge, thresholds_are_judged_on_the_sum) {
  std::vector<ShardDocument> shards{shard(0, 4), shard(1, 4), shard(2, 4), shard(3, 4)};
  for (auto& document : shards) document.result.meta.thresholds = {"rtt p99.9 < 1m", "rtt count == 20000"};
  auto merged = merge_shards(std::move(shards));
  ASSERT_TRUE(merged);
  for (const Judgement& judgement : judge_all(*merged)) EXPECT_TRUE(judgement.passed) << judgement.threshold;
}

TEST(Merge, a_shard_that_its_generator_limited_spoils_the_sum) {
  ShardDocument limited = shard(1, 2);
  limited.result.remarks = {{Concern::generator, "load", "it was late"},
                            {Concern::note, "load", "of this shard only"}};
  const auto merged = merge_shards({shard(0, 2), limited});
  ASSERT_TRUE(merged);
  ASSERT_EQ(merged->remarks.size(), 1u);
  EXPECT_EQ(merged->remarks[0].text, "shard 1: it was late");
}

TEST(Merge, tells_how_far_apart_the_shards_began_to_measure) {
  ShardDocument first = shard(0, 3), second = shard(1, 3), third = shard(2, 3);
  first.result.phases[1].start = std::chrono::seconds(7);
  second.result.phases[1].start = std::chrono::seconds(5);
  third.result.phases[1].start = std::chrono::seconds(6);
  const auto merged = merge_shards({first, second, third});
  ASSERT_TRUE(merged);
  EXPECT_EQ(merged->phases[1].start, std::chrono::seconds(5));
  EXPECT_EQ(merged->phases[1].start_spread, std::chrono::seconds(2));
}

TEST(Merge, contradictions_are_mistakes) {
  EXPECT_EQ(error_of({shard(0, 3), shard(2, 3)}),
            ": shard 1 of 3 is missing: what the others show is not the run");
  EXPECT_EQ(error_of({shard(0, 2), shard(0, 2)}), "shard-0: shard 0 is also in shard-0");
  EXPECT_EQ(error_of({shard(0, 2), shard(1, 3)}),
            "shard-1: it is of another run: its world is '3', that of shard-0 '2'");
  EXPECT_EQ(error_of({shard(0, 2), shard(2, 2)}), "shard-2: it says that it is shard 2 (from 0) of 2");
  ShardDocument other = shard(1, 2);
  other.result.meta.seed = 43;
  EXPECT_EQ(error_of({shard(0, 2), other}),
            "shard-1: it is of another run: its seed is '43', that of shard-0 '42'");
  other = shard(1, 2);
  other.result.phases[1].name = "steady";
  EXPECT_EQ(error_of({shard(0, 2), other}),
            "shard-1: it is of another run: its phase is 'steady (open): 1000 connections, 500/s', that of "
            "shard-0 'load (open): 1000 connections, 500/s'");
  other = shard(1, 2);
  other.result.search = LimitSearch{};
  EXPECT_EQ(error_of({shard(0, 2), other}),
            "shard-1: a search for the limit cannot be added up: each step depends on the last");
  other = shard(1, 2);
  other.result.meta.shards.clear();
  EXPECT_EQ(error_of({other, shard(0, 2)}), "shard-1: it does not say which shard it is");
}

TEST(Merge, a_missing_shard_can_be_allowed_but_not_hidden) {
  const auto merged = merge_shards({shard(0, 3), shard(2, 3)}, true);
  ASSERT_TRUE(merged);
  ASSERT_EQ(merged->remarks.size(), 1u);
  EXPECT_EQ(merged->remarks[0].text, "shard 1 of 3 is missing here");
}

}  // namespace
}  // namespace wsrig::loadgen
