#pragma once

#include <array>
#include <optional>

#include "net/proxy_handshake.hpp"

namespace wsrig::net {

/// Asks a SOCKS5 server to connect (RFC 1928), without authentication or with user name and password (RFC
/// 1929). Names are left to the server to resolve. Each message waits for the answer to the one before.
class Socks5Client final : public ProxyHandshake {
 public:
  explicit Socks5Client(ProxyTarget target, std::optional<ProxyCredentials> credentials = {});

  Status begin(ws::ByteBuffer& out) override;
  Status receive(ws::Bytes data, std::size_t& taken, ws::ByteBuffer& out) override;
  boost::system::error_code error() const override { return error_; }
  std::string failure() const override;

 private:
  /// The answer that is being read. A reply is read in three parts, because only its first octets tell how
  /// long it is.
  enum class Answer : std::uint8_t { method, authentication, reply_code, reply_address_size, reply_address };

  void read_answer(ws::ByteBuffer& out);
  void read_method(ws::ByteBuffer& out);
  void read_authentication(ws::ByteBuffer& out);
  void read_reply_code();
  void read_reply_address_size();
  void send_credentials(ws::ByteBuffer& out);
  void send_request(ws::ByteBuffer& out);
  void expect(Answer answer, std::size_t size);
  void fail(ProxyError error);

  ProxyTarget target_;
  std::optional<ProxyCredentials> credentials_;
  Answer awaited_ = Answer::method;
  std::array<std::uint8_t, 5> answer_{};  ///< the first octets of the answer
  std::size_t size_ = 0;                  ///< how many octets of it have come
  std::size_t wanted_ = 0;                ///< how many it has, as far as that is known
  Status status_ = Status::need_more;
  boost::system::error_code error_;
};

}  // namespace wsrig::net
