#include "capture/address.hpp"

#include <gtest/gtest.h>

#include "capture/link_type.hpp"
#include "tests/support/octets.hpp"

namespace wsrig::capture {
namespace {

using test::octets;

TEST(IpAddress, is_printed_as_people_write_it) {
  EXPECT_EQ(to_string(IpAddress::v4(octets("c0000201"))), "192.0.2.1");
  EXPECT_EQ(to_string(IpAddress::v6(octets("20010db8000000000000000000000001"))), "2001:db8::1");
}

TEST(IpAddress, is_IPv4_where_it_is_mapped) {
  EXPECT_TRUE(IpAddress::v4(octets("7f000001")).is_v4());
  EXPECT_FALSE(IpAddress::v6(octets("00000000000000000000000000000001")).is_v4());
  EXPECT_EQ(IpAddress::v6(octets("00000000000000000000ffff7f000001")), IpAddress::v4(octets("7f000001")));
}

TEST(IpEndpoint, has_brackets_around_IPv6) {
  EXPECT_EQ(to_string(IpEndpoint{IpAddress::v4(octets("7f000001")), 80}), "127.0.0.1:80");
  EXPECT_EQ(to_string(IpEndpoint{IpAddress::v6(octets("00000000000000000000000000000001")), 443}),
            "[::1]:443");
}

TEST(LinkType, has_a_name_or_a_number) {
  EXPECT_EQ(to_string(LinkType::ethernet), "Ethernet");
  EXPECT_EQ(to_string(static_cast<LinkType>(147)), "link type 147");
}

}  // namespace
}  // namespace wsrig::capture
