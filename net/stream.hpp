#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include <boost/system/error_code.hpp>

#include "net/tls.hpp"
#include "ws/bytes.hpp"

namespace wsrig::net {

enum class IoStatus : std::uint8_t { ok, would_block, eof, failed };
struct IoResult {
  IoStatus status = IoStatus::ok;
  std::size_t size = 0;
  boost::system::error_code error{};
};

/// A non-blocking connected socket, plain or TLS; owns the descriptor.
class Stream {
 public:
  Stream() = default;
  explicit Stream(int descriptor, TlsSession tls = {});
  Stream(Stream&&) noexcept;
  Stream& operator=(Stream&&) noexcept;
  ~Stream();

  IoResult read(ws::MutableBytes into);
  IoResult write(ws::Bytes from);
  /// Drives the TLS handshake; `ok` once it is done (at once on a plain stream).
  IoResult handshake();
  /// close_notify where there is TLS, then FIN.
  IoResult shutdown_write();
  void reset();  ///< RST and close
  void close();

  int descriptor() const { return descriptor_; }
  bool is_open() const { return descriptor_ >= 0; }
  bool is_tls() const { return static_cast<bool>(tls_); }
  /// Octets that TLS has already decrypted: they raise no event.
  std::size_t buffered() const;
  const TlsSession& tls() const { return tls_; }

 private:
  int descriptor_ = -1;
  TlsSession tls_;
};

}  // namespace wsrig::net
