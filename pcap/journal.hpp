#pragma once

#include <array>
#include <string>
#include <vector>

#include "pcap/observer.hpp"

namespace wsrig::pcap {

/// Hands what is found to the observers, and counts it in its connection.
class Journal {
 public:
  /// The observers must outlive the journal.
  explicit Journal(std::vector<Observer*> observers);

  const Wanted& wanted() const { return wanted_; }
  void begin_capture(Time first_packet);
  /// Gives a new connection its number and tells of it.
  void begin(Connection& connection);
  void end(const Connection& connection);
  void frame(const FrameSeen& frame) {
    for (Observer* observer : frame_observers_) observer->on_frame(frame);
  }
  void message(const MessageSeen& message) {
    for (Observer* observer : frame_observers_) observer->on_message(message);
  }
  void tcp(const TcpEvent& event);
  /// `text` is what the kind says where it is empty.
  void anomaly(Connection& connection, const AnomalyKind& kind, ws::Role sender, const Origin& origin,
               std::uint64_t offset, std::string text = {});

  std::uint64_t connections() const { return connections_; }
  using Scratch = std::array<std::uint8_t, std::size_t{16} * 1024>;
  /// For whoever unmasks: valid until the next use by anybody.
  Scratch& scratch() { return scratch_; }

 private:
  std::vector<Observer*> observers_;
  std::vector<Observer*> frame_observers_;  ///< those that want frames
  Wanted wanted_;
  std::uint64_t connections_ = 0;
  Scratch scratch_{};
};

}  // namespace wsrig::pcap
