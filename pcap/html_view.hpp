#pragma once

#include <map>
#include <string>
#include <vector>

#include "pcap/observer.hpp"
#include "pcap/sink.hpp"
#include "pcap/why.hpp"

namespace wsrig::pcap {

/// One self-contained page, without script or network: a timeline of each connection, with its frames and how
/// it ended. `finish` closes the page.
class HtmlView final : public Observer {
 public:
  HtmlView(Sink& sink, const std::string& title);

  Wanted wanted() const override { return {.frame_payload = shown_payload + 1}; }
  void on_begin(Time first_packet) override { begin_ = first_packet; }
  void on_frame(const FrameSeen& frame) override;
  void on_message(const MessageSeen& message) override;
  void on_anomaly(const Anomaly& anomaly) override;
  void on_connection_end(const Connection& connection) override;
  void finish() override;

 private:
  static constexpr std::size_t shown_payload = 200;

  /// A frame as the page shows it.
  struct Mark {
    Origin origin{};
    ws::Role sender{};
    ws::Opcode opcode{};
    std::uint64_t length = 0;
    std::string text{};
    bool anomaly = false;
  };
  struct Lane {
    std::vector<Mark> marks{};
    std::uint64_t left_out = 0;
    Before before{};
  };
  Lane& lane(const Connection& connection) { return lanes_[connection.id]; }
  void add(Lane& lane, Mark mark);
  std::string timeline(const Connection& connection, const Lane& lane) const;
  std::string table(const Lane& lane) const;

  Sink& sink_;
  Time begin_{};
  std::map<std::uint64_t, Lane> lanes_;  ///< of connections that are open
  bool any_ = false;
};

}  // namespace wsrig::pcap
