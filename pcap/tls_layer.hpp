#pragma once

#include <array>
#include <optional>
#include <vector>

#include "pcap/context.hpp"
#include "pcap/tls_cipher.hpp"
#include "pcap/tls_hello.hpp"
#include "pcap/tls_keys.hpp"

namespace wsrig::pcap {

/// TLS 1.2 and 1.3: with the session's secrets it hands the plaintext to a slot of its own; without them, or
/// with a cipher suite that is not known, it reports an encrypted connection.
class TlsLayer final : public Layer {
 public:
  TlsLayer(Context& context, Slot& slot);
  ~TlsLayer() override;

  void data(Side from, ws::Bytes octets, const Origin& origin) override;
  void hole(Side from, std::uint64_t size, const Origin& origin) override;
  void end(Side from, StreamEnd how, const Origin& origin) override;

 private:
  /// One direction.
  struct Half {
    ws::ByteBuffer record{};     ///< that is not complete yet
    std::uint64_t damaged = 0;   ///< octets of a record with a hole in it that are still to come
    TlsRecord damaged_record{};  ///< its header
    std::uint64_t damaged_size = 0;
    bool lost = false;           ///< until something looks like a record, and can be decrypted
    ws::ByteBuffer handshake{};  ///< messages that are not complete yet
    std::optional<TlsCipher> cipher{};
    std::uint64_t sequence = 0;
    std::uint64_t uncertain = 0;  ///< records that may have been lost since the last one
    ws::ByteBuffer secret{};      ///< of TLS 1.3, of the keys in use
    bool encrypted = false;       ///< from here on
    bool application = false;     ///< the keys in use are those of application data
  };

  /// A record that came before it is known how to read it.
  struct Early {
    ws::ByteBuffer record;
    Origin origin{};
  };

  ws::Bytes find_record(Half& half, ws::Bytes octets);
  std::size_t take(Side from, ws::Bytes octets, const Origin& origin);
  std::size_t take_damaged(Side from, ws::Bytes octets, const Origin& origin);
  void on_record(Side from, ws::Bytes record, const Origin& origin);
  void on_damaged(Side from, const Origin& origin);
  void on_plain(Side from, const TlsRecord& record, const Origin& origin);
  void on_encrypted(Side from, TlsRecord record, const Origin& origin);
  void on_content(Side from, std::uint8_t type, ws::Bytes content, const Origin& origin);
  void on_handshake(Side from, ws::Bytes octets, const Origin& origin);
  void on_message(Side from, std::uint8_t type, ws::Bytes body, const Origin& origin);
  void on_alert(Side from, ws::Bytes alert, const Origin& origin);
  void on_client_hello(Side from, ws::Bytes body, const Origin& origin);
  void on_server_hello(Side from, ws::Bytes body);
  void on_encrypted_extensions(const EncryptedExtensions& extensions);
  void hold_early(ws::Bytes record, const Origin& origin);
  void on_early_accepted();
  void report_damage(Side from, const Origin& origin);

  bool has_keys();
  bool prepare(Side from);
  bool decrypt(Half& half, TlsRecord& record, std::uint64_t sequence);
  bool decrypt_somehow(Side from, TlsRecord& record);
  void use_secret(Half& half, ws::ByteBuffer secret, bool application);
  bool decrypt_with_later(Side from, TlsRecord& record);
  bool decrypt_with(Half& half, TlsRecord& record, const ws::ByteBuffer& secret, bool application);
  const ws::ByteBuffer& secret_of(Side side, TlsSecret of_client, TlsSecret of_server) const;
  void give_up(const Origin& origin);
  bool is_tls13() const { return server_hello_ && server_hello_->version == 0x0304; }
  Half& half(Side side) { return halves_[index(side)]; }

  Context& context_;
  Slot& slot_;
  Slot inner_;
  Side client_ = Side::first;
  std::optional<ClientHello> client_hello_;
  std::optional<ServerHello> server_hello_;
  const TlsSuite* suite_ = nullptr;
  const TlsKeyLog::Secrets* secrets_ = nullptr;
  std::array<Half, 2> halves_;
  ws::ByteBuffer plaintext_;
  std::vector<Early> early_;
  std::size_t early_size_ = 0;
  bool early_accepted_ = false;
  bool decrypted_ = false;  ///< a record, of whatever side
  int refused_ = 0;         ///< records that could not be decrypted, before that
  bool given_up_ = false;
};

}  // namespace wsrig::pcap
