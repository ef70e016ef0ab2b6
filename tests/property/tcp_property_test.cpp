#include <algorithm>
#include <gtest/gtest.h>
#include <random>

#include "pcap/tcp/stream_assembler.hpp"
#include "tests/support/cuts.hpp"
#include "tests/support/damage.hpp"
#include "tests/support/followed.hpp"

// However a capture cut, repeated and reordered the segments: the same octets, each once and in order.
namespace wsrig::test {
namespace {

constexpr std::uint32_t seed = 42;

/// What a StreamAssembler delivers; a hole stands as '.' for each octet.
class Collected final : public tcp::StreamSink {
 public:
  std::string text;
  int conflicts = 0;

 private:
  void on_octets(const tcp::Octets& octets) override {
    EXPECT_EQ(octets.offset, text.size());
    EXPECT_FALSE(octets.bytes.empty());
    text += ws::as_text(octets.bytes);
  }
  void on_hole(const tcp::Hole& hole) override {
    EXPECT_EQ(hole.offset, text.size());
    text.append(hole.length, '.');
  }
  void on_conflict(std::uint64_t, std::uint32_t, const tcp::Seen&) override { ++conflicts; }
};

struct Slice {
  std::size_t offset;
  std::size_t length;
  std::size_t missing = 0;  ///< of its octets, at its end
};

std::string text_of(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i) text += static_cast<char>('A' + i * 7 % 57);
  return text;
}

/// Gives slices of a text to an assembler whose stream begins at `first`.
Collected assemble(const std::string& text, const std::vector<Slice>& slices, tcp::SeqNumber first) {
  tcp::StreamAssembler assembler;
  Collected collected;
  assembler.start(first);
  std::uint64_t packet = 0;
  for (const Slice& slice : slices) {
    const ws::Bytes bytes = ws::as_bytes(text).subspan(slice.offset, slice.length - slice.missing);
    const tcp::Seen seen{++packet, {}};
    assembler.add({first + slice.offset, bytes, static_cast<std::uint32_t>(slice.missing), true, false, seen},
                  collected);
  }
  assembler.finish(first + text.size(), {++packet, {}});
  assembler.flush({packet, {}}, collected);
  return collected;
}

TEST(StreamAssemblerProperty, every_order_of_segments_gives_the_stream) {
  const std::string text = text_of(14);
  std::vector<std::size_t> order{0, 1, 2, 3, 4, 5};
  const std::vector<Slice> slices{{0, 3}, {3, 1}, {4, 4}, {8, 2}, {10, 3}, {13, 1}};
  do {
    std::vector<Slice> ordered;
    for (const std::size_t at : order) ordered.push_back(slices[at]);
    for (const std::uint32_t first : {1000u, 0xfffffff8u})
      EXPECT_EQ(assemble(text, ordered, {first}).text, text);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(StreamAssemblerProperty, any_overlapping_repeated_shuffled_slices_give_the_stream) {
  std::mt19937 random(seed);
  for (int round = 0; round < 3000; ++round) {
    const std::string text = text_of(1 + random() % 200);
    std::vector<Slice> slices;
    std::size_t at = 0;
    for (const std::size_t piece : random_cuts(text.size(), random)) {
      if (piece > 0) slices.push_back({at, piece});
      at += piece;
    }
    for (std::size_t extra = random() % 8; extra > 0; --extra) {
      const std::size_t from = random() % text.size();
      slices.push_back({from, 1 + random() % (text.size() - from)});
    }
    std::shuffle(slices.begin(), slices.end(), random);
    const Collected collected = assemble(text, slices, {static_cast<std::uint32_t>(random())});
    ASSERT_EQ(collected.text, text) << "seed " << seed << ", round " << round;
    ASSERT_EQ(collected.conflicts, 0);
  }
}

TEST(StreamAssemblerProperty, what_never_came_is_a_hole_and_nothing_else_is) {
  std::mt19937 random(seed);
  for (int round = 0; round < 3000; ++round) {
    const std::string text = text_of(1 + random() % 200);
    std::vector<Slice> slices;
    std::string expected(text.size(), '.');
    for (std::size_t count = random() % 12; count > 0; --count) {
      const std::size_t from = random() % text.size();
      slices.push_back({from, 1 + random() % (text.size() - from)});
      std::copy_n(text.begin() + static_cast<std::ptrdiff_t>(from), slices.back().length,
                  expected.begin() + static_cast<std::ptrdiff_t>(from));
    }
    ASSERT_EQ(assemble(text, slices, {0xffffff80}).text, expected) << "seed " << seed << ", round " << round;
  }
}

TEST(StreamAssemblerProperty, truncated_segments_keep_every_other_octet_in_its_place) {
  std::mt19937 random(seed);
  for (int round = 0; round < 3000; ++round) {
    const std::string text = text_of(1 + random() % 200);
    std::vector<Slice> slices;
    for (std::size_t count = random() % 12; count > 0; --count) {
      const std::size_t from = random() % text.size();
      const std::size_t length = 1 + random() % (text.size() - from);
      slices.push_back({from, length, random() % (length + 1)});
    }
    const std::string got = assemble(text, slices, {7}).text;
    ASSERT_EQ(got.size(), text.size()) << "seed " << seed << ", round " << round;
    for (std::size_t i = 0; i < got.size(); ++i) ASSERT_TRUE(got[i] == text[i] || got[i] == '.');
  }
}

TEST(FlowTableProperty, a_capture_that_repeats_and_reorders_loses_nothing) {
  std::mt19937 random(seed);
  for (int round = 0; round < 300; ++round) {
    Conversation::Config config = Conversation::defaults();
    config.client_isn = static_cast<std::uint32_t>(random());
    config.server_isn = 0xffffffff - static_cast<std::uint32_t>(random() % 100);
    config.segment_size = 1 + random() % 20;
    Conversation talk(config);
    const std::string request = text_of(1 + random() % 100);
    const std::string answer = text_of(1 + random() % 100);
    talk.open().client(request).server(answer).client(answer).close();
    MadeCapture packets = talk.packets();
    // The SYN stays first: what comes before it belongs to another connection.
    MadeCapture rest(packets.begin() + 2, packets.end());
    for (int i = 0; i < 5; ++i) rest = duplicate(rest, random() % rest.size(), 1 + random() % 5);
    rest = reorder(rest, 2 + random() % 7, random);
    packets.resize(2);
    packets.insert(packets.end(), rest.begin(), rest.end());
    const Recorder seen = Recorder::of(packets);
    ASSERT_EQ(seen.flows.size(), 1u);
    ASSERT_EQ(seen.flows[0]->forward(), request + answer) << "seed " << seed << ", round " << round;
    ASSERT_EQ(seen.flows[0]->backward(), answer) << "seed " << seed << ", round " << round;
  }
}

}  // namespace
}  // namespace wsrig::test
