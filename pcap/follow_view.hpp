#pragma once

#include "pcap/observer.hpp"
#include "pcap/sink.hpp"

namespace wsrig::pcap {

/// The messages of a connection, and its Close frames, one behind the other: texts as they are, the rest as
/// octets.
class FollowView final : public Observer {
 public:
  struct Options {
    std::uint64_t payload = 16 << 20;  ///< octets shown of each message
    bool handshakes = true;
    bool hex = false;  ///< texts as octets too
  };
  FollowView(Sink& sink, const Options& options) : sink_(sink), options_(options) {}

  Wanted wanted() const override { return {.message_payload = options_.payload}; }
  void on_begin(Time first_packet) override { begin_ = first_packet; }
  void on_connection(const Connection& connection) override;
  void on_frame(const FrameSeen& frame) override;
  void on_message(const MessageSeen& message) override;

 private:
  void write_title(ws::Role sender, const Origin& origin, std::string_view title);
  void write_head(const ws::HttpHead& head);
  void write_text(std::string_view text);
  void write_hex(ws::Bytes octets);

  Sink& sink_;
  Options options_;
  Time begin_{};
};

}  // namespace wsrig::pcap
