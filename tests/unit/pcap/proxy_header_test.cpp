#include "pcap/proxy_header.hpp"

#include <gtest/gtest.h>

#include "tests/support/octets.hpp"

namespace wsrig::pcap {
namespace {

using test::octets;

TEST(ProxyHeader, version_1_is_a_line) {
  const std::string_view line = "PROXY TCP6 2001:db8::1 2001:db8::2 5000 80\r\n";
  for (std::size_t cut = 6; cut < line.size(); ++cut) {
    EXPECT_EQ(read_proxy_v1(ws::as_bytes(line.substr(0, cut)))->size, 0u) << cut;
  }
  const auto header = read_proxy_v1(ws::as_bytes(line));
  EXPECT_EQ(header->size, line.size());
  EXPECT_EQ(header->text, "proxy-v1 [2001:db8::1]:5000");
  EXPECT_EQ(read_proxy_v1(ws::as_bytes("PROXY UNKNOWN\r\nGET"))->size, 15u);
  EXPECT_FALSE(read_proxy_v1(ws::as_bytes("PROXY UDP4 1 2 3 4\r\n")));
  EXPECT_FALSE(read_proxy_v1(ws::as_bytes("PROXY " + std::string(200, 'x'))));
}

TEST(ProxyHeader, version_2_is_binary) {
  const ws::ByteBuffer inet = octets("0d0a0d0a000d0a515549540a 21 11 000c c6336401 c0000202 1388 0050");
  for (std::size_t cut = 12; cut < inet.size(); ++cut) {
    EXPECT_EQ(read_proxy_v2(ws::Bytes(inet).first(cut))->size, 0u) << cut;
  }
  EXPECT_EQ(read_proxy_v2(inet)->text, "proxy-v2 198.51.100.1:5000");
  const ws::ByteBuffer local = octets("0d0a0d0a000d0a515549540a 20 00 0000");
  EXPECT_EQ(read_proxy_v2(local)->size, 16u);
  EXPECT_EQ(read_proxy_v2(local)->text, "proxy-v2 unknown");
  EXPECT_FALSE(read_proxy_v2(octets("0d0a0d0a000d0a515549540a 11 11 0000")));
}

}  // namespace
}  // namespace wsrig::pcap
