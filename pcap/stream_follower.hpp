#pragma once

#include <array>
#include <deque>
#include <memory>
#include <vector>

#include "pcap/context.hpp"
#include "pcap/tcp/flow.hpp"
#include "pcap/tcp/follower.hpp"

namespace wsrig::pcap {

/// Gives the octets of one TCP connection to the layers that read them, and keeps what TCP itself shows.
class StreamFollower final : public tcp::Follower {
 public:
  /// What it is given must outlive it.
  StreamFollower(const tcp::Flow& flow, Journal& journal, const TlsKeyLog& keys, SearchRoom& room,
                 bool search);
  ~StreamFollower() override;

  Interest on_octets(const tcp::Flow& flow, tcp::Direction direction, const tcp::Octets& octets) override;
  void on_hole(const tcp::Flow& flow, tcp::Direction direction, const tcp::Hole& hole) override;
  void on_event(const tcp::Flow& flow, const tcp::Event& event) override;
  void on_end(const tcp::Flow& flow, tcp::Direction direction, tcp::End end, const tcp::Seen& seen) override;
  void on_closed(const tcp::Flow& flow) override;

 private:
  Connection& new_connection();
  void note_captured(const tcp::Flow& flow);
  void note_heard(const tcp::Flow& flow, tcp::Direction direction);
  void note(const tcp::Flow& flow, const tcp::Event& event, const Origin& origin);
  void tell(TcpEventKind kind, Side from, const Origin& origin, std::uint64_t size);
  void report_conflict(Side from, const Origin& origin, std::uint64_t offset);
  void judge_end(Connection& connection);

  Journal& journal_;
  Transport transport_;
  Context context_;
  std::deque<Connection> connections_;  ///< a deque: they do not move
  Slot slot_;
  std::array<std::uint64_t, 2> heard_{};  ///< by Side: packets of the other at the last retransmission
  std::vector<TcpEvent> untold_;          ///< until it is known that somebody cares for the connection
};

}  // namespace wsrig::pcap
