#pragma once

#include <array>
#include <vector>

#include "pcap/json_line.hpp"
#include "pcap/observer.hpp"
#include "pcap/sink.hpp"

namespace wsrig::pcap {

/// One JSON object a line: `start`, then `connection`, `frame`, `message`, `anomaly` and `end` records, as
/// the README lists them.
class JsonlView final : public Observer {
 public:
  /// `payload`: octets of each payload that are written.
  JsonlView(Sink& sink, std::uint64_t payload, const std::vector<std::string>& argv);

  Wanted wanted() const override { return {.frame_payload = payload_, .message_payload = payload_}; }
  void on_connection(const Connection& connection) override;
  void on_frame(const FrameSeen& frame) override;
  void on_message(const MessageSeen& message) override;
  void on_anomaly(const Anomaly& anomaly) override;
  void on_connection_end(const Connection& connection) override;

 private:
  /// How the records of one type and sender begin, up to their opcode.
  class Beginning {
   public:
    explicit Beginning(std::string_view type) : type_(type) {}
    std::string_view of(std::uint64_t stream, ws::Role sender, ws::Opcode opcode);

   private:
    std::string_view type_;
    std::uint64_t stream_ = 0;  ///< 0: none yet
    ws::Opcode opcode_{};
    JsonLine line_;
  };
  static std::size_t index(ws::Role role) { return static_cast<std::size_t>(role); }

  void put_time(JsonLine& line, Time time);
  void end_record(JsonLine& line, double confidence, ws::Bytes payload, std::uint64_t size);
  void put_doubt(double confidence);
  void put_payload(ws::Bytes payload, std::uint64_t size);
  std::string& out() { return sink_.buffer(); }

  Sink& sink_;
  std::uint64_t payload_;
  std::array<Beginning, 2> frames_{Beginning("frame"), Beginning("frame")};        ///< by ws::Role
  std::array<Beginning, 2> messages_{Beginning("message"), Beginning("message")};  ///< by ws::Role
  std::uint64_t tenths_ = 0;  ///< of a second: those of the last time that was written
  JsonLine tenths_text_;
};

}  // namespace wsrig::pcap
