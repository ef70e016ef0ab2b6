#include "tests/fuzz/fuzz_input.hpp"
#include "tests/fuzz/trace.hpp"

// One side of a connection: both roles, both modes, with and without permessage-deflate.
namespace wsrig::fuzz {
namespace {

ws::EndpointConfig config_for(const Input& input, CountedKeys& keys) {
  ws::EndpointConfig config;
  config.role = input.chooses(0) ? ws::Role::client : ws::Role::server;
  config.mode = input.chooses(1) ? ws::Mode::observe : ws::Mode::strict;
  config.report_frames = input.chooses(2);
  config.fragment_size = input.chooses(3) ? 3 : 0;
  config.limits = {.frame = 20'000, .message = 30'000, .fragments = 20};
  config.mask_keys = &keys;
  return config;
}

std::optional<ws::DeflateParams> deflate_for(const Input& input) {
  if (!input.chooses(4)) return std::nullopt;
  const auto bits = static_cast<std::uint8_t>(input.chooses(6) ? 8 : 15);
  return ws::DeflateParams{.server_no_context_takeover = input.chooses(5),
                           .client_no_context_takeover = input.chooses(5),
                           .server_max_window_bits = bits,
                           .client_max_window_bits = bits};
}

struct Outcome {
  std::string events;
  ws::ByteBuffer out;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome run(const Input& input, Cut cut) {
  CountedKeys keys;
  const ws::EndpointConfig config = config_for(input, keys);
  ws::Endpoint endpoint(config, deflate_for(input));
  Outcome outcome;
  Trace trace(endpoint, outcome.out);
  in_pieces(input.stream, cut, [&](ws::Bytes piece) {
    ws::ByteBuffer copy(piece.begin(), piece.end());
    endpoint.receive(copy, trace, outcome.out);
  });
  outcome.events = trace.text();
  return outcome;
}

}  // namespace
}  // namespace wsrig::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wsrig::fuzz;
  const Input input(data, size);
  const Outcome whole = run(input, Cut::whole);
  require(run(input, Cut::octets) == whole, "the cut does not matter");
  require(run(input, Cut::growing) == whole, "the cut does not matter");
  return 0;
}
