#pragma once

#include <memory>

#include "proxy/lane.hpp"
#include "proxy/relay.hpp"

namespace wsrig::proxy {

/// WebSocket to WebSocket, frame by frame: each is judged before it goes on, in pieces, as it comes.
/// Fragmentation, control frames and close codes are kept. After a violation its sender gets the rule's close
/// code, the other side is told that the proxy leaves, and nothing more is relayed.
class Inspector final : public Relay, private LaneOwner {
 public:
  Inspector(Services& services, TunnelStart start, const Deflate& deflate);

 private:
  void arrived(Direction direction, ws::MutableBytes data) override;
  void say_goodbye() override;
  std::optional<std::uint16_t> close_code(Direction direction) const override {
    return lanes_[direction]->close_code();
  }
  std::uint64_t frames(Direction direction) const override { return lanes_[direction]->frames(); }

  void on_violation(Direction direction, const ws::Violation& violation) override;
  ByteSink& lane_outlet(Direction direction) override { return outlet(direction); }

  std::unique_ptr<Lane> make_lane(Direction direction, const Deflate& deflate);
  void close(Direction direction, std::uint16_t code, std::string_view reason);
  void try_close(Direction direction);

  /// A Close of our own, until the frame at hand is through.
  struct OwnClose {
    std::uint16_t code;
    std::string_view reason;
  };

  PerDirection<std::unique_ptr<Lane>> lanes_;
  PerDirection<std::optional<OwnClose>> own_close_;
  PerDirection<bool> closed_;  ///< a Close has gone this way: nothing follows (RFC 6455 §5.5.1)
};

}  // namespace wsrig::proxy
