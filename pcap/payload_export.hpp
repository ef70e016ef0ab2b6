#pragma once

#include <string>

#include "pcap/observer.hpp"

namespace wsrig::pcap {

/// Writes each message to a file: DIR/000001-client-000002.txt is the second message of the client on
/// connection 1; a message that is no text ends in .bin.
class PayloadExport final : public Observer {
 public:
  /// The folder is made where it is missing.
  explicit PayloadExport(std::string folder);

  Wanted wanted() const override { return {.message_payload = 256u << 20}; }
  void on_message(const MessageSeen& message) override;
  /// What could not be written, first of all; empty: nothing.
  const std::string& failure() const { return failure_; }

 private:
  std::string folder_;
  std::string failure_;
};

}  // namespace wsrig::pcap
