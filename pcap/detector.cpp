#include "pcap/detector.hpp"

#include "pcap/http2_layer.hpp"
#include "pcap/http_layer.hpp"
#include "pcap/proxy_header.hpp"
#include "pcap/socks_layer.hpp"
#include "pcap/tls_layer.hpp"
#include "pcap/unknown_stream.hpp"

namespace wsrig::pcap {

namespace {

/// How a tunnel or a request begins fits into this.
constexpr std::size_t longest_beginning = std::size_t{64} * 1024;

}  // namespace

Detector::Detector(Context& context, Slot& slot, const Positions& positions, bool at_start)
    : context_(context), slot_(slot), positions_(positions), at_start_(at_start) {}

void Detector::data(Side from, ws::Bytes octets, const Origin& origin) {
  ws::ByteBuffer& begun = begun_[index(from)];
  origins_[index(from)] = origin;
  if (begun.empty()) {
    if (auto next = layer_for(sniff(octets), from)) {
      become(std::move(next), from);
      return slot_.data(from, octets, origin);
    }
  }
  ws::append(begun, octets);
  Step step = Step::again;
  while (step == Step::again) step = decide(from);
}

Detector::Step Detector::decide(Side from) {
  const ws::ByteBuffer& begun = begun_[index(from)];
  const Beginning beginning = sniff(begun);
  if (auto next = layer_for(beginning, from)) return become(std::move(next), from);
  const bool proxied = beginning == Beginning::proxy_v1 || beginning == Beginning::proxy_v2;
  if (proxied && at_start_) {
    const auto header = beginning == Beginning::proxy_v1 ? read_proxy_v1(begun) : read_proxy_v2(begun);
    if (header && header->size == 0 && begun.size() < longest_beginning) return Step::wait;
    if (header && header->size > 0) {
      context_.transport.via.push_back(header->text);
      return take_proxy_header(from, header->size);
    }
  }
  if (beginning == Beginning::need_more && begun.size() < longest_beginning) return Step::wait;
  // Where the whole stream is there, and it begins with nothing that leads to a WebSocket, there is none.
  if (at_start_ || !context_.search) {
    slot_.ignore();
    return Step::done;
  }
  return become(std::make_unique<UnknownStream>(context_, slot_, positions_), from);
}

Detector::Step Detector::take_proxy_header(Side from, std::size_t size) {
  ws::ByteBuffer& begun = begun_[index(from)];
  begun.erase(begun.begin(), begun.begin() + static_cast<std::ptrdiff_t>(size));
  positions_[index(from)] += size;
  return begun.empty() ? Step::wait : Step::again;
}

std::unique_ptr<Layer> Detector::layer_for(Beginning beginning, Side from) {
  switch (beginning) {
    case Beginning::http_request: return std::make_unique<HttpLayer>(context_, slot_, positions_, from);
    case Beginning::http_response:
      return std::make_unique<HttpLayer>(context_, slot_, positions_, other(from));
    case Beginning::http2_preface: return std::make_unique<Http2Layer>(context_, slot_, from);
    case Beginning::http2_settings:
      return at_start_ ? std::make_unique<Http2Layer>(context_, slot_, other(from)) : nullptr;
    case Beginning::tls: return std::make_unique<TlsLayer>(context_, slot_);
    case Beginning::socks4:
    case Beginning::socks5:
      if (!at_start_) return nullptr;
      return std::make_unique<SocksLayer>(context_, slot_, positions_, from, beginning == Beginning::socks5);
    default: return nullptr;
  }
}

/// Hands on what has begun: first what decided.
Detector::Step Detector::become(std::unique_ptr<Layer> next, Side from) {
  slot_.become(std::move(next));
  for (const Side side : {from, other(from)}) {
    if (!begun_[index(side)].empty()) slot_.data(side, begun_[index(side)], origins_[index(side)]);
  }
  return Step::done;
}

void Detector::hole(Side from, std::uint64_t size, const Origin& origin) {
  at_start_ = false;
  ws::ByteBuffer& begun = begun_[index(from)];
  if (!begun.empty()) {
    // Half a beginning: whatever it is, its layer knows best what a hole in it means.
    auto next = layer_for(sniff(begun), from);
    if (!next) next = std::make_unique<UnknownStream>(context_, slot_, positions_);
    become(std::move(next), from);
    return slot_.hole(from, size, origin);
  }
  positions_[index(from)] = behind(positions_[index(from)], size);
}

void Detector::end(Side, StreamEnd, const Origin&) {}

}  // namespace wsrig::pcap
