#include "pcap/packet_export.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fmt/format.h>
#include <map>
#include <memory>
#include <tuple>

#include "capture/decoder.hpp"
#include "capture/pcapng_writer.hpp"

namespace wsrig::pcap {

namespace {

constexpr std::size_t piece = 1 << 20;

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

}  // namespace

/// Both ends in one order, whoever sent.
void PacketExport::on_connection_end(const Connection& connection) {
  if (connection.kind == ConnectionKind::encrypted) return;  // nobody knows what it carries
  const Transport& transport = *connection.transport;
  const auto [low, high] = std::minmax(transport.ends[0], transport.ends[1]);
  connections_.push_back({low, high, transport.first.packet, transport.last.packet});
  sessions_.insert(transport.tls_sessions.begin(), transport.tls_sessions.end());
}

bool PacketExport::is_wanted(const capture::IpEndpoint& source, const capture::IpEndpoint& destination,
                             std::uint64_t packet) const {
  const auto [low, high] = std::minmax(source, destination);
  const auto ends = std::tie(low, high);
  auto found = std::lower_bound(
      connections_.begin(), connections_.end(), ends,
      [](const Shown& shown, const auto& value) { return std::tie(shown.first, shown.second) < value; });
  for (; found != connections_.end() && std::tie(found->first, found->second) == ends; ++found) {
    if (packet >= found->begin && packet <= found->end) return true;
  }
  return false;
}

std::string PacketExport::write(capture::PacketSource& source, const std::string& path) {
  std::ranges::sort(connections_, {}, [](const Shown& shown) { return std::tie(shown.first, shown.second); });
  const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "wb"));
  if (!file) return fmt::format("cannot write '{}': {}", path, std::strerror(errno));
  ws::ByteBuffer out;
  capture::PcapngWriter writer(out, "wsrig-pcap");
  bool failed = false;
  const auto flush = [&] {
    failed = std::fwrite(out.data(), 1, out.size(), file.get()) != out.size() || failed;
    out.clear();
  };
  std::string secrets;
  for (const TlsKeyLog::Random& session : sessions_) secrets += keys_.lines(session);
  if (!secrets.empty()) writer.write_secrets({capture::Secrets::tls_key_log, ws::as_bytes(secrets)});
  source.on_secrets([&](const capture::Secrets& carried) {
    if (carried.type != capture::Secrets::tls_key_log) writer.write_secrets(carried);
  });
  std::map<capture::LinkType, std::uint32_t> interfaces;
  capture::Decoder decoder;
  capture::TcpSegment segment;
  while (const capture::Packet* packet = source.next()) {
    if (decoder.decode(*packet, segment) != capture::Layer::tcp) continue;
    if (!is_wanted(segment.source, segment.destination, packet->number)) continue;
    const auto [interface, is_new] = interfaces.try_emplace(packet->link, 0);
    if (is_new) interface->second = writer.add_interface(packet->link, "");
    writer.write(interface->second, packet->time, packet->octets, packet->original_length);
    if (out.size() >= piece) flush();
  }
  flush();
  failed = std::fflush(file.get()) != 0 || failed;
  return failed ? fmt::format("cannot write '{}': {}", path, std::strerror(errno)) : std::string();
}

}  // namespace wsrig::pcap
