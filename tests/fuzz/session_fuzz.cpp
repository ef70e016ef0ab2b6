#include "tests/fuzz/heads.hpp"
#include "tests/fuzz/trace.hpp"
#include "ws/handshake.hpp"

// A whole connection of a server: the head, the answer, and the frames that follow it in the same stream.
namespace wsrig::fuzz {
namespace {

struct Outcome {
  std::string events;
  ws::ByteBuffer out;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome run(const ws::RequestVerdict& verdict, ws::Bytes frames, Cut cut) {
  ws::EndpointConfig config;
  config.limits = {.frame = 20'000, .message = 30'000, .fragments = 20};
  ws::Endpoint endpoint(config, verdict.agreement.deflate);
  Outcome outcome;
  Trace trace(endpoint, outcome.out);
  in_pieces(frames, cut, [&](ws::Bytes piece) {
    ws::ByteBuffer copy(piece.begin(), piece.end());
    endpoint.receive(copy, trace, outcome.out);
  });
  outcome.events = trace.text();
  return outcome;
}

}  // namespace
}  // namespace wsrig::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wsrig;
  const ws::Bytes stream(data, size);
  const auto read = fuzz::read_head(stream);
  if (!read) return 0;
  ws::ServerPolicy policy;
  policy.deflate = ws::DeflatePolicy{};
  const ws::RequestVerdict verdict = ws::verify_request(read->head, policy);
  if (!verdict.findings.empty()) {
    fuzz::require(!ws::build_refusal(verdict.findings.front().status, "no").print().empty(),
                  "a refusal is written");
    return 0;
  }
  const ws::Bytes frames = stream.subspan(read->taken);
  const auto whole = fuzz::run(verdict, frames, fuzz::Cut::whole);
  fuzz::require(fuzz::run(verdict, frames, fuzz::Cut::octets) == whole, "the cut does not matter");
  return 0;
}
