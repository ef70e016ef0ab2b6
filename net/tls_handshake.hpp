#pragma once

#include <functional>

#include "net/loop.hpp"
#include "net/stream.hpp"

namespace wsrig::net {

/// Drives the TLS handshake of a stream. `done` is called once, from the loop, and may destroy this object;
/// its stream is open when there is no error. Who owns this sets the deadline.
class TlsHandshake final : private Watcher {
 public:
  using Done = std::function<void(error_code error, Stream stream)>;
  TlsHandshake(Loop& loop, Stream stream, Done done);
  ~TlsHandshake() override;
  TlsHandshake(const TlsHandshake&) = delete;
  TlsHandshake& operator=(const TlsHandshake&) = delete;

 private:
  void on_ready(std::uint32_t events) override;

  Loop& loop_;
  Stream stream_;
  Done done_;
};

}  // namespace wsrig::net
