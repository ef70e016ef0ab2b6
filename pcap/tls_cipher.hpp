#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "ws/bytes.hpp"

namespace wsrig::pcap {

/// How a cipher suite protects records.
enum class TlsMode : std::uint8_t { cbc, gcm, chacha20_poly1305 };

/// A cipher suite that can be read.
struct TlsSuite {
  std::uint16_t id = 0;
  std::string_view name;
  TlsMode mode{};
  std::uint8_t key = 0;      ///< octets
  std::uint16_t mac = 0;     ///< of the HMAC with CBC: 20, 32 or 48 octets
  std::uint16_t hash = 256;  ///< bits of the SHA that derives keys
};
/// Null for a suite that is not known.
const TlsSuite* find_suite(std::uint16_t id);

/// The keys with which one side protects records.
struct TlsKeys {
  ws::ByteBuffer key;
  ws::ByteBuffer iv;     ///< 4 octets with GCM of TLS 1.2, 12 with the other AEADs, none with CBC
  ws::ByteBuffer mac{};  ///< with CBC
};

/// RFC 5246 §6.3: from the master secret.
TlsKeys derive_tls12(const TlsSuite& suite, ws::Bytes master, ws::Bytes client_random,
                     ws::Bytes server_random, bool of_client);
/// RFC 8446 §7.3: from a traffic secret.
TlsKeys derive_tls13(const TlsSuite& suite, ws::Bytes traffic_secret);
/// RFC 8446 §7.2: the secret after a KeyUpdate.
ws::ByteBuffer next_traffic_secret(const TlsSuite& suite, ws::Bytes traffic_secret);

/// A record as it lies in the stream.
struct TlsRecord {
  std::uint8_t type = 0;
  std::uint16_t version = 0;
  ws::Bytes body{};
};

/// Decrypts records of one side, and checks that they are what was sent.
class TlsCipher {
 public:
  /// `version` 0x0303 or 0x0304.
  TlsCipher(const TlsSuite& suite, std::uint16_t version, bool encrypt_then_mac, const TlsKeys& keys);
  ~TlsCipher();
  TlsCipher(TlsCipher&&) noexcept;
  TlsCipher& operator=(TlsCipher&&) noexcept;

  /// The plaintext of the record with this sequence number, into `out`; with TLS 1.3 `record.type` becomes
  /// the inner type (RFC 8446 §5.4). False: it is not that record, or these are not its keys.
  bool decrypt(TlsRecord& record, std::uint64_t sequence, ws::ByteBuffer& out);
  /// Octets of plaintext in a record of which nothing is known but its size; empty where padding hides that.
  std::optional<std::uint64_t> plaintext_size(std::uint64_t record_size) const;

 private:
  struct State;
  bool decrypt_aead(TlsRecord& record, std::uint64_t sequence, ws::ByteBuffer& out);
  bool decrypt_cbc(const TlsRecord& record, std::uint64_t sequence, ws::ByteBuffer& out);
  bool is_mac_of(const TlsRecord& record, std::uint64_t sequence, ws::Bytes content, ws::Bytes mac) const;

  const TlsSuite* suite_;
  std::uint16_t version_;
  bool encrypt_then_mac_;
  ws::ByteBuffer iv_;
  ws::ByteBuffer mac_key_;
  std::unique_ptr<State> state_;
};

}  // namespace wsrig::pcap
