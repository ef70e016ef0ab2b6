#include "pcap/sniff.hpp"

#include <algorithm>
#include <array>

#include "ws/http_head.hpp"

namespace wsrig::pcap {

namespace {

using namespace std::string_view_literals;

constexpr auto http2_preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"sv;
constexpr auto proxy_v2_signature = "\r\n\r\n\0\r\nQUIT\n"sv;
constexpr auto proxy_v1_signature = "PROXY "sv;
constexpr std::array methods{"GET "sv,     "HEAD "sv,    "POST "sv,  "PUT "sv,  "DELETE "sv,
                             "CONNECT "sv, "OPTIONS "sv, "TRACE "sv, "PATCH "sv};
/// RFC 8446 §5.1, RFC 5246 §6.2.3: a record has at most 2^14 octets and 2048 that encryption adds.
constexpr int longest_record = (1 << 14) + 2048;

/// 1: it begins so; 0: it may, when more has come; -1: it does not.
int begins_with(std::string_view text, std::string_view beginning) {
  const std::size_t size = std::min(text.size(), beginning.size());
  if (text.substr(0, size) != beginning.substr(0, size)) return -1;
  return size == beginning.size() ? 1 : 0;
}

Beginning sniff_tls(ws::Bytes octets) {
  if (octets[0] < 0x14 || octets[0] > 0x17) return Beginning::unknown;
  if (octets.size() < 5)
    return octets.size() > 1 && octets[1] != 3 ? Beginning::unknown : Beginning::need_more;
  const int length = octets[3] << 8 | octets[4];
  const bool plausible = octets[1] == 3 && octets[2] <= 4 && length > 0 && length <= longest_record;
  return plausible ? Beginning::tls : Beginning::unknown;
}

/// RFC 1928 §3 lists the methods, SOCKS4 has a command, a port and an address; both are short enough to come
/// whole.
Beginning sniff_socks(ws::Bytes octets) {
  if (octets.size() < 2) return Beginning::need_more;
  if (octets[0] == 5) {
    const std::size_t size = 2u + octets[1];
    if (octets[1] == 0 || octets.size() > size) return Beginning::unknown;
    return octets.size() < size ? Beginning::need_more : Beginning::socks5;
  }
  if (octets[1] != 1) return Beginning::unknown;  // CONNECT
  if (octets.size() < 9) return Beginning::need_more;
  return octets.back() == 0 ? Beginning::socks4 : Beginning::need_more;
}

/// RFC 9113 §3.4: a server begins with SETTINGS, which may come before it has heard anything.
bool is_settings(ws::Bytes octets) {
  constexpr std::size_t header_size = 9, most = 240;
  if (octets.size() < header_size || octets[0] != 0 || octets[1] != 0) return false;
  const bool on_connection =
      std::ranges::all_of(octets.subspan(5, 4), [](std::uint8_t octet) { return octet == 0; });
  return octets[2] % 6 == 0 && octets[2] <= most && octets[3] == 4 && octets[4] == 0 && on_connection;
}

}  // namespace

Beginning sniff(ws::Bytes octets) {
  if (octets.empty()) return Beginning::need_more;
  if (octets[0] == 4 || octets[0] == 5) return sniff_socks(octets);
  if (const Beginning tls = sniff_tls(octets); tls != Beginning::unknown) return tls;
  if (is_settings(octets)) return Beginning::http2_settings;
  const std::string_view text = ws::as_text(octets);
  bool may_become = false;
  const auto begins = [&](std::string_view beginning) {
    const int answer = begins_with(text, beginning);
    may_become = may_become || answer == 0;
    return answer == 1;
  };
  if (begins(http2_preface)) return Beginning::http2_preface;
  if (begins(proxy_v1_signature)) return Beginning::proxy_v1;
  if (begins(proxy_v2_signature)) return Beginning::proxy_v2;
  if (begins("HTTP/1."sv)) return Beginning::http_response;
  if (std::ranges::any_of(methods, begins)) return Beginning::http_request;
  return may_become ? Beginning::need_more : Beginning::unknown;
}

}  // namespace wsrig::pcap
