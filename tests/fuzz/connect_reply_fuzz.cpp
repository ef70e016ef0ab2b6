#include "net/http_connect_client.hpp"
#include "tests/fuzz/proxy_replies.hpp"

// What an HTTP proxy answers to CONNECT.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wsrig;
  const ws::Bytes stream(data, size);
  const auto outcome = fuzz::converse(net::HttpConnectClient({"example.com", 80}), stream);
  if (outcome.status != net::ProxyHandshake::Status::established) return 0;
  const std::string_view answer = ws::as_text(stream.first(outcome.taken));
  fuzz::require(answer.ends_with("\n"), "a tunnel begins behind an empty line");
  fuzz::require(answer.find(" 2") != std::string_view::npos, "only a 2xx opens a tunnel");
  return 0;
}
