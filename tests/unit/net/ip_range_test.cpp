#include "net/ip_range.hpp"

#include <gtest/gtest.h>

namespace wsrig::net {
namespace {

bool holds(std::string_view range, std::string_view address) {
  return IpRange::parse(range).value().contains(IpAddress::parse(address).value());
}

TEST(IpRange, holds_what_has_its_prefix) {
  EXPECT_TRUE(holds("10.0.0.0/8", "10.255.0.1"));
  EXPECT_FALSE(holds("10.0.0.0/8", "11.0.0.0"));
  EXPECT_TRUE(holds("192.0.2.128/25", "192.0.2.128"));
  EXPECT_FALSE(holds("192.0.2.128/25", "192.0.2.127"));
  EXPECT_TRUE(holds("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(holds("2001:db8::/33", "2001:db8:8000::1"));
}

TEST(IpRange, without_a_length_it_is_one_address) {
  EXPECT_TRUE(holds("127.0.0.1", "127.0.0.1"));
  EXPECT_FALSE(holds("127.0.0.1", "127.0.0.2"));
  EXPECT_TRUE(holds("::1/128", "[::1]"));
}

TEST(IpRange, bits_behind_the_prefix_do_not_count) { EXPECT_TRUE(holds("10.1.2.3/8", "10.9.9.9")); }

TEST(IpRange, a_length_of_zero_is_a_whole_family) {
  EXPECT_TRUE(holds("0.0.0.0/0", "255.255.255.255"));
  EXPECT_TRUE(holds("::/0", "2001:db8::1"));
  EXPECT_FALSE(holds("0.0.0.0/0", "::1"));
  EXPECT_FALSE(holds("::/0", "127.0.0.1"));
}

// A dual-stack listener sees IPv4 clients as ::ffff:a.b.c.d: a rule must hold for them too.
TEST(IpRange, a_mapped_address_is_the_ipv4_address) {
  EXPECT_TRUE(holds("10.0.0.0/8", "::ffff:10.1.1.1"));
  EXPECT_TRUE(holds("::ffff:10.0.0.0/104", "10.1.1.1"));
}

TEST(IpRange, reads_nothing_else) {
  for (const char* text : {"", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0/8", "10.0.0.0/-1",
                           "10.0.0.0/8x", "localhost", "[::1", "[127.0.0.1]", "1.2.3.4:80"}) {
    EXPECT_FALSE(IpRange::parse(text)) << text;
  }
}

TEST(IpAddress, is_taken_from_a_socket_address) {
  SocketAddress socket;
  ASSERT_TRUE(parse_address("192.0.2.1", 80, socket));
  EXPECT_EQ(IpAddress::of(socket), IpAddress::parse("192.0.2.1"));
  ASSERT_TRUE(parse_address("::ffff:192.0.2.1", 80, socket));
  EXPECT_EQ(IpAddress::of(socket), IpAddress::parse("192.0.2.1"));
  socket.storage.ss_family = AF_UNIX;
  EXPECT_FALSE(IpAddress::of(socket));
}

}  // namespace
}  // namespace wsrig::net
