#include "net/socks5_client.hpp"
#include "tests/fuzz/proxy_replies.hpp"

// What a SOCKS5 server answers, with and without credentials.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wsrig;
  const fuzz::Input input(data, size);
  std::optional<net::ProxyCredentials> credentials;
  if (input.chooses(0)) credentials = net::ProxyCredentials{"user", "password"};
  const auto outcome = fuzz::converse(net::Socks5Client({"example.com", 80}, credentials), input.stream);
  if (outcome.status != net::ProxyHandshake::Status::established) return 0;
  const ws::Bytes answers = input.stream.first(outcome.taken);
  const std::size_t reply = answers[1] == 2 ? 4 : 2;
  fuzz::require(answers.size() >= reply + 7, "a tunnel needs a whole reply");
  fuzz::require(answers[reply] == 5 && answers[reply + 1] == 0, "only reply 0 opens a tunnel");
  return 0;
}
