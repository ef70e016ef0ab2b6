#include "pcap/tls_keys.hpp"

#include <gtest/gtest.h>

#include "pcap/tls_cipher.hpp"
#include "tests/support/octets.hpp"

namespace wsrig::pcap {
namespace {

using test::octets;

TEST(TlsKeyLog, reads_what_programs_write_and_passes_over_the_rest) {
  const std::string random(64, 'a');
  TlsKeyLog keys;
  EXPECT_EQ(keys.add("# a remark\r\nCLIENT_RANDOM " + random + " 0102\r\nSERVER_TRAFFIC_SECRET_0 " + random +
                     " 0A0b\nEXPORTER_SECRET " + random + " 01\nCLIENT_RANDOM 00 01\nCLIENT_RANDOM " +
                     random + " xy\n"),
            2u);
  TlsKeyLog::Random client_random;
  client_random.fill(0xaa);
  const auto* secrets = keys.find(client_random);
  ASSERT_NE(secrets, nullptr);
  EXPECT_EQ((*secrets)[static_cast<std::size_t>(TlsSecret::master)], octets("0102"));
  EXPECT_EQ((*secrets)[static_cast<std::size_t>(TlsSecret::server_traffic)], octets("0a0b"));
  client_random.fill(0);
  EXPECT_EQ(keys.find(client_random), nullptr);
}

// RFC 8448 §3: the server's handshake traffic secret gives these keys.
TEST(TlsCipher, rfc8448_keys_of_a_traffic_secret) {
  const TlsKeys keys = derive_tls13(
      *find_suite(0x1301), octets("b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38"));
  EXPECT_EQ(keys.key, octets("3fce516009c21727d0f2e4e86ee403bc"));
  EXPECT_EQ(keys.iv, octets("5d313eb2671276ee13000b30"));
}

TEST(TlsCipher, sizes_of_plaintext) {
  const TlsKeys keys{ws::ByteBuffer(32), ws::ByteBuffer(12)};
  EXPECT_EQ(TlsCipher(*find_suite(0x1303), 0x0304, false, keys).plaintext_size(100), 83u);
  EXPECT_EQ(TlsCipher(*find_suite(0xcca8), 0x0303, false, keys).plaintext_size(100), 84u);
  EXPECT_EQ(TlsCipher(*find_suite(0xc030), 0x0303, false, keys).plaintext_size(100), 76u);
  EXPECT_FALSE(TlsCipher(*find_suite(0xc014), 0x0303, false, keys).plaintext_size(100));
  EXPECT_EQ(find_suite(0x0000), nullptr);
}

}  // namespace
}  // namespace wsrig::pcap
