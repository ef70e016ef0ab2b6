#include "net/tls_handshake.hpp"

#include <utility>

namespace wsrig::net {

TlsHandshake::TlsHandshake(Loop& loop, Stream stream, Done done)
    : loop_(loop), stream_(std::move(stream)), done_(std::move(done)) {
  // A set that takes no more descriptors cannot report this one: the owner's deadline ends it.
  static_cast<void>(loop_.watch(stream_.descriptor(), *this));
}

TlsHandshake::~TlsHandshake() {
  if (stream_.is_open()) loop_.unwatch(stream_.descriptor(), *this);
}

void TlsHandshake::on_ready(std::uint32_t) {
  const IoResult result = stream_.handshake();
  if (result.status == IoStatus::would_block) return;
  loop_.unwatch(stream_.descriptor(), *this);
  const error_code error = result.status == IoStatus::eof ? tls_truncated() : result.error;
  const Done done = std::move(done_);
  done(error, std::move(stream_));
}

}  // namespace wsrig::net
