#include "ws/masker.hpp"

#include <gtest/gtest.h>
#include <numeric>

#include "tests/support/frames.hpp"

namespace wsrig::ws {
namespace {

using test::octets;

ByteBuffer counting(std::size_t size) {
  ByteBuffer out(size);
  std::iota(out.begin(), out.end(), std::uint8_t{7});
  return out;
}

/// The algorithm of RFC 6455 §5.3, word by word.
ByteBuffer by_the_book(ByteBuffer payload, const MaskKey& key) {
  for (std::size_t i = 0; i < payload.size(); ++i) payload[i] ^= key[i % 4];
  return payload;
}

TEST(MaskerTest, s5_7_hello) {
  ByteBuffer payload = test::to_buffer("Hello");
  Masker(test::example_key).apply(payload);
  EXPECT_EQ(payload, octets("7f9f4d5158"));
}

// All sizes around those where another kernel or a tail takes over.
TEST(MaskerTest, s5_3_every_size) {
  for (std::size_t size = 0; size < 600; ++size) {
    const ByteBuffer plain = counting(size);
    ByteBuffer masked = plain;
    Masker(test::example_key).apply(masked);
    ASSERT_EQ(masked, by_the_book(plain, test::example_key)) << size;
  }
}

TEST(MaskerTest, s5_3_every_alignment) {
  for (std::size_t shift = 0; shift < 32; ++shift) {
    ByteBuffer buffer = counting(shift + 200);
    const ByteBuffer plain(buffer.begin() + static_cast<std::ptrdiff_t>(shift), buffer.end());
    Masker(test::example_key).apply(MutableBytes(buffer).subspan(shift));
    ASSERT_EQ(ByteBuffer(buffer.begin() + static_cast<std::ptrdiff_t>(shift), buffer.end()),
              by_the_book(plain, test::example_key));
    ASSERT_EQ(ByteBuffer(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(shift)),
              counting(shift));
  }
}

TEST(MaskerTest, s5_3_keeps_its_phase_over_every_split) {
  const ByteBuffer plain = counting(300);
  const ByteBuffer expected = by_the_book(plain, test::example_key);
  for (std::size_t at = 0; at <= plain.size(); ++at) {
    ByteBuffer masked = plain;
    Masker masker(test::example_key);
    masker.apply(MutableBytes(masked).first(at));
    masker.apply(MutableBytes(masked).subspan(at));
    ASSERT_EQ(masked, expected) << at;
  }
}

TEST(MaskerTest, copies_without_touching_its_input) {
  const ByteBuffer plain = counting(131);
  ByteBuffer masked(plain.size());
  Masker masker(test::example_key);
  masker.copy(Bytes(plain).first(70), masked.data());
  masker.copy(Bytes(plain).subspan(70), masked.data() + 70);
  EXPECT_EQ(masked, by_the_book(plain, test::example_key));
  EXPECT_EQ(plain, counting(131));
}

}  // namespace
}  // namespace wsrig::ws
