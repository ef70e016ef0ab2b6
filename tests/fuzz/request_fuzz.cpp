#include "tests/fuzz/heads.hpp"
#include "ws/handshake.hpp"

// A request head, as a server reads it.
namespace wsrig::fuzz {
namespace {

ws::ServerPolicy policy(bool strict) {
  ws::ServerPolicy policy;
  policy.strict = strict;
  policy.subprotocols = {"chat", "superchat"};
  policy.deflate = ws::DeflatePolicy{.server_max_window_bits = 12, .client_max_window_bits = 11};
  policy.allowed_origins = {"http://example.com"};
  return policy;
}

/// A client that sent this accepts our answer.
void check_answer(const ws::HttpHead& request, const ws::RequestVerdict& verdict) {
  const ws::ClientRequest sent{.key = verdict.key,
                               .subprotocols = verdict.subprotocols,
                               .extensions = request.joined("Sec-WebSocket-Extensions")};
  const ws::HttpHead response(ws::build_response(verdict).print());
  const ws::ResponseVerdict answer = ws::verify_response(response, sent);
  require(answer.findings.empty(), "what was accepted is answered without fault");
  require(answer.agreement.subprotocol == verdict.agreement.subprotocol,
          "both sides agree on the subprotocol");
  require(answer.agreement.deflate == verdict.agreement.deflate, "both sides agree on compression");
}

}  // namespace
}  // namespace wsrig::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wsrig;
  const auto read = fuzz::read_head({data, size});
  if (!read) return 0;
  const ws::RequestVerdict strict = ws::verify_request(read->head, fuzz::policy(true));
  const ws::RequestVerdict lenient = ws::verify_request(read->head, fuzz::policy(false));
  fuzz::require(lenient.findings.size() <= strict.findings.size(), "lenient finds no more than strict");
  if (lenient.findings.empty()) fuzz::check_answer(read->head, lenient);
  return 0;
}
