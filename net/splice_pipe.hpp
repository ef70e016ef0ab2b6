#pragma once

#include <cstddef>

#include "net/socket.hpp"
#include "net/stream.hpp"
#include "ws/bytes.hpp"

namespace wsrig::net {

/// A pipe through which octets go from one socket to another without being copied (splice(2)). Empty between
/// two calls of a channel, so that all channels of a loop can share one. splice(2) has no MSG_NOSIGNAL: the
/// process must ignore SIGPIPE.
class SplicePipe {
 public:
  /// Not open when the process has no descriptors left.
  SplicePipe();
  bool is_open() const { return output_.is_open(); }

  /// Takes at most so many octets out of a socket; eof at its end.
  IoResult fill(int socket, std::size_t most);
  /// Puts octets into a socket; at most what fill() took.
  IoResult drain(int socket, std::size_t most);
  /// Reads octets that no socket takes.
  void drain(ws::MutableBytes into);

 private:
  Descriptor input_;
  Descriptor output_;
};

}  // namespace wsrig::net
