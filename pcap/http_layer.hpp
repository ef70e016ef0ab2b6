#pragma once

#include <array>
#include <deque>
#include <optional>

#include "pcap/context.hpp"
#include "pcap/held_octets.hpp"
#include "ws/body_reader.hpp"
#include "ws/http_head.hpp"

namespace wsrig::pcap {

/// HTTP/1.1 (RFC 9112): requests and their answers, one behind the other or pipelined, until one of them
/// makes a WebSocket or a tunnel of the connection. What the client sends behind such a request waits for the
/// answer.
class HttpLayer final : public Layer {
 public:
  HttpLayer(Context& context, Slot& slot, const Positions& positions, Side client);

  void data(Side from, ws::Bytes octets, const Origin& origin) override;
  void hole(Side from, std::uint64_t size, const Origin& origin) override;
  void end(Side from, StreamEnd how, const Origin& origin) override;

 private:
  enum class Purpose : std::uint8_t { http, websocket, connect };
  struct Request {
    ws::HttpHead head;
    Origin origin{};  ///< of its last octet
    Purpose purpose = Purpose::http;
    bool cut = false;  ///< there is only its beginning
  };
  /// One direction.
  struct Half {
    ws::HeadReader reader{max_head, max_fields};
    std::optional<ws::BodyReader> body{};
    std::uint64_t position = 0;  ///< of the next octet
    bool lost = false;           ///< until a message begins where a segment does
  };
  static constexpr std::size_t max_head = std::size_t{64} * 1024;
  static constexpr std::size_t max_fields = 1000;
  static constexpr std::size_t most_requests = 1000;

  /// Each takes a part of the octets; 0: none is wanted any more, or another layer has taken over.
  std::size_t read(Half& half, ws::Bytes octets, const Origin& origin);
  std::size_t read_body(Half& half, ws::Bytes octets);
  std::size_t read_head(Half& half, ws::Bytes octets, const Origin& origin);
  void on_request(Half& half, ws::HttpHead head, const Origin& origin, bool cut);
  /// True where another layer has taken over.
  bool on_response(Half& half, const ws::HttpHead& head, const Origin& origin, bool cut);
  void on_cut_head(Half& half, const Origin& origin);
  bool is_waiting() const;
  void release();
  Positions positions() const { return {halves_[0].position, halves_[1].position}; }
  Half& half(Side side) { return halves_[index(side)]; }
  void refused(const Request& request, const ws::HttpHead* response, const Origin& origin);
  void become_websocket(const Request* request, const ws::HttpHead& response, const Origin& origin, bool cut);
  void become_tunnel(const Request& request);
  bool answer_is_missing();

  Context& context_;
  Slot& slot_;
  Side client_;
  std::array<Half, 2> halves_;
  std::deque<Request> requests_;  ///< without an answer
  HeldOctets held_;               ///< of the client
  std::uint64_t held_at_ = 0;     ///< where they begin
  struct End {
    StreamEnd how{};
    Origin origin{};
  };
  std::optional<End> client_end_{};
  bool replaced_ = false;
};

}  // namespace wsrig::pcap
