#include <memory>

#include "proxy/lane.hpp"
#include "tests/fuzz/fuzz_input.hpp"

// Frames through a lane of mode inspect, in any cut: what goes on is what came, up to the first violation,
// and that does not depend on the cut.
namespace wsrig::fuzz {
namespace {

struct Relay final : proxy::LaneOwner, proxy::ByteSink {
  void on_violation(proxy::Direction, const ws::Violation& broken) override { violation = broken.rule; }
  proxy::ByteSink& lane_outlet(proxy::Direction) override { return *this; }
  void write(ws::Bytes data) override { ws::append(passed, data); }
  void end() override {}
  void reset() override {}
  std::size_t pending() const override { return 0; }

  ws::ByteBuffer passed;
  std::optional<ws::Rule> violation;
};

struct Outcome {
  std::optional<ws::Rule> violation;
  std::uint64_t frames;
  std::optional<std::uint16_t> close_code;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome relay(const Input& input, Cut cut) {
  const auto direction = input.chooses(0) ? proxy::Direction::to_upstream : proxy::Direction::to_downstream;
  const ws::Limits limits{.frame = 100'000, .message = 150'000, .fragments = 100};
  ws::ByteBuffer gathered;
  Relay ends;
  const ws::DeflateParams params{.client_no_context_takeover = input.chooses(2)};
  proxy::VerbatimLane lane(ends, direction, limits, input.chooses(1) ? std::optional(params) : std::nullopt,
                           gathered);
  in_pieces(input.stream, cut, [&](ws::Bytes piece) {
    ws::ByteBuffer copy(piece.begin(), piece.end());
    lane.feed(copy);
  });
  require(ends.passed.size() <= input.stream.size() &&
              std::equal(ends.passed.begin(), ends.passed.end(), input.stream.begin()),
          "what goes on is what came");
  return {ends.violation, lane.frames(), lane.close_code()};
}

}  // namespace
}  // namespace wsrig::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wsrig::fuzz;
  const Input input(data, size);
  const Outcome outcome = relay(input, Cut::whole);
  require(relay(input, Cut::octets) == outcome, "the cut does not matter");
  require(relay(input, Cut::growing) == outcome, "the cut does not matter");
  return 0;
}
