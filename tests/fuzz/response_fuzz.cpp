#include "tests/fuzz/heads.hpp"
#include "ws/handshake.hpp"

// A response head, as a client reads it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wsrig;
  const auto read = fuzz::read_head({data, size});
  if (!read) return 0;
  const ws::ClientRequest request{
      .key = "dGhlIHNhbXBsZSBub25jZQ==",
      .subprotocols = {"chat", "superchat"},
      .extensions =
          "permessage-deflate; server_max_window_bits=10; client_max_window_bits, permessage-deflate"};
  const ws::ResponseVerdict verdict = ws::verify_response(read->head, request);
  if (!verdict.findings.empty()) return 0;
  fuzz::require(read->head.status() == 101, "only a 101 is accepted");
  fuzz::require(read->head.find("sec-websocket-accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
                "only the right key is accepted");
  return 0;
}
