#include "proxy/inspector.hpp"

#include <algorithm>

#include "proxy/frames.hpp"
#include "proxy/inflate_stage.hpp"
#include "ws/close_code.hpp"

namespace wsrig::proxy {

namespace {

// What the side that did nothing wrong is told.
std::uint16_t code_for_the_other(Direction direction) {
  return direction == Direction::to_downstream ? ws::close_code::bad_gateway : ws::close_code::going_away;
}

bool has_frame_stages(const Route& route) {
  return std::ranges::any_of(route.faults, [](const auto& maker) { return maker->needs_frames(); });
}

}  // namespace

Inspector::Inspector(Services& services, TunnelStart start, const Deflate& deflate)
    : Relay(services, std::move(start)) {
  for (const Direction direction : {Direction::to_upstream, Direction::to_downstream}) {
    lanes_[direction] = make_lane(direction, deflate);
    if (config().trace) lanes_[direction]->trace_to(Log(config().log), id());
  }
}

std::unique_ptr<Lane> Inspector::make_lane(Direction direction, const Deflate& deflate) {
  LaneOwner& owner = *this;
  const ws::Limits& limits = config().limits.frames;
  ws::ByteBuffer& gathered = services_.loop.write_buffer();
  if (!has_frame_stages(route())) {
    return std::make_unique<VerbatimLane>(owner, direction, limits, deflate, gathered);
  }
  auto lane = std::make_unique<StagedLane>(owner, direction, limits, deflate, services_.mask_keys, gathered);
  const auto& makers = route().faults;
  bool reads_messages = false;
  for (auto maker = makers.rbegin(); maker != makers.rend(); ++maker) {
    auto stage = (*maker)->make(lane->head(), *stage_context(direction));
    if (!stage) continue;
    reads_messages = reads_messages || (*maker)->reads_messages();
    lane->plug(std::move(stage));
  }
  if (deflate && reads_messages) {
    const ws::Role sender = direction == Direction::to_upstream ? ws::Role::client : ws::Role::server;
    ws::Inflater inflater(deflate->window_bits(sender), deflate->takeover(sender));
    lane->plug(std::make_unique<InflateStage>(lane->head(), *stage_context(direction), std::move(inflater)));
  }
  return lane;
}

void Inspector::arrived(Direction direction, ws::MutableBytes data) {
  Lane& lane = *lanes_[direction];
  if (closed_[direction]) return;
  lane.feed(data);
  try_close(direction);
  if (!lane.close_received()) return;
  closed_[direction] = true;
  blame(ender_of(direction), "close");
  begin_closing();
  // RFC 6455 §7.1.1: the server closes first, which we are on that side.
  if (closed_[opposite(direction)]) end(Direction::to_downstream);
}

// The octets before the violation have gone on; where it is in the midst of a frame, that frame has no end.
void Inspector::on_violation(Direction direction, const ws::Violation& violation) {
  ++services_.counters.violations;
  blame(ender_of(direction), std::string(violation->section) + ": " + std::string(violation->text));
  end_for_good();
  close(opposite(direction), violation.close_code, violation->text);
  if (!lanes_[direction]->at_boundary()) closed_[direction] = true;
  if (closed_[direction]) return end(direction);
  close(direction, code_for_the_other(direction), "the peer broke the protocol");
}

void Inspector::say_goodbye() {
  end_for_good();
  close(Direction::to_upstream, ws::close_code::going_away, "the proxy stops");
  close(Direction::to_downstream, ws::close_code::going_away, "the proxy stops");
}

// ---- a Close of our own ----

void Inspector::close(Direction direction, std::uint16_t code, std::string_view reason) {
  if (closed_[direction] || own_close_[direction]) return;
  own_close_[direction] = {code, reason};
  try_close(direction);
}

// Between frames only: the frame at hand comes first.
void Inspector::try_close(Direction direction) {
  if (!own_close_[direction] || closed_[direction] || !lanes_[direction]->at_boundary()) return;
  ws::ByteBuffer frame;
  append_close(direction, own_close_[direction]->code, own_close_[direction]->reason, services_.mask_keys,
               frame);
  outlet(direction).write(frame);
  closed_[direction] = true;
  lanes_[direction]->stop();
  end(direction);
}

}  // namespace wsrig::proxy
