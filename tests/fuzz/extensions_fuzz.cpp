#include "tests/fuzz/fuzz_input.hpp"
#include "ws/handshake.hpp"

// A Sec-WebSocket-Extensions value: reading, printing, and the negotiation of permessage-deflate.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wsrig;
  std::string error;
  const auto offers = ws::parse_extensions(ws::as_text({data, size}), error);
  fuzz::require(offers.has_value() == error.empty(), "there is an error or a list");
  if (!offers) return 0;
  fuzz::require(!offers->empty(), "the list is not empty");
  fuzz::require(ws::parse_extensions(ws::print_extensions(*offers), error) == offers,
                "print is what parse reads");
  const auto choice =
      ws::choose_deflate(*offers, {.server_max_window_bits = 10, .client_max_window_bits = 9});
  if (!choice) return 0;
  const auto response = ws::parse_extensions(choice->response, error);
  fuzz::require(response && response->size() == 1, "the answer is one extension");
  ws::DeflateMistake mistake;
  const bool accepted = std::ranges::any_of(*offers, [&](const ws::ExtensionOffer& offer) {
    return offer.name == ws::deflate_extension &&
           ws::accept_deflate(response->front(), offer, mistake) == choice->params;
  });
  fuzz::require(accepted, "the answer fits an offer");
  return 0;
}
