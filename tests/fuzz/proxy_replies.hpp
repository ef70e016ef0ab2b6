#pragma once

#include <string>

#include "net/proxy_handshake.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace wsrig::fuzz {

/// How a conversation with a proxy went.
struct ProxyOutcome {
  net::ProxyHandshake::Status status = net::ProxyHandshake::Status::need_more;
  std::string failure;
  ws::ByteBuffer said;
  std::size_t taken = 0;  ///< meaningful when established
  friend bool operator==(const ProxyOutcome&, const ProxyOutcome&) = default;
};

template <class Client>
ProxyOutcome converse(Client client, ws::Bytes stream, Cut cut) {
  using Status = net::ProxyHandshake::Status;
  ProxyOutcome outcome;
  outcome.status = client.begin(outcome.said);
  in_pieces(stream, cut, [&](ws::Bytes piece) {
    if (outcome.status != Status::need_more) return;
    const ws::ByteBuffer copy(piece.begin(), piece.end());
    std::size_t taken = 0;
    outcome.status = client.receive(copy, taken, outcome.said);
    require(taken == piece.size() || outcome.status != Status::need_more, "it takes all while it waits");
    outcome.taken += taken;
  });
  if (outcome.status == Status::failed) {
    require(client.error().failed(), "a failure has an error");
    outcome.failure = client.failure();
    outcome.taken = 0;
  }
  return outcome;
}

/// Holds the conversation in all cuts, which must agree.
template <class Client>
ProxyOutcome converse(const Client& client, ws::Bytes stream) {
  const ProxyOutcome whole = converse(client, stream, Cut::whole);
  require(converse(client, stream, Cut::octets) == whole, "the cut does not matter");
  require(converse(client, stream, Cut::growing) == whole, "the cut does not matter");
  for (const std::uint8_t octet : ws::as_bytes(whole.failure)) {
    require(octet >= 0x20 && octet != 0x7f, "a failure is one printable line");
  }
  return whole;
}

}  // namespace wsrig::fuzz
