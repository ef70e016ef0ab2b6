#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proxy/faults/bandwidth.hpp"
#include "proxy/faults/fault.hpp"
#include "proxy/faults/latency.hpp"
#include "proxy/faults/slice.hpp"
#include "tests/support/row_name.hpp"
#include "tests/unit/net/loopback.hpp"
#include "tests/unit/proxy/recorders.hpp"

namespace wsrig::proxy {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ws::Opcode;
using Lines = std::vector<std::string>;

/// What a stage is told, on a loop that does not run unless the test says so.
struct Surroundings {
  explicit Surroundings(Direction direction = Direction::to_upstream)
      : context{loop, direction, 7, [this] { ++drained; }, [this] { ++cuts; }} {}

  net::Loop loop;
  int drained = 0;
  int cuts = 0;
  StageContext context;
};

// ---- octets ----

struct Octets {
  explicit Octets(std::string_view text) : fault(parse_fault(text).value()) {
    stage = fault->make(static_cast<ByteSink&>(out), around.context);
  }
  void write(std::string_view text) const { stage->write(ws::as_bytes(text)); }
  bool run(const std::function<bool()>& condition) { return net::run_until(around.loop, condition); }

  Surroundings around;
  ByteRecorder out;
  std::shared_ptr<const Fault> fault;
  std::unique_ptr<ByteStage> stage;
};

/// The slices that a pacer makes of `size` octets that come at once.
std::vector<std::pair<std::size_t, std::chrono::microseconds>> slices(Pacer& pacer, std::size_t size,
                                                                      std::chrono::microseconds now) {
  std::vector<std::pair<std::size_t, std::chrono::microseconds>> all;
  while (size > 0) {
    const auto slice = pacer.next(Pacer::TimePoint(now), size);
    all.emplace_back(slice.size,
                     std::chrono::duration_cast<std::chrono::microseconds>(slice.due.time_since_epoch()));
    size -= slice.size;
  }
  return all;
}

FaultArguments arguments(std::initializer_list<std::pair<const char*, std::uint64_t>> values) {
  FaultArguments all;
  for (const auto& [name, value] : values) all.set(name, value);
  return all;
}

TEST(Latency, moves_everything_by_the_same_time) {
  Latency latency(arguments({{"delay", 50'000}, {"jitter", 0}}), 1);
  EXPECT_THAT(slices(latency, 1000, 0us), ElementsAre(std::pair(1000, 50'000us)));
  EXPECT_THAT(slices(latency, 3, 10us), ElementsAre(std::pair(3, 50'010us)));
}

TEST(Latency, jitter_stays_in_its_bounds_and_nothing_overtakes) {
  Latency latency(arguments({{"delay", 50'000}, {"jitter", 10'000}}), 1);
  auto last = 0us;
  bool varies = false;
  for (auto now = 0us; now < 10s; now += 100'000us) {
    const auto due = slices(latency, 1, now).front().second;
    EXPECT_GE(due, std::max(now + 40'000us, last));
    EXPECT_LE(due, now + 60'000us);
    varies = varies || due != now + 50'000us;
    last = due;
  }
  EXPECT_TRUE(varies);
}

TEST(Latency, the_same_seed_gives_the_same_jitter) {
  const auto values = arguments({{"delay", 50'000}, {"jitter", 10'000}});
  Latency first(values, 5), second(values, 5), other(values, 6);
  const auto due = slices(first, 1, 0us);
  EXPECT_EQ(slices(second, 1, 0us), due);
  EXPECT_NE(slices(other, 1, 0us), due);
}

TEST(Bandwidth, octets_leave_at_the_rate) {
  Bandwidth bandwidth(arguments({{"rate", 1000}}));
  EXPECT_THAT(slices(bandwidth, 25, 0us),
              ElementsAre(std::pair(10, 10'000us), std::pair(10, 20'000us), std::pair(5, 25'000us)));
  EXPECT_THAT(slices(bandwidth, 1, 5'000us), ElementsAre(std::pair(1, 26'000us)));
  EXPECT_THAT(slices(bandwidth, 1, 1'000'000us), ElementsAre(std::pair(1, 1'001'000us)));
}

TEST(Bandwidth, may_be_one_octet_a_second) {
  Bandwidth bandwidth(arguments({{"rate", 1}}));
  EXPECT_THAT(slices(bandwidth, 2, 0us), ElementsAre(std::pair(1, 1'000'000us), std::pair(1, 2'000'000us)));
}

TEST(SlicePacer, cuts_into_pieces_with_time_between_them) {
  SlicePacer pacer(arguments({{"size", 2}, {"variation", 0}, {"gap", 1000}}), 1);
  EXPECT_THAT(slices(pacer, 5, 0us),
              ElementsAre(std::pair(2, 0us), std::pair(2, 1000us), std::pair(1, 2000us)));
}

TEST(SlicePacer, pieces_vary_within_their_bounds) {
  SlicePacer pacer(arguments({{"size", 4}, {"variation", 10}, {"gap", 0}}), 1);
  std::size_t least = 100, most = 0;
  const auto all = slices(pacer, 10'000, 0us);
  for (std::size_t i = 0; i + 1 < all.size(); ++i) {
    least = std::min(least, all[i].first);
    most = std::max(most, all[i].first);
  }
  EXPECT_EQ(least, 1u);
  EXPECT_EQ(most, 14u);
}

TEST(PacedStage, loses_nothing_and_sends_fin_last) {
  Octets octets("slice(2B, gap=1ms)");
  octets.write("Hel");
  octets.write("lo");
  octets.stage->end();
  octets.write("late");
  EXPECT_GT(octets.stage->pending(), 0u);
  EXPECT_TRUE(octets.run([&] { return octets.stage->pending() == 0; }));
  EXPECT_EQ(octets.out.octets, "Hello|FIN");
  EXPECT_EQ(octets.out.writes, 3);
  EXPECT_GT(octets.around.drained, 0);
}

TEST(PacedStage, holds_the_relay_back_only_beyond_what_a_line_carries) {
  Octets octets("latency(60m)");
  octets.write(std::string(std::size_t{64} * 1024, 'x'));
  EXPECT_EQ(octets.stage->pending(), 0u);
  octets.write("y");
  EXPECT_EQ(octets.stage->pending(), 64u * 1024 + 1);
  octets.stage->reset();
  EXPECT_EQ(octets.stage->pending(), 0u);
  EXPECT_EQ(octets.out.octets, "|RST");
}

TEST(Strike, behind_so_many_octets) {
  for (const auto& [text, expected] : {std::pair("half-close(octets=3B)", "Hel|FIN"),
                                       std::pair("reset(3B)", "Hel|RST"), std::pair("black-hole(3B)", "Hel"),
                                       std::pair("cut(3B)", "Hel|FIN"), std::pair("black-hole(0B)", "")}) {
    Octets octets(text);
    octets.write("He");
    octets.write("llo");
    octets.write("more");
    octets.stage->end();
    EXPECT_EQ(octets.out.octets, expected) << text;
    EXPECT_EQ(octets.around.cuts, std::string_view(text).starts_with("cut") ? 1 : 0) << text;
  }
}

TEST(Strike, passes_everything_before) {
  Octets octets("reset(100B)");
  octets.write("Hello");
  octets.stage->end();
  EXPECT_EQ(octets.out.octets, "Hello|FIN");
}

TEST(Strike, after_a_time) {
  Octets octets("half-close(time=1ms)");
  octets.write("Hello");
  EXPECT_TRUE(octets.run([&] { return octets.around.drained == 1; }));
  octets.write("more");
  EXPECT_EQ(octets.out.octets, "Hello|FIN");
}

TEST(Fault, stands_in_one_direction_or_both) {
  Surroundings up(Direction::to_upstream), down(Direction::to_downstream);
  ByteRecorder out;
  const auto made = [&](const char* text, const Surroundings& around) {
    return parse_fault(text).value()->make(static_cast<ByteSink&>(out), around.context) != nullptr;
  };
  EXPECT_TRUE(made("reset(1B)", up) && made("reset(1B)", down));
  EXPECT_TRUE(made("reset(1B)@upstream", up) && !made("reset(1B)@upstream", down));
  EXPECT_TRUE(!made("reset(1B)@downstream", up) && made("reset(1B)@downstream", down));
  EXPECT_FALSE(made("reset(frames=1)", up)) << "that one is made of frames";
}

// ---- frames ----

struct Frames {
  explicit Frames(std::string_view text, Direction direction = Direction::to_upstream)
      : around(direction), fault(parse_fault(text).value()) {
    stage = fault->make(static_cast<FrameSink&>(out), around.context);
  }
  void send(Opcode opcode, std::string_view payload = {}, bool fin = true, bool octet_by_octet = false) {
    send_frame(*stage, make_frame(opcode, payload, fin), octet_by_octet);
  }

  Surroundings around;
  FrameRecorder out;
  std::shared_ptr<const Fault> fault;
  std::unique_ptr<FrameStage> stage;
};

/// A conversation that has a bit of everything, with payloads that come whole or octet by octet.
Lines lines_of(const char* text, bool octet_by_octet) {
  Frames frames(text);
  const auto send = [&](Opcode opcode, std::string_view payload, bool fin = true) {
    frames.send(opcode, payload, fin, octet_by_octet);
  };
  send(Opcode::text, "Hel", false);
  send(Opcode::ping, "a");
  send(Opcode::continuation, "lo");
  send(Opcode::pong, "b");
  send(Opcode::binary, "");
  send(Opcode::close,
       "\x03\xe8"
       "bye");
  Lines lines = frames.out.lines;
  const std::string& behind = frames.out.behind.octets;
  if (!behind.empty()) lines.push_back("octets " + test::readable(ws::as_bytes(behind)));
  return lines;
}

struct FrameFault {
  const char* name;
  const char* text;
  Lines expected;
};

struct FrameFaults : ::testing::TestWithParam<FrameFault> {};

TEST_P(FrameFaults, change_just_that_however_payloads_are_cut) {
  EXPECT_EQ(lines_of(GetParam().text, false), GetParam().expected);
  EXPECT_EQ(lines_of(GetParam().text, true), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    table, FrameFaults,
    ::testing::Values(
        FrameFault{"nothing",
                   "drop-pongs(frame=2)",
                   {"text fin=0 Hel", "ping a", "cont lo", "pong b", "binary", "close 1000 bye"}},
        FrameFault{
            "drop_pongs", "drop-pongs", {"text fin=0 Hel", "ping a", "cont lo", "binary", "close 1000 bye"}},
        FrameFault{"never_by_chance",
                   "drop-pongs(chance=0%)",
                   {"text fin=0 Hel", "ping a", "cont lo", "pong b", "binary", "close 1000 bye"}},
        FrameFault{"flip_rsv",
                   "flip-rsv(frame=3)",
                   {"text fin=0 Hel", "ping a", "cont rsv=4 lo", "pong b", "binary", "close 1000 bye"}},
        FrameFault{"flip_rsv3",
                   "flip-rsv(3, frame=2)",
                   {"text fin=0 Hel", "ping rsv=1 a", "cont lo", "pong b", "binary", "close 1000 bye"}},
        FrameFault{"flip_opcode",
                   "flip-opcode(frame=1)",
                   {"op=3 fin=0 Hel", "ping a", "cont lo", "pong b", "binary", "close 1000 bye"}},
        FrameFault{"flip_opcode_to_control",
                   "flip-opcode(bit=3, frame=5)",
                   {"text fin=0 Hel", "ping a", "cont lo", "pong b", "pong", "close 1000 bye"}},
        FrameFault{"longer",
                   "false-length(more=2B, frame=1)",
                   {"text fin=0 len=5 Hel", "ping a", "cont lo", "pong b", "binary", "close 1000 bye"}},
        FrameFault{"shorter",
                   "false-length(less=2B)",
                   {"text fin=0 len=1 Hel", "ping len=0 a", "cont len=0 lo", "pong len=0 b", "binary",
                    "close len=3 1000 bye"}},
        FrameFault{"duplicate",
                   "duplicate-control(frame=1)",
                   {"text fin=0 Hel", "ping a", "ping a", "cont lo", "pong b", "binary", "close 1000 bye"}},
        FrameFault{"reorder",
                   "reorder-control",
                   {"text fin=0 Hel", "cont lo", "ping a", "binary", "pong b", "close 1000 bye"}},
        FrameFault{"close_code",
                   "close-code(4001)",
                   {"text fin=0 Hel", "ping a", "cont lo", "pong b", "binary", "close 4001 bye"}},
        FrameFault{
            "split",
            "split-fragments(2B)",
            {"text fin=0 He", "cont fin=0 l", "ping a", "cont lo", "pong b", "binary", "close 1000 bye"}},
        FrameFault{
            "merge", "merge-fragments", {"ping a", "text Hello", "pong b", "binary", "close 1000 bye"}},
        FrameFault{"merge_in_bounds",
                   "merge-fragments(size=4B)",
                   {"ping a", "text fin=0 Hell", "cont o", "pong b", "binary", "close 1000 bye"}},
        FrameFault{"reset", "reset(frames=2)", {"text fin=0 Hel", "ping a", "octets |RST"}},
        FrameFault{"black_hole", "black-hole(frames=1)", {"text fin=0 Hel"}},
        FrameFault{
            "unmasked",
            "flip-mask(frame=2)",
            {"text fin=0 Hel", "cont lo", "pong b", "binary", "close 1000 bye", "octets \\x89\\x01a"}}),
    test::row_name);

TEST(FlipMask, masks_what_a_server_sends) {
  Frames frames("flip-mask", Direction::to_downstream);
  frames.send(Opcode::text, "Hello", true, true);
  ws::ByteBuffer wire(frames.out.behind.octets.begin(), frames.out.behind.octets.end());
  ASSERT_TRUE(ws::decode_header(wire)->header.mask.has_value());
  EXPECT_THAT(test::describe_wire(wire), ElementsAre("text Hello"));
}

TEST(FlipPayload, changes_one_bit_of_each_frame_that_has_some) {
  Frames frames("flip-payload");
  frames.send(Opcode::binary, std::string(100, '\0'), true, true);
  int changed = 0;
  for (const std::uint8_t octet : frames.out.frame.payload) changed += std::popcount(octet);
  EXPECT_EQ(changed, 1);
  frames.send(Opcode::binary);
  EXPECT_EQ(frames.out.lines.back(), "binary");
}

TEST(FrameChoice, chance_is_a_share_of_the_frames) {
  Frames frames("drop-pongs(chance=25%)");
  for (int i = 0; i < 4000; ++i) frames.send(Opcode::pong);
  EXPECT_NEAR(static_cast<double>(frames.out.lines.size()), 3000, 150);
}

TEST(CloseCode, gives_an_empty_close_a_code) {
  Frames frames("close-code(1005)");
  frames.send(Opcode::close);
  EXPECT_THAT(frames.out.lines, ElementsAre("close 1005"));
}

TEST(DelayPongs, a_late_pong_never_stands_inside_a_frame) {
  Frames frames("delay-pongs(1ms)");
  frames.send(Opcode::pong, "late");
  auto text = make_frame(Opcode::text, "Hello");
  text.header.payload_length = 5;
  frames.stage->begin_frame(text.header);
  bool waited = false;
  net::Timer timer(frames.around.loop);
  timer.start(20ms, [&] { waited = true; });
  EXPECT_TRUE(net::run_until(frames.around.loop, [&] { return waited; }));
  EXPECT_TRUE(frames.out.lines.empty());
  frames.stage->payload(text.payload);
  frames.stage->end_frame();
  EXPECT_THAT(frames.out.lines, ElementsAre("text Hello", "pong late"));
}

TEST(DelayPongs, keeps_no_more_than_a_hundred) {
  Frames frames("delay-pongs(60m)");
  for (int i = 0; i < 200; ++i) frames.send(Opcode::pong, std::to_string(i));
  EXPECT_TRUE(frames.out.lines.empty());
  frames.stage->flush();
  EXPECT_EQ(frames.out.lines.size(), 100u);
  EXPECT_EQ(frames.out.lines.front(), "pong 100");
}

// ---- text ----

TEST(ParseFault, keeps_its_text_and_defaults) {
  EXPECT_EQ(parse_fault("latency( 50ms , jitter=10ms ) @upstream").value()->text(),
            "latency( 50ms , jitter=10ms ) @upstream");
  EXPECT_FALSE(parse_fault("slice()").value()->needs_frames());
  EXPECT_TRUE(parse_fault("cut(frames=1)").value()->needs_frames());
  EXPECT_TRUE(parse_fault("drop-pongs").value()->needs_frames());
}

struct Mistake {
  const char* name;
  const char* text;
  const char* rendered;
};

struct FaultMistakes : ::testing::TestWithParam<Mistake> {};

TEST_P(FaultMistakes, are_pointed_at) {
  const auto fault = parse_fault(GetParam().text);
  ASSERT_FALSE(fault.has_value());
  const auto& wrong = fault.error();
  EXPECT_EQ(
      std::to_string(wrong.column) + ": " + wrong.message + (wrong.hint.empty() ? "" : "; " + wrong.hint),
      GetParam().rendered);
}

INSTANTIATE_TEST_SUITE_P(
    table, FaultMistakes,
    ::testing::Values(
        Mistake{"misspelt", "latenzy(5ms)", "1: unknown fault 'latenzy'; did you mean 'latency'?"},
        Mistake{"unit", "latency(50)", "9: '50' is not a value for 'delay'; write it like delay=50ms"},
        Mistake{"needed", "latency", "1: 'latency' needs 'delay'; write latency(50ms)"},
        Mistake{"parameter", "latency(5ms, jiter=1ms)",
                "14: 'latency' has no parameter 'jiter'; did you mean 'jitter'?"},
        Mistake{"twice", "latency(5ms, delay=1ms)", "14: 'delay' is given twice"},
        Mistake{"too_many", "bandwidth(1KiB/s, 3)", "19: 'bandwidth' takes no more parameters"},
        Mistake{"rate", "bandwidth(1KiB)",
                "11: '1KiB' is not a value for 'rate'; write it like rate=64KiB/s"},
        Mistake{"too_small", "bandwidth(0B/s)", "11: 'rate' is too small"},
        Mistake{"too_large", "drop-pongs(chance=101%)", "19: 'chance' is too large"},
        Mistake{"open", "latency(5ms", "12: ')' is missing"},
        Mistake{"direction", "latency(5ms)@up", "14: unknown direction 'up'; one of upstream, downstream"},
        Mistake{"rest", "latency(5ms) x", "14: nothing may follow the fault"},
        Mistake{"none_of", "cut", "1: 'cut' takes exactly one of octets, frames and time"},
        Mistake{"two_of", "cut(1B, frames=2)", "1: 'cut' takes exactly one of octets, frames and time"},
        Mistake{"no_lie", "false-length(more=1B, less=1B)",
                "1: 'false-length' tells no lie: give it more=1B or less=1B"}),
    test::row_name);

TEST(FaultKinds, each_can_be_made_from_its_row) {
  for (const FaultKind& kind : fault_kinds()) {
    EXPECT_NE(kind.make_bytes != nullptr, kind.make_frames != nullptr && kind.make_bytes == nullptr)
        << kind.name;
    EXPECT_FALSE(kind.about.empty() || kind.about.ends_with('.')) << kind.name;
    EXPECT_THAT(print_faults(), HasSubstr(std::string(kind.name) + " "));
  }
}

}  // namespace
}  // namespace wsrig::proxy
