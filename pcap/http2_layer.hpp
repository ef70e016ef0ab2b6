#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "pcap/context.hpp"

namespace wsrig::pcap {

class HpackReader;
class WebSocketSession;

/// HTTP/2 (RFC 9113): follows its frames and header blocks, and the streams of it that an extended CONNECT
/// made WebSockets of (RFC 8441). Behind a hole that is more than a part of DATA nothing can be read any
/// more: the tables of HPACK are lost.
class Http2Layer final : public Layer {
 public:
  Http2Layer(Context& context, Slot& slot, Side client);
  ~Http2Layer() override;

  void data(Side from, ws::Bytes octets, const Origin& origin) override;
  void hole(Side from, std::uint64_t size, const Origin& origin) override;
  void end(Side from, StreamEnd how, const Origin& origin) override;

 private:
  /// RFC 9113 §4.1
  struct FrameHeader {
    std::uint32_t length = 0;
    std::uint8_t type = 0;
    std::uint8_t flags = 0;
    std::uint32_t stream = 0;
  };
  struct Half;
  struct Stream;

  std::size_t take(Side from, ws::Bytes octets, const Origin& origin);
  std::size_t take_data(Side from, ws::Bytes octets, const Origin& origin);
  bool begin_frame(Side from, const Origin& origin);
  void on_frame(Side from, ws::Bytes payload, const Origin& origin);
  void on_header_block(Side from, const Origin& origin);
  void on_request(std::uint32_t id, const std::string& head, const Origin& origin);
  void on_response(std::uint32_t id, const std::string& head, const Origin& origin);
  void end_stream(Side from, std::uint32_t id, StreamEnd how, const Origin& origin);
  Half& half(Side side) { return *halves_[index(side)]; }

  Context& context_;
  Slot& slot_;
  Side client_;
  std::array<std::unique_ptr<Half>, 2> halves_;
  std::map<std::uint32_t, Stream> streams_;  ///< those that asked for a WebSocket
};

}  // namespace wsrig::pcap
