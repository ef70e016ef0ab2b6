#include "net/dial.hpp"

#include <cstdio>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/listen.hpp"
#include "net/socket.hpp"
#include "tests/unit/net/loopback.hpp"

namespace wsrig::net {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Result = boost::system::result<std::unique_ptr<Channel>, DialError>;

/// Dials and waits for the outcome.
Result dial(Loop& loop, const Url& url, const DialOptions& options = {}) {
  std::optional<Result> outcome;
  Dial dial(loop, url, options, [&](Result result) { outcome.emplace(std::move(result)); });
  EXPECT_TRUE(run_until(loop, [&] { return outcome.has_value(); }));
  return std::move(*outcome);
}

/// Listens, and keeps what it accepts.
struct Server {
  Server(Loop& loop, const std::string& url, const ListenOptions& options = {})
      : listener(*Listener::open(loop, *parse_url(url), options, [this](std::unique_ptr<Channel> channel) {
          accepted.push_back(std::move(channel));
        })) {}
  Url url(const std::string& scheme = "tcp") const {
    return *parse_url(scheme + "://" + listener->address());
  }

  std::vector<std::unique_ptr<Channel>> accepted;
  std::unique_ptr<Listener> listener;
};

TEST(Dial, reaches_a_listener_by_name) {
  Loop loop;
  Server server(loop, "tcp://:0");
  const auto result = dial(loop, *parse_url("tcp://localhost:" + std::to_string(server.listener->port())));
  ASSERT_TRUE(result.has_value()) << result.error().message;
  EXPECT_TRUE(run_until(loop, [&] { return server.accepted.size() == 1; }));
}

TEST(Dial, what_came_before_the_channel_is_started_is_not_lost) {
  Loop loop;
  Server server(loop, "tcp://127.0.0.1:0");
  const auto result = dial(loop, server.url());
  ASSERT_TRUE(result.has_value()) << result.error().message;
  Channel& client = **result;
  ASSERT_TRUE(run_until(loop, [&] { return server.accepted.size() == 1; }));
  server.accepted.front()->send(ws::as_bytes("welcome"));
  char octet = 0;
  ASSERT_TRUE(run_until(
      loop, [&] { return ::recv(client.stream().descriptor(), &octet, 1, MSG_PEEK | MSG_DONTWAIT) == 1; }));
  loop.post([&] { loop.stop(); });
  loop.run();  // with the event of that octet
  Recorder recorder;
  client.start(recorder);
  EXPECT_TRUE(run_until(loop, [&] { return recorder.received == "welcome"; }));
}

TEST(Dial, a_listener_without_host_takes_both_families) {
  Loop loop;
  Server server(loop, "tcp://:0");
  const std::string port = std::to_string(server.listener->port());
  EXPECT_EQ(server.listener->address(), "127.0.0.1:" + port);
  EXPECT_TRUE(dial(loop, *parse_url("tcp://127.0.0.1:" + port)).has_value());
  SocketAddress v6;
  parse_address("::1", 0, v6);
  const Descriptor probe = open_socket(AF_INET6);
  if (!probe.is_open() || ::bind(probe.get(), v6.get(), v6.size) != 0)
    GTEST_SKIP() << "no IPv6 on this machine";
  EXPECT_TRUE(dial(loop, *parse_url("tcp://[::1]:" + port)).has_value());
}

TEST(Dial, tells_a_refused_connection) {
  Loop loop;
  const Url url = Server(loop, "tcp://127.0.0.1:0").url();  // nobody listens there any more
  const auto result = dial(loop, url);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().step, DialError::Step::connect);
  EXPECT_EQ(result.error().message, "connect to " + url.address() + ": Connection refused");
}

TEST(Dial, tells_a_name_that_does_not_resolve) {
  Loop loop;
  const auto result = dial(loop, *parse_url("tcp://no-such-host.invalid:1"));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().step, DialError::Step::resolve);
  EXPECT_THAT(result.error().message, StartsWith("resolve 'no-such-host.invalid': "));
}

TEST(Dial, has_a_deadline_for_a_server_that_never_answers) {
  Loop loop;
  Server server(loop, "tcp://127.0.0.1:0");  // accepts, and never speaks TLS
  const auto context = TlsContext::client({});
  DialOptions options;
  options.tls = &*context;
  options.timeout = 30ms;
  const auto result = dial(loop, server.url("tls"), options);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().step, DialError::Step::timeout);
  EXPECT_THAT(result.error().message, HasSubstr("TLS handshake with 127.0.0.1"));
  EXPECT_THAT(result.error().message, HasSubstr("no answer within 30 ms"));
}

TEST(Dial, destroyed_before_it_ends_it_stays_silent) {
  Loop loop;
  Server server(loop, "tcp://127.0.0.1:0");
  bool called = false;
  auto dial = std::make_unique<Dial>(loop, server.url(), DialOptions{}, [&](auto) { called = true; });
  dial.reset();
  const auto second = wsrig::net::dial(loop, server.url());
  EXPECT_TRUE(second.has_value());
  EXPECT_FALSE(called);
}

/// A PEM file that lives as long as the test.
struct TemporaryFile {
  explicit TemporaryFile(const std::string& text)
      : path(::testing::TempDir() + "wsrig-net-" + std::to_string(::getpid())) {
    std::ofstream(path) << text;
  }
  ~TemporaryFile() { std::remove(path.c_str()); }
  std::string path;
};

struct TlsDial : ::testing::Test {
  TlsDial() {
    context = *TlsContext::server({});
    options.tls = &*context;
    server.emplace(loop, "tls://127.0.0.1:0", options);
  }
  Result dial_with(const TlsClientOptions& client_options, const Url& url) {
    client = *TlsContext::client(client_options);
    DialOptions dial_options;
    dial_options.tls = &*client;
    return dial(loop, url, dial_options);
  }

  Loop loop;
  std::optional<TlsContext> context, client;
  ListenOptions options;
  std::optional<Server> server;
};

TEST_F(TlsDial, verifies_by_default) {
  const auto result = dial_with({}, server->url("tls"));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().step, DialError::Step::tls);
  EXPECT_EQ(result.error().message,
            "TLS handshake with " + server->listener->address() + ": self-signed certificate");
}

TEST_F(TlsDial, trusts_a_ca_file_for_the_address_that_was_dialled) {
  const TemporaryFile pem(context->certificate_pem());
  TlsClientOptions client_options;
  client_options.ca_file = pem.path;
  const auto result = dial_with(client_options, server->url("tls"));
  EXPECT_TRUE(result.has_value()) << result.error().message;
}

TEST_F(TlsDial, refuses_a_certificate_for_another_name) {
  const TemporaryFile pem(context->certificate_pem());
  TlsClientOptions client_options;
  client_options.ca_file = pem.path;
  client_options.server_name = "example.com";
  const auto result = dial_with(client_options, server->url("tls"));
  ASSERT_FALSE(result.has_value());
  EXPECT_THAT(result.error().message, ::testing::EndsWith("hostname mismatch"));
}

TEST_F(TlsDial, takes_anything_when_told_to) {
  TlsClientOptions client_options;
  client_options.insecure = true;
  EXPECT_TRUE(dial_with(client_options, server->url("tls")).has_value());
}

TEST_F(TlsDial, tells_a_server_that_does_not_speak_tls) {
  Server plain(loop, "tcp://127.0.0.1:0");
  Recorder recorder;
  bool answered = false;
  client = *TlsContext::client({});
  DialOptions dial_options;
  dial_options.tls = &*client;
  std::optional<Result> outcome;
  Dial dial(loop, plain.url("tls"), dial_options, [&](Result result) { outcome.emplace(std::move(result)); });
  recorder.data_hook = [&] {
    plain.accepted.front()->send(ws::as_bytes("HTTP/1.1 400 Bad Request\r\n\r\n"));
    answered = true;
  };
  EXPECT_TRUE(run_until(loop, [&] { return !plain.accepted.empty(); }));
  plain.accepted.front()->start(recorder);
  EXPECT_TRUE(run_until(loop, [&] { return answered && outcome.has_value(); }));
  ASSERT_FALSE(outcome->has_value());
  EXPECT_THAT(outcome->error().message, ::testing::EndsWith("wrong version number"));
}

TEST_F(TlsDial, a_listener_drops_a_client_that_never_ends_its_handshake) {
  options.tls_timeout = 20ms;
  Server impatient(loop, "tls://127.0.0.1:0", options);
  const auto result = dial(loop, impatient.url("tcp"));
  ASSERT_TRUE(result.has_value());
  Recorder recorder;
  (*result)->start(recorder);
  EXPECT_TRUE(run_until(loop, [&] { return recorder.eof || recorder.error; }));
  EXPECT_TRUE(impatient.accepted.empty());
}

TEST(TlsContext, names_the_file_that_is_at_fault) {
  TlsServerOptions options;
  options.identities = {{"/nonexistent/cert.pem", ""}};
  const auto context = TlsContext::server(options);
  ASSERT_FALSE(context.has_value());
  EXPECT_EQ(context.error(), "cannot use the certificate '/nonexistent/cert.pem': No such file or directory");
}

TEST(Listener, tells_a_taken_port) {
  Loop loop;
  Server first(loop, "tcp://127.0.0.1:0");
  const auto second = Listener::open(loop, first.url(), {}, [](auto) {});
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error(), "listen on " + first.listener->address() + ": Address already in use");
}

TEST(Listener, a_wildcard_listener_finds_the_port_taken_too) {
  Loop loop;
  Server first(loop, "tcp://127.0.0.1:0");
  const auto second =
      Listener::open(loop, *parse_url("tcp://:" + std::to_string(first.listener->port())), {}, [](auto) {});
  EXPECT_FALSE(second.has_value());
}

TEST(Listener, stops_accepting) {
  Loop loop;
  Server server(loop, "tcp://127.0.0.1:0");
  const Url url = server.url();
  server.listener->stop();
  EXPECT_FALSE(dial(loop, url).has_value());
}

// With no descriptor left, accept fails while the connection waits: the listener must neither spin nor give
// up.
TEST(Listener, goes_on_accepting_when_descriptors_are_there_again) {
  Loop loop;
  Server server(loop, "tcp://127.0.0.1:0");
  const auto client = dial(loop, server.url());  // accepted after the limit below took effect, or before
  ASSERT_TRUE(client.has_value());
  EXPECT_TRUE(run_until(loop, [&] { return server.accepted.size() == 1; }));
  const Descriptor second = open_socket(AF_INET);
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const rlimit none{.rlim_cur = static_cast<rlim_t>(second.get()) + 1, .rlim_max = limit.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &none);
  SocketAddress address;
  parse_address("127.0.0.1", server.listener->port(), address);
  ::connect(second.get(), address.get(), address.size);
  bool waited = false;
  Timer timer(loop);
  timer.start(50ms, [&] { waited = true; });
  EXPECT_TRUE(run_until(loop, [&] { return waited; }));
  EXPECT_EQ(server.accepted.size(), 1u);
  ::setrlimit(RLIMIT_NOFILE, &limit);
  EXPECT_TRUE(run_until(loop, [&] { return server.accepted.size() == 2; }));
}

}  // namespace
}  // namespace wsrig::net
