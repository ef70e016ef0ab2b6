#include "loadgen/crc32c.hpp"

#include <gtest/gtest.h>

#include "ws/bytes.hpp"

namespace wsrig::loadgen {
namespace {

// RFC 3720 §B.4, as numbers.
TEST(Crc32c, rfc3720_vectors) {
  const ws::ByteBuffer zeros(32, 0x00);
  const ws::ByteBuffer ones(32, 0xff);
  ws::ByteBuffer up;
  for (std::uint8_t i = 0; i < 32; ++i) up.push_back(i);
  for (const auto crc : {crc32c, crc32c_by_table}) {
    EXPECT_EQ(crc(zeros, 0), 0x8a9136aaU);
    EXPECT_EQ(crc(ones, 0), 0x62a8ab43U);
    EXPECT_EQ(crc(up, 0), 0x46dd794eU);
    EXPECT_EQ(crc(ws::as_bytes("123456789"), 0), 0xe3069283U);
    EXPECT_EQ(crc({}, 0), 0U);
  }
}

TEST(Crc32c, instruction_and_table_agree_at_every_size_and_split) {
  ws::ByteBuffer data;
  for (std::uint32_t i = 0; i < 10'000; ++i) data.push_back(static_cast<std::uint8_t>(i * 2654435761U >> 24));
  for (const std::size_t size :
       {0U, 1U, 7U, 8U, 9U, 63U, 1023U, 1024U, 3071U, 3072U, 3073U, 6144U, 9999U, 10'000U}) {
    const auto part = ws::Bytes(data).first(size);
    const std::uint32_t whole = crc32c_by_table(part);
    EXPECT_EQ(crc32c(part), whole) << size;
    for (std::size_t cut = 0; cut <= size; cut += 1 + size / 7) {
      EXPECT_EQ(crc32c(part.subspan(cut), crc32c(part.first(cut))), whole) << size << " cut at " << cut;
    }
  }
}

}  // namespace
}  // namespace wsrig::loadgen
