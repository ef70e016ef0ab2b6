#pragma once

#include "proxy/frame_tracker.hpp"
#include "proxy/relay.hpp"

namespace wsrig::proxy {

/// WebSocket to WebSocket, octets as they come, in the kernel where they are many. Frames are followed, not
/// judged: for the log, and to find the place for a Close when the proxy has to end the tunnel.
class Tunnel final : public Relay {
 public:
  using Relay::Relay;

 private:
  void arrived(Direction direction, ws::MutableBytes data) override;
  void spliced(Direction direction, std::size_t size) override;
  void say_goodbye() override;
  std::optional<std::uint16_t> close_code(Direction direction) const override {
    return tracker_[direction].close_code();
  }
  std::uint64_t frames(Direction direction) const override { return tracker_[direction].frames(); }

  void try_goodbye(Direction direction);
  void consider_splicing(Direction direction, std::size_t size);

  PerDirection<FrameTracker> tracker_;
  PerDirection<bool> goodbye_said_;
  bool leaving_ = false;  ///< say_goodbye() was called
};

}  // namespace wsrig::proxy
