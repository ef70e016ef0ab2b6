#include "net/datagram.hpp"

#include <memory>
#include <netdb.h>
#include <sys/socket.h>

namespace wsrig::net {

namespace {

struct FreeAddresses {
  void operator()(addrinfo* addresses) const { ::freeaddrinfo(addresses); }
};

}  // namespace

boost::system::result<Descriptor, std::string> connect_datagram(const Url& url) {
  const std::string name = url.host + ":" + std::to_string(url.port);
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  const int failed = ::getaddrinfo(url.host.c_str(), std::to_string(url.port).c_str(), &hints, &found);
  if (failed != 0) return {boost::system::in_place_error, name + ": " + ::gai_strerror(failed)};
  const std::unique_ptr<addrinfo, FreeAddresses> addresses(found);
  Descriptor socket(::socket(found->ai_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.is_open() || ::connect(socket.get(), found->ai_addr, found->ai_addrlen) != 0) {
    return {boost::system::in_place_error, name + ": " + last_system_error().message()};
  }
  return socket;
}

}  // namespace wsrig::net
