#include "capture/packet_filter.hpp"

#include <gmock/gmock.h>

#include "tests/support/conversation.hpp"

namespace wsrig::capture {
namespace {

TEST(PacketFilter, passes_what_the_expression_says) {
  test::Conversation talk;
  talk.open().client("hello").close();
  PacketFilter filter =
      std::move(PacketFilter::compile("tcp src port 50000 and tcp[tcpflags] & tcp-syn != 0").value());
  std::vector<std::uint64_t> passed;
  test::each_packet(talk.packets(), [&](const Packet& packet) {
    if (filter.matches(packet)) passed.push_back(packet.number);
  });
  EXPECT_THAT(passed, testing::ElementsAre(1));
}

TEST(PacketFilter, is_compiled_for_each_link_type) {
  PacketFilter filter = std::move(PacketFilter::compile("host 192.0.2.1").value());
  test::Conversation talk;
  talk.open();
  Packet packet;
  packet.octets = ws::Bytes(talk.packets()[0].octets).subspan(14);
  packet.original_length = static_cast<std::uint32_t>(packet.octets.size());
  for (const LinkType link : {LinkType::raw, LinkType::raw_bsd, LinkType::ipv4}) {
    packet.link = link;
    EXPECT_TRUE(filter.matches(packet)) << to_string(link);
  }
  packet.link = LinkType::ethernet;
  EXPECT_FALSE(filter.matches(packet));
}

TEST(PacketFilter, passes_nothing_where_it_has_no_meaning) {
  PacketFilter filter = std::move(PacketFilter::compile("ether host 02:00:00:00:00:01").value());
  Packet packet;
  packet.link = LinkType::raw;
  EXPECT_FALSE(filter.matches(packet));
}

TEST(PacketFilter, tells_what_is_not_understood) {
  const auto filter = PacketFilter::compile("port eighty-one");
  ASSERT_FALSE(filter.has_value());
  EXPECT_THAT(filter.error().message, testing::HasSubstr("the filter 'port eighty-one' is not understood: "));
}

}  // namespace
}  // namespace wsrig::capture
