#include "pcap/dissection.hpp"

#include "capture/decoder.hpp"
#include "pcap/journal.hpp"
#include "pcap/search_room.hpp"
#include "pcap/stream_follower.hpp"

namespace wsrig::pcap {

namespace {

constexpr std::uint64_t packets_between_questions = 4096;

void count(capture::Layer layer, DissectionTotals& totals) {
  switch (layer) {
    case capture::Layer::tcp: ++totals.tcp; return;
    case capture::Layer::truncated: ++totals.truncated; return;
    case capture::Layer::malformed: ++totals.malformed; return;
    case capture::Layer::unknown_link: ++totals.unknown_link; return;
    case capture::Layer::other:
    case capture::Layer::fragment: return;
  }
}

}  // namespace

DissectionTotals dissect(capture::PacketSource& source, const std::vector<Observer*>& observers,
                         TlsKeyLog& keys, const DissectionOptions& options) {
  Journal journal(observers);
  DissectionTotals totals;
  SearchRoom room;
  source.on_secrets([&](const capture::Secrets& secrets) {
    if (secrets.type == capture::Secrets::tls_key_log) keys.add(ws::as_text(secrets.data));
  });
  tcp::FlowTable flows(
      [&](const tcp::Flow& flow) {
        return std::make_unique<StreamFollower>(flow, journal, keys, room, options.search);
      },
      source.octets_persist());
  capture::Decoder decoder;
  capture::TcpSegment segment;
  while (const capture::Packet* packet = source.next()) {
    if (totals.packets == 0) journal.begin_capture(packet->time);
    ++totals.packets;
    totals.octets += packet->octets.size();
    if (totals.packets % packets_between_questions == 0 && options.interrupted && options.interrupted())
      break;
    if (options.filter != nullptr && !options.filter->matches(*packet)) {
      ++totals.filtered;
      continue;
    }
    const capture::Layer layer = decoder.decode(*packet, segment);
    count(layer, totals);
    if (layer == capture::Layer::tcp) flows.add(*packet, segment);
  }
  flows.finish();
  totals.connections = journal.connections();
  totals.flows = flows.counters();
  return totals;
}

}  // namespace wsrig::pcap
