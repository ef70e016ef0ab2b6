#include <deque>

#include "pcap/detector.hpp"
#include "pcap/journal.hpp"
#include "pcap/search_room.hpp"
#include "pcap/tls_keys.hpp"
#include "tests/fuzz/fuzz_input.hpp"

// Two byte streams with holes, through TLS, HTTP, tunnels and frames, whatever they hold. Each piece of the
// input begins with an octet: its side, whether it is a hole, and how long it is.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wsrig;
  using namespace wsrig::pcap;
  const fuzz::Input input(data, size);
  TlsKeyLog keys;
  // Of a ClientHello whose random is all zeros.
  const std::string random(64, '0'), secret(64, '1'), master(96, '2');
  keys.add("CLIENT_RANDOM " + random + " " + master + "\nCLIENT_HANDSHAKE_TRAFFIC_SECRET " + random + " " +
           secret + "\nSERVER_HANDSHAKE_TRAFFIC_SECRET " + random + " " + secret +
           "\nCLIENT_TRAFFIC_SECRET_0 " + random + " " + secret + "\nSERVER_TRAFFIC_SECRET_0 " + random +
           " " + secret + "\n");
  Journal journal({});
  Transport transport;
  std::deque<Connection> connections;
  SearchRoom room;
  Context context{.journal = journal,
                  .transport = transport,
                  .keys = keys,
                  .room = room,
                  .search = true,
                  .new_connection = {},
                  .last_connection = {}};
  context.last_connection = [&] { return connections.empty() ? nullptr : &connections.back(); };
  context.new_connection = [&]() -> Connection& {
    connections.emplace_back().transport = &transport;
    return connections.back();
  };
  Slot slot;
  slot.become(std::make_unique<Detector>(context, slot, Positions{}, input.chooses(0)));
  ws::Bytes rest = input.stream;
  std::uint64_t packet = 0;
  while (!rest.empty()) {
    const std::uint8_t head = rest[0];
    const Side side = (head & 1) != 0 ? Side::second : Side::first;
    const std::size_t length = std::min<std::size_t>((head >> 2) * 4u + 1, rest.size() - 1);
    rest = rest.subspan(1);
    const Origin origin{++packet, Time(packet)};
    if ((head & 2) != 0) {
      slot.hole(side, head, origin);
    } else {
      slot.data(side, rest.first(length), origin);
      rest = rest.subspan(length);
    }
  }
  for (const Side side : {Side::first, Side::second}) slot.end(side, StreamEnd::fin, {packet, Time(packet)});
  fuzz::require(journal.connections() == connections.size(), "every connection was told of");
  return 0;
}
