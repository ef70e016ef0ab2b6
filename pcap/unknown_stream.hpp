#pragma once

#include <array>
#include <optional>

#include "pcap/context.hpp"
#include "pcap/frame_search.hpp"
#include "pcap/search_room.hpp"
#include "ws/http_head.hpp"

namespace wsrig::pcap {

class WebSocketSession;

/// A stream of which the beginning is not in the capture. It may be a WebSocket: then its frames are found by
/// their headers, their payloads, and masks in one direction only. It may also come to begin something known.
class UnknownStream final : public Layer {
 public:
  UnknownStream(Context& context, Slot& slot, const Positions& positions);

  /// A client's request to upgrade to WebSocket, the answer to which is not in the capture.
  struct Asked {
    ws::HttpHead request;
    Origin origin{};
    Side client{};
  };
  void expect_websocket(Asked asked) { asked_ = std::move(asked); }

  void data(Side from, ws::Bytes octets, const Origin& origin) override;
  void hole(Side from, std::uint64_t size, const Origin& origin) override;
  void end(Side from, StreamEnd how, const Origin& origin) override;

 private:
  struct Guess {
    Side client{};
    std::optional<FrameSearch::Found> masked, unmasked;
    double certainty = 0;  ///< bits beyond those that are needed
  };
  void stay_unanswered();
  bool became_known(Side from, ws::Bytes octets, const Origin& origin);
  bool search();
  Guess guess(Side client, FrameSearch::Places places) const;
  double weigh_echo(const Guess& guess) const;
  bool is_convincing(const Guess& guess, FrameSearch::Places places) const;
  bool contradicts(const FrameSearch& search, const FrameSearch::Wanted& other_kind, bool in_doubt) const;
  void become_websocket(const Guess& guess);
  std::uint64_t start(WebSocketSession& session, ws::Role role, Connection& connection,
                      const std::optional<FrameSearch::Found>& found) const;
  void replay(WebSocketSession& session, Positions at);

  Context& context_;
  Slot& slot_;
  SearchRoom::Share room_;
  std::array<FrameSearch, 2> collected_;
  Positions positions_;
  std::optional<Asked> asked_;
  std::uint64_t seen_ = 0;
  std::uint64_t next_close_look_;
  std::size_t searched_at_ = 0;
};

}  // namespace wsrig::pcap
