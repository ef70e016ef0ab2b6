#include "pcap/sniff.hpp"

#include <gtest/gtest.h>

#include "tests/support/octets.hpp"

namespace wsrig::pcap {
namespace {

using test::octets;
using test::to_buffer;

struct Row {
  const char* name;
  ws::ByteBuffer begins;
  Beginning what;
};
std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.name; }

class Sniff : public testing::TestWithParam<Row> {};

TEST_P(Sniff, tells_what_begins_so_and_waits_until_it_can) {
  const Row& row = GetParam();
  EXPECT_EQ(sniff(row.begins), row.what);
  if (row.what == Beginning::unknown) return;
  for (std::size_t cut = 1; cut < row.begins.size(); ++cut) {
    const Beginning early = sniff(ws::Bytes(row.begins).first(cut));
    EXPECT_TRUE(early == Beginning::need_more || early == row.what) << cut;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Beginnings, Sniff,
    testing::Values(Row{"get", to_buffer("GET / HTTP/1.1\r\n"), Beginning::http_request},
                    Row{"connect", to_buffer("CONNECT h:1"), Beginning::http_request},
                    Row{"response", to_buffer("HTTP/1.1 200"), Beginning::http_response},
                    Row{"http2", to_buffer("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), Beginning::http2_preface},
                    Row{"client_hello", octets("16 0301 0200 01"), Beginning::tls},
                    Row{"application_data", octets("17 0303 4110 00"), Beginning::tls},
                    Row{"socks5", octets("05 02 00 02"), Beginning::socks5},
                    Row{"socks4", octets("04 01 0050 7f000001 00"), Beginning::socks4},
                    Row{"proxy_v1", to_buffer("PROXY TCP4 "), Beginning::proxy_v1},
                    Row{"proxy_v2", octets("0d0a0d0a000d0a515549540a 21"), Beginning::proxy_v2},
                    Row{"ssh", to_buffer("SSH-2.0-x"), Beginning::unknown},
                    Row{"long_record", octets("17 0303 ffff 00"), Beginning::unknown},
                    Row{"ssl2", octets("16 0101 0001"), Beginning::unknown},
                    Row{"frame", octets("81 05 48"), Beginning::unknown}));

}  // namespace
}  // namespace wsrig::pcap
