#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "ws/bytes.hpp"

namespace wsrig::pcap {

/// What a line of a key log gives (the format of SSLKEYLOGFILE, draft-ietf-tls-keylogfile).
enum class TlsSecret : std::uint8_t {
  master,  ///< CLIENT_RANDOM: the master secret of TLS 1.2 and before
  client_early_traffic,
  client_handshake_traffic,
  server_handshake_traffic,
  client_traffic,
  server_traffic,
};
inline constexpr std::size_t tls_secret_count = 6;

/// Secrets of TLS sessions, by the random octets of their ClientHello.
class TlsKeyLog {
 public:
  using Random = std::array<std::uint8_t, 32>;
  /// By TlsSecret; empty: not known.
  using Secrets = std::array<ws::ByteBuffer, tls_secret_count>;

  /// Reads lines; what is no key log, or tells of something else, is passed over. Returns how many lines gave
  /// a secret.
  std::size_t add(std::string_view text);
  /// Null where nothing is known of the session.
  const Secrets* find(const Random& client_random) const;
  /// The lines of a key log for a session; empty where nothing is known of it.
  std::string lines(const Random& client_random) const;
  bool empty() const { return sessions_.empty(); }

 private:
  bool add_line(std::string_view line);

  struct Hash {
    std::size_t operator()(const Random& random) const;
  };
  std::unordered_map<Random, Secrets, Hash> sessions_;
};

}  // namespace wsrig::pcap
