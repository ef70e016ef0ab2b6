#include "loadgen/envelope.hpp"

#include <gtest/gtest.h>

#include "loadgen/crc32c.hpp"
#include "ws/utf8.hpp"

namespace wsrig::loadgen {
namespace {

ws::ByteBuffer message(const Envelope& envelope, EnvelopeForm form) {
  const ws::ByteBuffer filler(envelope.length - envelope_size(form), 'x');
  ws::ByteBuffer out(envelope_size(form));
  encode(envelope, form, crc32c(filler), out.data());
  ws::append(out, filler);
  return out;
}

constexpr Envelope sample{
    .sequence = 0x04030201, .connection = 0x14131211, .intended = 0x2827262524232221, .length = 50};

TEST(Envelope, binary_layout_is_as_documented) {
  const auto octets = message(sample, EnvelopeForm::binary);
  const ws::ByteBuffer front = {0x01, 0x02, 0x03, 0x04, 0x11, 0x12, 0x13, 0x14, 0x21, 0x22,
                                0x23, 0x24, 0x25, 0x26, 0x27, 0x28, 50,   0,    0,    0};
  EXPECT_EQ(ws::ByteBuffer(octets.begin(), octets.begin() + 20), front);
  const std::uint32_t crc = crc32c(front, crc32c(ws::Bytes(octets).subspan(24)));
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(octets[20 + i], static_cast<std::uint8_t>(crc >> (8 * i)));
}

TEST(Envelope, text_is_utf8_and_reads_back) {
  for (std::uint32_t i = 0; i < 1000; ++i) {
    const Envelope envelope{.sequence = i * 2654435761U,
                            .connection = ~i,
                            .intended = ~std::uint64_t{i} << i % 64,
                            .length = 32 + i};
    const auto octets = message(envelope, EnvelopeForm::text);
    ASSERT_TRUE(ws::is_valid_utf8(octets));
    const auto read = read_envelope(octets, EnvelopeForm::text);
    ASSERT_TRUE(read && read->is_intact);
    ASSERT_EQ(read->envelope, envelope);
  }
}

TEST(Envelope, notices_every_flipped_bit_and_every_cut) {
  for (const auto form : {EnvelopeForm::binary, EnvelopeForm::text}) {
    auto octets = message(sample, form);
    ASSERT_TRUE(read_envelope(octets, form)->is_intact);
    for (std::size_t i = 0; i < octets.size(); ++i) {
      for (int bit = 0; bit < 8; ++bit) {
        octets[i] ^= static_cast<std::uint8_t>(1 << bit);
        const auto read = read_envelope(octets, form);
        ASSERT_FALSE(read && read->is_intact) << i << ' ' << bit;
        octets[i] ^= static_cast<std::uint8_t>(1 << bit);
      }
    }
    for (std::size_t size = 0; size < octets.size(); ++size) {
      const auto read = read_envelope(ws::Bytes(octets).first(size), form);
      ASSERT_FALSE(read && read->is_intact) << size;
    }
    octets.push_back('x');
    EXPECT_FALSE(read_envelope(octets, form)->is_intact);
  }
}

TEST(Envelope, foreign_text_has_none) {
  EXPECT_FALSE(read_envelope(ws::as_bytes("welcome to the chat, dear visitor!"), EnvelopeForm::text));
  EXPECT_FALSE(read_envelope(ws::as_bytes("short"), EnvelopeForm::binary));
}

}  // namespace
}  // namespace wsrig::loadgen
