#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include <boost/system/error_code.hpp>

#include "net/socket.hpp"
#include "net/tls.hpp"
#include "ws/bytes.hpp"

namespace wsrig::net {

enum class IoStatus : std::uint8_t { ok, would_block, eof, failed };
/// How one call went: `size` octets when ok, `error` when failed.
struct IoResult {
  IoStatus status = IoStatus::ok;
  std::size_t size = 0;
  boost::system::error_code error{};
};

/// A non-blocking connected socket, plain or TLS; owns the descriptor. Over TLS, octets that are already
/// decrypted raise no event of the socket: read until would_block.
class Stream {
 public:
  Stream() = default;
  explicit Stream(Descriptor socket, TlsSession tls = {});

  IoResult read(ws::MutableBytes into);
  IoResult write(ws::Bytes from);
  /// Drives the TLS handshake; `ok` once it is done (at once on a plain stream).
  IoResult handshake();
  /// close_notify where there is TLS, then FIN.
  IoResult shutdown_write();
  void reset();  ///< RST and close
  void close();

  int descriptor() const { return socket_.get(); }
  bool is_open() const { return socket_.is_open(); }
  bool is_tls() const { return static_cast<bool>(tls_); }
  const TlsSession& tls() const { return tls_; }

 private:
  IoResult tls_result(int returned) const;

  Descriptor socket_;
  TlsSession tls_;
};

}  // namespace wsrig::net
