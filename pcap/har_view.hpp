#pragma once

#include "pcap/observer.hpp"
#include "pcap/sink.hpp"
#include "pcap/spool.hpp"

namespace wsrig::pcap {

/// An HTTP archive (HAR 1.2), an entry a connection, its messages in `_webSocketMessages` as browsers write
/// them: time, type send or receive, opcode, data as text or in base64. The messages of a connection are kept
/// until it ends, many of them in a temporary file. `finish` closes the document.
class HarView final : public Observer {
 public:
  /// `payload`: octets of each message that are written.
  HarView(Sink& sink, std::uint64_t payload);

  Wanted wanted() const override { return {.message_payload = payload_}; }
  void on_message(const MessageSeen& message) override;
  void on_connection_end(const Connection& connection) override;
  void finish() override;

 private:
  void append_text(std::uint64_t id, std::string_view text);
  void append_base64(std::uint64_t id, ws::Bytes octets);

  Sink& sink_;
  std::uint64_t payload_;
  Spool messages_;  ///< JSON, of connections that are open
  bool first_ = true;
};

}  // namespace wsrig::pcap
