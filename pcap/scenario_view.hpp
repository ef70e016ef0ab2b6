#pragma once

#include <deque>
#include <map>
#include <string>

#include "pcap/observer.hpp"
#include "pcap/sink.hpp"

namespace wsrig::pcap {

/// A scenario file with a case for each connection: what the client sent is sent again, frame by frame, and
/// what the server answered is expected. `wsrig run URL FILE` replays it. `finish` closes the document.
class ScenarioView final : public Observer {
 public:
  /// `origin` names the capture.
  ScenarioView(Sink& sink, const std::string& origin);

  Wanted wanted() const override {
    return {.frame_payload = longest_payload, .message_payload = longest_payload};
  }
  void on_frame(const FrameSeen& frame) override;
  void on_message(const MessageSeen& message) override;
  void on_connection_end(const Connection& connection) override;
  void finish() override;

 private:
  /// A scenario file has at most 4 MiB, and a case that does not fit is left out.
  static constexpr std::uint64_t longest_payload = 1 << 20;
  static constexpr std::size_t longest_case = 3 << 20, longest_file = (4 << 20) - 4096;

  /// What is gathered of a connection until it ends.
  struct Draft {
    std::string steps{};
    std::deque<std::string> server_pings{};  ///< payloads that the client may answer
    std::uint64_t raw_message_at =
        UINT64_MAX;  ///< offset of a client's message that is written frame by frame
    bool too_long = false;
    bool incomplete = false;  ///< the capture lacks some of it
  };
  void add(Draft& draft, const std::string& step);
  void add_client_control(Draft& draft, const FrameSeen& frame);
  void add_end(Draft& draft, const Connection& connection);
  std::string header_of(const Connection& connection);

  Sink& sink_;
  std::map<std::uint64_t, Draft> drafts_;
  std::size_t written_ = 0;
  bool any_case_ = false;
};

}  // namespace wsrig::pcap
