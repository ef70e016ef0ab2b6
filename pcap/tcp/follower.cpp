#include "pcap/tcp/follower.hpp"

namespace wsrig::tcp {

std::string_view to_string(Hole::Reason reason) {
  switch (reason) {
    case Hole::Reason::not_captured: return "not captured";
    case Hole::Reason::truncated: return "cut by the snap length";
    case Hole::Reason::limit: return "waited for in vain";
    case Hole::Reason::ended: return "missing at the end";
  }
  return "";
}

std::string_view to_string(End end) {
  switch (end) {
    case End::fin: return "FIN";
    case End::rst: return "RST";
    case End::reused: return "port reused";
    case End::evicted: return "evicted";
    case End::capture_end: return "end of capture";
  }
  return "";
}

std::string_view to_string(Event::Kind kind) {
  switch (kind) {
    case Event::Kind::syn: return "SYN";
    case Event::Kind::syn_ack: return "SYN-ACK";
    case Event::Kind::handshake_done: return "handshake done";
    case Event::Kind::retransmission: return "retransmission";
    case Event::Kind::gap: return "gap";
    case Event::Kind::out_of_order: return "out of order";
    case Event::Kind::keep_alive: return "keep-alive";
    case Event::Kind::window_update: return "window update";
    case Event::Kind::zero_window: return "zero window";
    case Event::Kind::overlap_conflict: return "overlap conflict";
    case Event::Kind::fin: return "FIN";
    case Event::Kind::rst: return "RST";
  }
  return "";
}

}  // namespace wsrig::tcp
