#include "pcap/tls_hello.hpp"

#include <algorithm>
#include <iterator>

#include "capture/big_endian.hpp"

namespace wsrig::pcap {

namespace {

constexpr std::uint16_t extension_server_name = 0, extension_alpn = 16, extension_encrypt_then_mac = 22,
                        extension_early_data = 42, extension_supported_versions = 43;

/// SHA-256 of "HelloRetryRequest", in place of a random.
constexpr std::array<std::uint8_t, 32> retry_random{
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c};

/// Reads vectors off the front of octets; once something is missing, everything is empty.
class Cursor {
 public:
  explicit Cursor(ws::Bytes octets) : rest_(octets) {}

  bool failed() const { return failed_; }
  bool empty() const { return rest_.empty(); }
  ws::Bytes take(std::size_t size) {
    if (size > rest_.size()) {
      failed_ = true;
      rest_ = {};
      return {};
    }
    const ws::Bytes taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }
  std::uint8_t u8() {
    const ws::Bytes octets = take(1);
    return octets.empty() ? std::uint8_t{0} : octets[0];
  }
  std::uint16_t u16() {
    const ws::Bytes octets = take(2);
    return octets.empty() ? std::uint16_t{0} : capture::be16(octets);
  }
  Cursor vector8() { return Cursor(take(u8())); }
  Cursor vector16() { return Cursor(take(u16())); }
  ws::Bytes rest() const { return rest_; }

 private:
  ws::Bytes rest_;
  bool failed_ = false;
};

template <class Visit>
void each_extension(Cursor extensions, Visit visit) {
  while (!extensions.empty()) {
    const std::uint16_t type = extensions.u16();
    const Cursor body = extensions.vector16();
    if (!extensions.failed()) visit(type, body);
  }
}

std::vector<std::string> protocols(Cursor body) {
  std::vector<std::string> names;
  Cursor list = body.vector16();
  while (!list.empty()) names.emplace_back(ws::as_text(list.vector8().rest()));
  return names;
}

std::string server_name(Cursor body) {
  Cursor list = body.vector16();
  if (list.u8() != 0) return {};  // host_name
  return std::string(ws::as_text(list.vector16().rest()));
}

void read_random(Cursor& hello, std::array<std::uint8_t, 32>& random) {
  const ws::Bytes octets = hello.take(random.size());
  std::ranges::copy(octets, random.begin());
}

}  // namespace

std::optional<ClientHello> read_client_hello(ws::Bytes body) {
  Cursor hello(body);
  ClientHello out;
  hello.u16();  // legacy_version
  read_random(hello, out.random);
  hello.vector8();   // session id
  hello.vector16();  // cipher suites
  hello.vector8();   // compression methods
  if (hello.failed()) return {};
  if (hello.empty()) return out;
  each_extension(hello.vector16(), [&](std::uint16_t type, const Cursor& extension) {
    if (type == extension_server_name) out.sni = server_name(extension);
    if (type == extension_alpn) out.alpn = protocols(extension);
  });
  return out;
}

std::optional<ServerHello> read_server_hello(ws::Bytes body) {
  Cursor hello(body);
  ServerHello out;
  out.version = hello.u16();
  read_random(hello, out.random);
  hello.vector8();
  out.cipher = hello.u16();
  hello.u8();
  if (hello.failed()) return {};
  out.is_retry = out.random == retry_random;
  if (hello.empty()) return out;
  each_extension(hello.vector16(), [&](std::uint16_t type, Cursor extension) {
    if (type == extension_supported_versions) out.version = extension.u16();
    if (type == extension_encrypt_then_mac) out.encrypt_then_mac = true;
    if (type != extension_alpn) return;
    const auto chosen = protocols(extension);
    if (!chosen.empty()) out.alpn = chosen.front();
  });
  return out;
}

EncryptedExtensions read_encrypted_extensions(ws::Bytes body) {
  EncryptedExtensions out;
  each_extension(Cursor(body).vector16(), [&](std::uint16_t type, const Cursor& extension) {
    if (type == extension_early_data) out.early_data = true;
    if (type != extension_alpn) return;
    const auto chosen = protocols(extension);
    if (!chosen.empty()) out.alpn = chosen.front();
  });
  return out;
}

}  // namespace wsrig::pcap
