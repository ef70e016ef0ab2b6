#include "proxy/forwarding.hpp"

#include <gtest/gtest.h>

namespace wsrig::proxy {
namespace {

const ws::HttpHead request(
    "GET /x HTTP/1.1\r\nhOST: h\r\nX-b:  1\r\nConnection: keep-alive , X-Nominated,upgrade, "
    "Sec-WebSocket-Key\r\n"
    "Upgrade: websocket\r\nX-B: 2\r\nx-nominated: n\r\nKeep-Alive: k\r\nSec-WebSocket-Key: key\r\n"
    "Proxy-Authorization: p\r\nconnection: TE\r\nTE: t\r\nX-Forwarded-For: 1.1.1.1\r\n\r\n");

Route route() {
  Route route;
  route.upstream.url = *net::parse_url("ws://upstream:81");
  return route;
}

TEST(Forwarding, keeps_fields_and_ends_what_is_for_one_hop) {
  EXPECT_EQ(
      forward_request(request, "/y?z", Purpose::websocket, route(), {"2.2.2.2", false}),
      "GET /y?z HTTP/1.1\r\nhOST: h\r\nX-b: 1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-B: 2\r\n"
      "Sec-WebSocket-Key: key\r\nX-Forwarded-For: 1.1.1.1\r\n\r\n");
}

TEST(Forwarding, an_ordinary_request_upgrades_nothing) {
  EXPECT_EQ(
      forward_request(request, "/x", Purpose::http, route(), {"2.2.2.2", false}),
      "GET /x HTTP/1.1\r\nhOST: h\r\nX-b: 1\r\nConnection: close\r\nX-B: 2\r\nSec-WebSocket-Key: key\r\n"
      "X-Forwarded-For: 1.1.1.1\r\n\r\n");
}

TEST(Forwarding, s6_1_of_rfc9112_http_1_0_stays_what_it_is) {
  EXPECT_EQ(
      forward_request(ws::HttpHead("GET /x HTTP/1.0\r\n\r\n"), "/y", Purpose::http, route(), {"::1", false}),
      "GET /y HTTP/1.0\r\nConnection: close\r\n\r\n");
}

TEST(Forwarding, rewrites_what_the_route_says) {
  Route rewriting = route();
  rewriting.keep_host = false;
  rewriting.forwarded = Forwarded::append;
  const std::string head = forward_request(request, "/x", Purpose::websocket, rewriting, {"::1", true});
  EXPECT_NE(head.find("\r\nhOST: upstream:81\r\n"), std::string::npos) << head;
  EXPECT_TRUE(
      head.ends_with("\r\nX-Forwarded-For: 1.1.1.1, ::1\r\nX-Forwarded-Proto: https\r\n"
                     "X-Forwarded-Host: h\r\n\r\n"))
      << head;
  rewriting.forwarded = Forwarded::replace;
  EXPECT_NE(forward_request(request, "/x", Purpose::websocket, rewriting, {"::1", true})
                .find("\r\nX-Forwarded-For: ::1\r\n"),
            std::string::npos);
}

TEST(Forwarding, only_known_extensions_pass_mode_inspect) {
  Route inspecting = route();
  inspecting.mode = Mode::inspect;
  const auto extensions = [&](const std::string& offered) {
    const ws::HttpHead head("GET / HTTP/1.1\r\nHost: h\r\n" + offered + "\r\n");
    const ws::HttpHead sent(forward_request(head, "/", Purpose::websocket, inspecting, {"::1", false}));
    return sent.joined("Sec-WebSocket-Extensions");
  };
  const std::string name = "Sec-WebSocket-Extensions: ";
  EXPECT_EQ(extensions(name + "permessage-deflate;  client_max_window_bits\r\n"),
            "permessage-deflate;  client_max_window_bits");
  EXPECT_EQ(extensions(name + "x-a, permessage-deflate; client_max_window_bits\r\n" + name + "x-b\r\n"),
            "permessage-deflate; client_max_window_bits");
  EXPECT_EQ(extensions(name + "x-a\r\n"), "");
  EXPECT_EQ(extensions(""), "");
}

TEST(Forwarding, only_a_101_keeps_the_connection) {
  const ws::HttpHead switching(
      "HTTP/1.1 101 Go On\r\nconnection: upgrade, X-h\r\nUPGRADE: WebSocket\r\nX-h: 1\r\nA: b\r\n\r\n");
  EXPECT_EQ(forward_response(switching, route()),
            "HTTP/1.1 101 Go On\r\nconnection: Upgrade\r\nUPGRADE: WebSocket\r\nA: b\r\n\r\n");
  const ws::HttpHead refusing("HTTP/1.1 426 No\r\nUpgrade: websocket\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(
      forward_response(refusing, route()),
      "HTTP/1.1 426 No\r\nUpgrade: websocket\r\nContent-Length: 0\r\nConnection: Upgrade, close\r\n\r\n");
  const ws::HttpHead interim("HTTP/1.1 103 Early Hints\r\nLink: x\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(forward_response(interim, route()), "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
  const ws::HttpHead ordinary("HTTP/1.1 200 OK\r\nUpgrade: h2c\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(forward_response(ordinary, route()), "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
}

}  // namespace
}  // namespace wsrig::proxy
