// Our Endpoint against Beast's websocket::stream, a second opinion: random messages both ways over a pipe in
// memory, in both roles, with and without permessage-deflate.
#include <gtest/gtest.h>
#include <random>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/beast/_experimental/test/stream.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>

#include "tests/support/cuts.hpp"
#include "tests/support/frames.hpp"
#include "tests/support/playbook.hpp"
#include "tests/support/row_name.hpp"
#include "ws/endpoint.hpp"
#include "ws/handshake.hpp"

namespace wsrig::ws {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using Pipe = beast::test::stream;
using test::operator+;

struct Setup {
  const char* name;
  Role ours;
  bool deflate;
  std::size_t fragment_size;
};
std::ostream& operator<<(std::ostream& out, const Setup& setup) { return out << setup.name; }

struct Received {
  Opcode opcode;
  std::string payload;
  friend bool operator==(const Received&, const Received&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Received& message) {
    return out << name(message.opcode) << " of " << message.payload.size();
  }
};

struct Collector final : EndpointEvents {
  std::vector<Received> messages;
  std::vector<std::string> controls;
  void on_message(const Message& message) override {
    messages.push_back({message.opcode, std::string(as_text(message.payload))});
  }
  void on_pong(Bytes payload) override { controls.push_back("pong " + std::string(as_text(payload))); }
  void on_close(const CloseReason& close) override {
    controls.push_back("close " + std::to_string(close.code.value_or(1005)) + std::string(close.reason));
  }
  void on_violation(const Violation& violation) override { ADD_FAILURE() << violation->text; }
};

/// Messages of all sizes around those where the header changes; text is compressible and has long characters.
Received random_message(std::mt19937& random) {
  constexpr std::size_t edges[] = {0, 1, 125, 126, 127, 1000, 65535, 65536, 70000};
  const std::size_t size = random() % 2 == 0 ? edges[random() % std::size(edges)] : random() % 5000;
  if (random() % 2 == 0) {
    std::string payload(size, '\0');
    for (char& c : payload) c = static_cast<char>(random());
    return {Opcode::binary, payload};
  }
  std::string payload;
  while (payload.size() < size) payload += random() % 4 == 0 ? "\U0001f600" : "word ";
  return {Opcode::text, payload};
}

/// An open connection between our endpoint, which holds its end of the pipe by hand, and Beast's stream. All
/// runs on one thread: `poll` lets Beast do what it can with what is in the pipe.
class Connection {
 public:
  Connection(const Setup& setup, unsigned seed) : random_(seed) {
    ours_.connect(beast_.next_layer());
    websocket::permessage_deflate option;
    option.server_enable = option.client_enable = setup.deflate;
    beast_.set_option(option);
    config_.role = setup.ours;
    config_.fragment_size = setup.fragment_size;
    config_.mask_keys = &keys_;
    if (setup.ours == Role::client) be_accepted(setup.deflate);
    if (setup.ours == Role::server) accept(setup.deflate);
    endpoint_.emplace(config_, setup.deflate ? std::optional(DeflateParams{}) : std::nullopt);
    EXPECT_TRUE(beast_.is_open());
  }

  Endpoint& endpoint() { return *endpoint_; }
  Collector& events() { return events_; }
  beast::websocket::stream<Pipe>& beast() { return beast_; }

  /// What Beast reads when we write this; its `error` is set when the connection ended instead.
  Received beast_reads(const ByteBuffer& wire, beast::error_code& error) {
    beast::flat_buffer buffer;
    bool done = false;
    beast_.async_read(buffer, [&](beast::error_code result, std::size_t) {
      error = result;
      done = true;
    });
    asio::write(ours_, asio::buffer(wire));
    poll();
    EXPECT_TRUE(done);
    return {beast_.got_text() ? Opcode::text : Opcode::binary, beast::buffers_to_string(buffer.data())};
  }
  void beast_writes(const Received& message) {
    beast_.text(message.opcode == Opcode::text);
    beast_.async_write(asio::buffer(message.payload),
                       [](beast::error_code error, std::size_t) { EXPECT_FALSE(error) << error.message(); });
    poll();
  }
  /// Our endpoint takes what has come through the pipe, cut at random; what it answers is returned.
  ByteBuffer we_read() {
    ByteBuffer read = take();
    ByteBuffer out;
    std::size_t at = 0;
    for (const std::size_t size : test::random_cuts(read.size(), random_)) {
      endpoint_->receive(MutableBytes(read).subspan(at, size), events_, out);
      at += size;
    }
    return out;
  }
  void poll() {
    loop_.restart();
    loop_.poll();
  }
  void write(const ByteBuffer& wire) {
    asio::write(ours_, asio::buffer(wire));
    poll();
  }

 private:
  static constexpr const char* extension = "Sec-WebSocket-Extensions: permessage-deflate\r\n";

  ByteBuffer take() {
    const std::string_view view = ours_.str();
    ByteBuffer read(view.begin(), view.end());
    ours_.clear();
    return read;
  }
  void accept(bool deflate) {
    websocket::response_type response;
    beast_.async_handshake(response, "localhost", "/",
                           [](beast::error_code error) { EXPECT_FALSE(error) << error.message(); });
    poll();
    const ByteBuffer request = take();
    constexpr std::string_view name = "Sec-WebSocket-Key: ";
    const auto at = as_text(request).find(name) + name.size();
    const std::string key(as_text(request).substr(at, 24));
    write(test::to_buffer(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
        std::string(deflate ? extension : "") + "Sec-WebSocket-Accept: " + accept_for(key) + "\r\n\r\n"));
  }
  void be_accepted(bool deflate) {
    beast_.async_accept([](beast::error_code error) { EXPECT_FALSE(error) << error.message(); });
    write(
        test::to_buffer("GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
                        std::string(deflate ? extension : "") +
                        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));
    const ByteBuffer answer = take();
    EXPECT_TRUE(as_text(answer).starts_with("HTTP/1.1 101")) << as_text(answer);
    EXPECT_EQ(as_text(answer).find("permessage-deflate") != std::string_view::npos, deflate);
  }

  std::mt19937 random_;
  asio::io_context loop_;
  websocket::stream<Pipe> beast_{loop_};
  Pipe ours_{loop_};
  test::CountingKeys keys_;
  EndpointConfig config_;
  std::optional<Endpoint> endpoint_;
  Collector events_;
};

class AgainstBeast : public testing::TestWithParam<Setup> {};

TEST_P(AgainstBeast, messages_arrive_as_they_were_sent) {
  for (unsigned seed = 0; seed < 5; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    Connection connection(GetParam(), seed);
    std::vector<Received> from_beast;
    for (int i = 0; i < 20; ++i) {
      const Received ours = random_message(random);
      ByteBuffer wire;
      ASSERT_TRUE(connection.endpoint().send(ours.opcode, as_bytes(ours.payload), wire));
      beast::error_code error;
      ASSERT_EQ(connection.beast_reads(wire, error), ours);
      ASSERT_FALSE(error) << error.message();

      from_beast.push_back(random_message(random));
      connection.beast_writes(from_beast.back());
      ASSERT_TRUE(connection.we_read().empty());
    }
    ASSERT_EQ(connection.events().messages, from_beast);
  }
}

TEST_P(AgainstBeast, pings_are_answered) {
  Connection connection(GetParam(), 1);
  ByteBuffer wire;
  connection.endpoint().ping(as_bytes("ours"), wire);
  connection.endpoint().send(Opcode::text, as_bytes("behind it"), wire);
  beast::error_code error;
  EXPECT_EQ(connection.beast_reads(wire, error).payload, "behind it");
  EXPECT_TRUE(connection.we_read().empty());
  EXPECT_EQ(connection.events().controls, std::vector<std::string>{"pong ours"});

  std::string answered;
  connection.beast().control_callback([&](websocket::frame_type kind, beast::string_view payload) {
    if (kind == websocket::frame_type::pong) answered = payload;
  });
  connection.beast().async_ping("theirs", [](beast::error_code) {});
  connection.poll();
  ByteBuffer answer = connection.we_read();
  connection.endpoint().send(Opcode::text, {}, answer);
  connection.beast_reads(answer, error);
  EXPECT_EQ(answered, "theirs");
}

TEST_P(AgainstBeast, our_close_is_answered) {
  Connection connection(GetParam(), 1);
  ByteBuffer wire;
  ASSERT_TRUE(connection.endpoint().close(4001, "ours", wire));
  beast::error_code error;
  connection.beast_reads(wire, error);
  EXPECT_EQ(error, websocket::error::closed);
  EXPECT_EQ(connection.beast().reason().code, 4001);
  EXPECT_EQ(connection.beast().reason().reason, "ours");
  EXPECT_TRUE(connection.we_read().empty());
  EXPECT_EQ(connection.events().controls, std::vector<std::string>{"close 4001"});
  EXPECT_TRUE(connection.endpoint().finished());
}

TEST_P(AgainstBeast, its_close_is_answered) {
  Connection connection(GetParam(), 1);
  beast::error_code closed = beast::error::timeout;
  const websocket::close_reason reason(static_cast<websocket::close_code>(4002), "theirs");
  connection.beast().async_close(reason, [&](beast::error_code error) { closed = error; });
  connection.poll();
  connection.write(connection.we_read());
  EXPECT_FALSE(closed) << closed.message();
  EXPECT_EQ(connection.events().controls, std::vector<std::string>{"close 4002theirs"});
  EXPECT_TRUE(connection.endpoint().finished());
}

// Both refuse the same streams. Where Beast drops the connection we send a Close with the code.
TEST_P(AgainstBeast, it_refuses_what_we_refuse) {
  const Role sender = GetParam().ours;
  const std::vector<ByteBuffer> streams{
      test::wire(sender, FrameHeader{.rsv = rsv2}, "x"),
      test::wire(sender, Opcode{3}, "x"),
      test::wire(sender, Opcode::continuation, "x"),
      test::open_wire(sender, Opcode::ping, "x"),
      test::open_wire(sender, Opcode::text, "x") + test::wire(sender, Opcode::text, "y"),
      test::wire(sender, Opcode::text, "\xff"),
      test::wire(sender, Opcode::close, "x"),
      test::close_wire(sender, 1005),
      test::wire(peer_of(sender), Opcode::text, "x"),
  };
  for (const ByteBuffer& stream : streams) {
    SCOPED_TRACE(test::readable(stream));
    Connection connection(GetParam(), 1);
    beast::error_code error;
    connection.beast_reads(stream, error);
    EXPECT_TRUE(error);

    test::CountingKeys keys;
    EndpointConfig config;
    config.role = peer_of(sender);
    config.mask_keys = &keys;
    const auto deflate = GetParam().deflate ? std::optional(DeflateParams{}) : std::nullopt;
    EXPECT_TRUE(test::run(config, deflate, stream, test::whole(stream.size())).failed);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Roles, AgainstBeast,
    testing::Values(Setup{"as_server", Role::server, false, 0}, Setup{"as_client", Role::client, false, 0},
                    Setup{"as_server_fragmenting", Role::server, false, 100},
                    Setup{"as_client_fragmenting", Role::client, false, 100},
                    Setup{"as_server_with_deflate", Role::server, true, 0},
                    Setup{"as_client_with_deflate", Role::client, true, 0},
                    Setup{"as_server_with_deflate_fragmenting", Role::server, true, 100},
                    Setup{"as_client_with_deflate_fragmenting", Role::client, true, 100}),
    test::row_name);

}  // namespace
}  // namespace wsrig::ws
