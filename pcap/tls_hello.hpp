#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ws/bytes.hpp"

namespace wsrig::pcap {

/// What is of use in a ClientHello (RFC 5246 §7.4.1.2, RFC 8446 §4.1.2).
struct ClientHello {
  std::array<std::uint8_t, 32> random{};
  std::string sni{};                ///< RFC 6066 §3
  std::vector<std::string> alpn{};  ///< RFC 7301 §3.1
};

/// What is of use in a ServerHello.
struct ServerHello {
  std::array<std::uint8_t, 32> random{};
  std::uint16_t version = 0;  ///< 0x0303 TLS 1.2, 0x0304 TLS 1.3: of supported_versions, where that is there
  std::uint16_t cipher = 0;
  std::string alpn{};
  bool encrypt_then_mac = false;  ///< RFC 7366
  bool is_retry = false;          ///< HelloRetryRequest (RFC 8446 §4.1.3)
};

/// What is of use in EncryptedExtensions (RFC 8446 §4.3.1).
struct EncryptedExtensions {
  std::string alpn{};       ///< empty where none is chosen
  bool early_data = false;  ///< is accepted (RFC 8446 §4.2.10)
};

/// The bodies of handshake messages, without their type and length. Empty where they contradict themselves.
std::optional<ClientHello> read_client_hello(ws::Bytes body);
std::optional<ServerHello> read_server_hello(ws::Bytes body);
EncryptedExtensions read_encrypted_extensions(ws::Bytes body);

}  // namespace wsrig::pcap
