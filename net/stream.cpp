#include "net/stream.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <utility>

namespace wsrig::net {

namespace {

// SSL_read and SSL_write take their sizes as int.
int clamp_size(std::size_t size) { return static_cast<int>(std::min<std::size_t>(size, INT_MAX)); }

IoResult failed(boost::system::error_code error) { return {IoStatus::failed, 0, error}; }

IoResult socket_result(ssize_t returned) {
  if (returned >= 0) return {IoStatus::ok, static_cast<std::size_t>(returned), {}};
  if (errno == EAGAIN) return {IoStatus::would_block, 0, {}};
  return failed(last_system_error());
}

}  // namespace

Stream::Stream(Descriptor socket, TlsSession tls) : socket_(std::move(socket)), tls_(std::move(tls)) {}

// What a call of OpenSSL meant that did not succeed; errno is still that of the call.
IoResult Stream::tls_result(int returned) const {
  const auto system_error = last_system_error();
  switch (SSL_get_error(tls_.get(), returned)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: return {IoStatus::would_block, 0, {}};
    case SSL_ERROR_ZERO_RETURN: return {IoStatus::eof, 0, {}};
    case SSL_ERROR_SYSCALL: return failed(system_error ? system_error : tls_truncated());
    default: return failed(take_tls_error(tls_.get()));
  }
}

IoResult Stream::read(ws::MutableBytes into) {
  if (!tls_) {
    const IoResult result = socket_result(::recv(descriptor(), into.data(), into.size(), 0));
    if (result.status == IoStatus::ok && result.size == 0) return {IoStatus::eof, 0, {}};
    return result;
  }
  ERR_clear_error();
  const int size = SSL_read(tls_.get(), into.data(), clamp_size(into.size()));
  return size > 0 ? IoResult{IoStatus::ok, static_cast<std::size_t>(size), {}} : tls_result(size);
}

IoResult Stream::write(ws::Bytes from) {
  if (!tls_) return socket_result(::send(descriptor(), from.data(), from.size(), MSG_NOSIGNAL));
  ERR_clear_error();
  const int size = SSL_write(tls_.get(), from.data(), clamp_size(from.size()));
  return size > 0 ? IoResult{IoStatus::ok, static_cast<std::size_t>(size), {}} : tls_result(size);
}

IoResult Stream::handshake() {
  if (!tls_) return {};
  ERR_clear_error();
  const int returned = SSL_do_handshake(tls_.get());
  return returned == 1 ? IoResult{} : tls_result(returned);
}

IoResult Stream::shutdown_write() {
  if (tls_) {
    ERR_clear_error();
    // 0: close_notify is on its way and the peer's has not come; that is all we want.
    const int returned = SSL_shutdown(tls_.get());
    if (returned < 0) {
      const IoResult result = tls_result(returned);
      if (result.status == IoStatus::would_block) return result;
    }
  }
  return ::shutdown(descriptor(), SHUT_WR) == 0 ? IoResult{} : failed(last_system_error());
}

void Stream::reset() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(descriptor(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

void Stream::close() { socket_.close(); }

}  // namespace wsrig::net
