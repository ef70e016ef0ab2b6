#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>

#include "pcap/observer.hpp"
#include "pcap/sink.hpp"
#include "stats/recorder.hpp"

namespace wsrig::pcap {

/// Sizes, rates, inter-arrival times and round trips, by direction and opcode, and by path. `finish` writes
/// them.
class StatsView final : public Observer {
 public:
  explicit StatsView(Sink& sink);
  ~StatsView() override;

  Wanted wanted() const override;
  void on_frame(const FrameSeen& frame) override;
  void on_message(const MessageSeen& message) override;
  void on_connection_end(const Connection& connection) override;
  void finish() override;

 private:
  /// Of one kind of frame.
  struct Kind {
    std::uint64_t count = 0, octets = 0;
    stats::Recorder sizes{};
  };
  /// Of one path.
  struct Path {
    std::uint64_t connections = 0, frames = 0, messages = 0, octets = 0, anomalies = 0;
  };

  void note_ping(const FrameSeen& frame);

  Sink& sink_;
  std::map<std::pair<ws::Role, ws::Opcode>, Kind> kinds_;
  std::map<std::string, Path> paths_;
  std::array<stats::Recorder, 2> between_;   ///< nanoseconds from one frame to the next, by ws::Role
  std::array<stats::Recorder, 2> messages_;  ///< octets, inflated
  stats::Recorder handshakes_, upgrades_;    ///< nanoseconds
  std::array<stats::Recorder, 2> pings_;     ///< nanoseconds, by who sent the Ping
  std::map<std::pair<std::uint64_t, ws::Role>, Time> last_frame_;
  std::map<std::pair<std::uint64_t, ws::Role>, std::map<std::string, Time>> waiting_;
  std::optional<Time> first_, last_;
  std::uint64_t frames_ = 0;
};

}  // namespace wsrig::pcap
