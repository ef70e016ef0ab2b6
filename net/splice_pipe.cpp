#include "net/splice_pipe.hpp"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace wsrig::net {

namespace {

// Room in the pipe; what a socket holds in many small pieces fills it with fewer octets.
constexpr int pipe_size = 1024 * 1024;

IoResult splice_once(int from, int to, std::size_t most) {
  const ssize_t size = ::splice(from, nullptr, to, nullptr, most, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
  if (size > 0) return {IoStatus::ok, static_cast<std::size_t>(size), {}};
  if (size == 0) return {IoStatus::eof, 0, {}};
  if (errno == EAGAIN) return {IoStatus::would_block, 0, {}};
  return {IoStatus::failed, 0, last_system_error()};
}

}  // namespace

SplicePipe::SplicePipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return;
  output_ = Descriptor(ends[0]);
  input_ = Descriptor(ends[1]);
  ::fcntl(input_.get(), F_SETPIPE_SZ, pipe_size);  // where that is not allowed, it is smaller
}

IoResult SplicePipe::fill(int socket, std::size_t most) { return splice_once(socket, input_.get(), most); }

IoResult SplicePipe::drain(int socket, std::size_t most) { return splice_once(output_.get(), socket, most); }

void SplicePipe::drain(ws::MutableBytes into) {
  while (!into.empty()) {
    const ssize_t size = ::read(output_.get(), into.data(), into.size());
    if (size <= 0) return;
    into = into.subspan(static_cast<std::size_t>(size));
  }
}

}  // namespace wsrig::net
