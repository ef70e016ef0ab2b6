#include "tests/fuzz/fuzz_input.hpp"
#include "ws/deflate.hpp"
#include "ws/distance_scanner.hpp"

// Compressed messages of a peer: cut in any way, bounded, and within the agreed window. A message ends at
// each
// `|`, so that references reach over messages.
namespace wsrig::fuzz {
namespace {

constexpr std::size_t limit = 100'000;

struct Outcome {
  ws::InflateStatus status;
  ws::ByteBuffer out;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome inflate(ws::Inflater& inflater, ws::Bytes message, Cut cut) {
  Outcome outcome{};
  in_pieces(message, cut, [&](ws::Bytes piece) { inflater.inflate(piece, outcome.out, limit); });
  outcome.status = inflater.finish();
  require(outcome.out.size() <= limit, "the limit holds");
  return outcome;
}

std::vector<Outcome> inflate_all(const Input& input, Cut cut) {
  ws::Inflater inflater(static_cast<std::uint8_t>(8 + input.settings % 8), input.chooses(3));
  std::vector<Outcome> outcomes;
  for (ws::Bytes rest = input.stream; !rest.empty();) {
    const auto end = static_cast<std::size_t>(std::ranges::find(rest, '|') - rest.begin());
    outcomes.push_back(inflate(inflater, rest.first(end), cut));
    rest = rest.subspan(std::min(end + 1, rest.size()));
  }
  return outcomes;
}

/// The scanner counts what zlib inflates.
void check_scanner(ws::Bytes data) {
  ws::Inflater inflater(15, false);
  const Outcome outcome = inflate(inflater, data, Cut::whole);
  if (outcome.status != ws::InflateStatus::ok) return;
  ws::DistanceScanner scanner;
  scanner.scan(data);
  require(!scanner.is_broken() && scanner.inflated_size() == outcome.out.size(),
          "the scanner reads as zlib does");
}

/// Our own compression of the same octets comes back.
void check_round_trip(const Input& input) {
  const auto bits = static_cast<std::uint8_t>(8 + input.settings % 8);
  ws::Deflater deflater(bits, false, input.settings / 16 % 10);
  ws::ByteBuffer data;
  deflater.compress(input.stream, data);
  ws::Inflater inflater(bits, false);
  const Outcome outcome = inflate(inflater, data, Cut::growing);
  require(std::ranges::equal(outcome.out, input.stream), "compressing and inflating gives the message back");
}

}  // namespace
}  // namespace wsrig::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wsrig::fuzz;
  const Input input(data, size);
  const auto whole = inflate_all(input, Cut::whole);
  require(inflate_all(input, Cut::octets) == whole, "the cut does not matter");
  require(inflate_all(input, Cut::growing) == whole, "the cut does not matter");
  check_scanner(input.stream);
  check_round_trip(input);
  return 0;
}
