#include "capture/pcapng_writer.hpp"

#include <gtest/gtest.h>

#include "capture/reader.hpp"
#include "tests/support/conversation.hpp"

namespace wsrig::capture {
namespace {

TEST(PcapngWriter, writes_what_the_reader_reads) {
  ws::ByteBuffer file;
  PcapngWriter writer(file, "test");
  const std::uint32_t first = writer.add_interface(LinkType::ethernet, "one");
  const std::uint32_t second = writer.add_interface(LinkType::raw, "");
  writer.write(first, Timestamp(1'700'000'000'123'456'789), test::octets("01 02 03"), 3, "a comment");
  writer.write(second, Timestamp(5), test::octets("04 05 06 07"), 99);

  const auto source = read_capture(file);
  const Packet* packet = source->next();
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->number, 1u);
  EXPECT_EQ(packet->link, LinkType::ethernet);
  EXPECT_EQ(packet->time, Timestamp(1'700'000'000'123'456'789));
  EXPECT_EQ(ws::ByteBuffer(packet->octets.begin(), packet->octets.end()), test::octets("01 02 03"));
  EXPECT_EQ(packet->original_length, 3u);
  packet = source->next();
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->interface, second);
  EXPECT_EQ(packet->link, LinkType::raw);
  EXPECT_EQ(packet->time, Timestamp(5));
  EXPECT_EQ(packet->original_length, 99u);
  EXPECT_FALSE(source->next());
  EXPECT_FALSE(source->problem());
}

}  // namespace
}  // namespace wsrig::capture
