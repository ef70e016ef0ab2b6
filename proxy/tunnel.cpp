#include "proxy/tunnel.hpp"

#include "proxy/frames.hpp"
#include "ws/close_code.hpp"

namespace wsrig::proxy {

namespace {

// Below this the copies that splicing saves cost less than its calls.
constexpr std::uint64_t least_spliced = std::uint64_t{128} * 1024;

}  // namespace

void Tunnel::arrived(Direction direction, ws::MutableBytes data) {
  tracker_[direction].feed(data);
  if (!goodbye_said_[direction]) outlet(direction).write(data);  // RFC 6455 §5.5.1: nothing behind a Close
  if (tracker_[direction].close_seen()) {
    blame(ender_of(direction), "close");
    begin_closing();
  }
  if (!leaving_) return consider_splicing(direction, data.size());
  say_goodbye();
}

// A large payload that comes in large pieces goes on in the kernel.
void Tunnel::consider_splicing(Direction direction, std::size_t size) {
  const std::uint64_t left = tracker_[direction].payload_left();
  if (left < least_spliced || size < octets_at_once || !route().faults.empty()) return;
  source(direction).channel().splice_to(sink(direction).channel(), left);
}

void Tunnel::spliced(Direction direction, std::size_t size) {
  tracker_[direction].skip(size);
  if (leaving_) say_goodbye();
}

// Between frames only; in the midst of one the rest of it comes first. Where the peers are closing already,
// they are left to it.
void Tunnel::say_goodbye() {
  leaving_ = true;
  end_for_good();
  for (const Direction direction : {Direction::to_upstream, Direction::to_downstream}) {
    try_goodbye(direction);
  }
  if (!tracker_[Direction::to_upstream].close_seen() || !tracker_[Direction::to_downstream].close_seen())
    return;
  // Both have answered. RFC 6455 §7.1.1: a server closes first, which is us on one side.
  end(Direction::to_downstream);
  end(Direction::to_upstream);
}

void Tunnel::try_goodbye(Direction direction) {
  const bool is_closing = tracker_[direction].close_seen() ||
                          (tracker_[opposite(direction)].close_seen() && !goodbye_said_[opposite(direction)]);
  if (goodbye_said_[direction] || is_closing || !tracker_[direction].at_boundary()) return;
  if (has_ended(direction)) return;
  ws::ByteBuffer frame;
  append_close(direction, ws::close_code::going_away, "the proxy stops", services_.mask_keys, frame);
  outlet(direction).write(frame);
  goodbye_said_[direction] = true;
}

}  // namespace wsrig::proxy
