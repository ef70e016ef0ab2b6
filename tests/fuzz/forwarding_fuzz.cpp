#include "proxy/forwarding.hpp"
#include "proxy/router.hpp"
#include "tests/fuzz/fuzz_input.hpp"
#include "ws/body_reader.hpp"

// A request that the proxy would hand on stays one request, with nothing in it that the client did not say;
// the end of its body does not depend on the cut.
namespace wsrig::fuzz {
namespace {

void check_head(const ws::HttpHead& request) {
  proxy::Route route;
  route.upstream.url = *net::parse_url("ws://upstream:1");
  const proxy::RequestTarget target =
      proxy::split_target(request.target(), request.find("Host").value_or(""));
  if (proxy::find_route({route}, target) == nullptr) return;
  for (const auto purpose : {proxy::Purpose::websocket, proxy::Purpose::http}) {
    const ws::HttpHead forwarded(proxy::forward_request(request, proxy::upstream_target(route, target),
                                                        purpose, route, {"::1", false}));
    require(forwarded.anomalies().empty(), "what is handed on is in order");
    require(forwarded.method() == request.method(), "the method is handed on");
    require(forwarded.fields().size() <= request.fields().size() + 1, "only Connection may be new");
    require(forwarded.count("Connection") == 1, "Connection says one thing");
  }
}

std::size_t body_size(ws::BodyReader reader, ws::Bytes data, Cut cut) {
  std::size_t size = 0;
  in_pieces(data, cut, [&](ws::Bytes piece) { size += reader.feed(piece); });
  return reader.is_broken() ? SIZE_MAX : size;
}

}  // namespace
}  // namespace wsrig::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wsrig;
  ws::HeadReader reader;
  std::size_t taken = 0;
  if (reader.feed({data, size}, taken) != ws::HeadReader::Status::complete) return 0;
  const ws::HttpHead request = reader.take();
  if (request.method().empty() || !request.anomalies().empty()) return 0;
  fuzz::check_head(request);
  const auto body = ws::BodyReader::of_request(request);
  if (!body) return 0;
  const ws::Bytes rest(data + taken, size - taken);
  const std::size_t length = fuzz::body_size(*body, rest, fuzz::Cut::whole);
  fuzz::require(fuzz::body_size(*body, rest, fuzz::Cut::octets) == length, "the cut does not matter");
  return 0;
}
