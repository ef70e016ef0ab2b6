// Properties of the codec and the endpoint over random input. Each test prints its seed when it fails.
#include <gtest/gtest.h>
#include <random>

#include "tests/support/cuts.hpp"
#include "tests/support/frames.hpp"
#include "tests/support/playbook.hpp"
#include "ws/endpoint.hpp"
#include "ws/utf8.hpp"

namespace wsrig::ws {
namespace {

constexpr unsigned seeds = 200;

ByteBuffer random_octets(std::size_t size, std::mt19937& random) {
  ByteBuffer out(size);
  for (auto& octet : out) octet = static_cast<std::uint8_t>(random());
  return out;
}

MaskKey random_key(std::mt19937& random) {
  MaskKey key;
  for (auto& octet : key) octet = static_cast<std::uint8_t>(random());
  return key;
}

/// Lengths of every magnitude, each as likely as the others.
std::uint64_t random_length(std::mt19937& random) {
  const std::uint64_t any = std::uint64_t{random()} << 32 | random();
  const auto shift = random() % 65;
  return shift == 64 ? 0 : any >> shift;
}

LengthForm random_canonical_form(std::uint64_t length, std::mt19937& random) {
  if (length <= 125) return static_cast<LengthForm>(random() % 3);
  if (length <= 0xffff) return random() % 2 == 0 ? LengthForm::minimal : LengthForm::u64;
  return LengthForm::minimal;
}

FrameHeader random_header(std::mt19937& random) {
  FrameHeader header;
  header.fin = random() % 2 == 0;
  header.rsv = static_cast<std::uint8_t>(random() % 8);
  header.opcode = static_cast<Opcode>(random() % 16);
  if (random() % 2 == 0) header.mask = random_key(random);
  header.payload_length = random_length(random);
  header.length_form = random_canonical_form(header.payload_length, random);
  return header;
}

TEST(FrameProperty, decode_gives_back_what_encode_got) {
  std::mt19937 random(1);
  for (int i = 0; i < 100'000; ++i) {
    const FrameHeader header = random_header(random);
    const EncodedHeader encoded = encode(header);
    const auto decoded = decode_header(encoded.bytes());
    ASSERT_TRUE(decoded) << i;
    ASSERT_EQ(decoded->header, header) << i;
    ASSERT_EQ(decoded->size, encoded.size) << i;
  }
}

TEST(FrameProperty, encode_gives_back_what_decode_got) {
  std::mt19937 random(2);
  for (int i = 0; i < 100'000; ++i) {
    const ByteBuffer wire = random_octets(max_header_size, random);
    const auto decoded = decode_header(wire);
    ASSERT_TRUE(decoded);
    const EncodedHeader encoded = encode(decoded->header);
    ASSERT_EQ(ByteBuffer(encoded.bytes().begin(), encoded.bytes().end()),
              ByteBuffer(wire.begin(), wire.begin() + static_cast<std::ptrdiff_t>(decoded->size)));
  }
}

TEST(MaskProperty, twice_is_identity_at_any_split) {
  for (unsigned seed = 0; seed < seeds; ++seed) {
    std::mt19937 random(seed);
    const ByteBuffer plain = random_octets(random() % 3000, random);
    const MaskKey key = random_key(random);
    ByteBuffer payload = plain;
    for (int pass = 0; pass < 2; ++pass) {
      Masker masker(key);
      std::size_t at = 0;
      for (const std::size_t size : test::random_cuts(payload.size(), random)) {
        masker.apply(MutableBytes(payload).subspan(at, size));
        at += size;
      }
    }
    ASSERT_EQ(payload, plain) << "seed " << seed;
  }
}

TEST(Utf8Property, the_answer_does_not_depend_on_cuts) {
  for (unsigned seed = 0; seed < seeds; ++seed) {
    std::mt19937 random(seed);
    ByteBuffer text;
    while (text.size() < 500) {
      constexpr const char* pieces[] = {"plain ascii of some length, ", "é", "€", "\U0001f600", "κόσμε"};
      append(text, std::string_view(pieces[random() % std::size(pieces)]));
    }
    if (seed % 2 == 0) text[random() % text.size()] = static_cast<std::uint8_t>(random());
    Utf8Validator validator;
    std::size_t at = 0;
    bool alive = true;
    for (const std::size_t size : test::random_cuts(text.size(), random)) {
      alive = validator.feed(Bytes(text).subspan(at, size));
      at += size;
    }
    ASSERT_EQ(alive && validator.complete(), is_valid_utf8(text)) << "seed " << seed;
  }
}

/// A client's stream: mostly legal, with mistakes of every kind.
ByteBuffer random_stream(std::mt19937& random) {
  ByteBuffer stream;
  bool open = false;
  for (int frames = static_cast<int>(random() % 20); frames >= 0; --frames) {
    FrameHeader header;
    header.fin = random() % 3 != 0;
    header.opcode = open ? Opcode::continuation : static_cast<Opcode>(1 + random() % 2);
    if (random() % 3 == 0) header = {.opcode = static_cast<Opcode>(9 + random() % 2)};
    if (random() % 20 == 0) header.opcode = static_cast<Opcode>(random() % 16);
    if (random() % 20 == 0) header.rsv = static_cast<std::uint8_t>(random() % 8);
    if (random() % 10 == 0) header.rsv = rsv1;
    if (random() % 20 == 0) header.length_form = LengthForm::u64;
    if (!is_control(header.opcode)) open = !header.fin;
    const std::size_t size = random() % (random() % 4 == 0 ? 300 : 100);
    const ByteBuffer payload = random() % 3 == 0 ? random_octets(size, random) : ByteBuffer(size, 'a');
    append(stream, test::wire(random() % 20 == 0 ? Role::server : Role::client, header, payload));
  }
  append(stream, random_octets(random() % 4, random));
  return stream;
}

EndpointConfig random_config(unsigned seed) {
  EndpointConfig config;
  config.mode = seed % 2 == 0 ? Mode::strict : Mode::observe;
  config.report_frames = seed % 3 == 0;
  config.limits = {.frame = 250, .message = 400, .fragments = 6};
  return config;
}

TEST(EndpointProperty, what_it_does_does_not_depend_on_cuts) {
  for (unsigned seed = 0; seed < 3000; ++seed) {
    std::mt19937 random(seed);
    const ByteBuffer stream = random_stream(random);
    const EndpointConfig config = random_config(seed);
    const auto deflate = seed % 5 == 0 ? std::optional(DeflateParams{}) : std::nullopt;
    const auto expected = test::run(config, deflate, stream, test::whole(stream.size()));
    ASSERT_EQ(test::run(config, deflate, stream, test::octet_by_octet(stream.size())), expected)
        << "seed " << seed;
    for (int i = 0; i < 5; ++i) {
      ASSERT_EQ(test::run(config, deflate, stream, test::random_cuts(stream.size(), random)), expected)
          << "seed " << seed;
    }
  }
}

/// Carries bytes between two endpoints until both are silent.
struct Pair {
  const EndpointConfig& client_config;
  const EndpointConfig& server_config;
  std::optional<DeflateParams> deflate;
  std::mt19937& random;

  Endpoint client{client_config, deflate};
  Endpoint server{server_config, deflate};
  ByteBuffer to_client = {}, to_server = {};
  test::EventLog at_client = {}, at_server = {};

  void carry() {
    while (!to_client.empty() || !to_server.empty()) {
      deliver(to_server, server, at_server, to_client);
      deliver(to_client, client, at_client, to_server);
    }
  }
  void deliver(ByteBuffer& wire, Endpoint& endpoint, test::EventLog& log, ByteBuffer& out) {
    ByteBuffer read;
    read.swap(wire);
    std::size_t at = 0;
    for (const std::size_t size : test::random_cuts(read.size(), random)) {
      endpoint.receive(MutableBytes(read).subspan(at, size), log, out);
      at += size;
    }
  }
};

TEST(EndpointProperty, two_endpoints_understand_each_other) {
  for (unsigned seed = 0; seed < seeds; ++seed) {
    std::mt19937 random(seed);
    test::CountingKeys keys;
    EndpointConfig client_config;
    client_config.role = Role::client;
    client_config.mask_keys = &keys;
    client_config.fragment_size = random() % 50;
    EndpointConfig server_config;
    server_config.fragment_size = random() % 50;
    server_config.compress_from = random() % 50;
    const auto deflate = seed % 2 == 0 ? std::optional(DeflateParams{}) : std::nullopt;
    Pair pair{client_config, server_config, deflate, random};

    std::vector<std::string> sent;
    for (int i = 0; i < 20; ++i) {
      const ByteBuffer payload = random_octets(random() % 400, random);
      sent.push_back(test::readable(payload));
      pair.client.send(Opcode::binary, payload, pair.to_server);
      pair.server.send(Opcode::binary, payload, pair.to_client);
    }
    pair.client.close(1000, "done", pair.to_server);
    pair.carry();

    ASSERT_TRUE(pair.client.finished() && pair.server.finished()) << "seed " << seed;
    ASSERT_EQ(pair.at_server.lines.back(), "close 1000 done") << "seed " << seed;
    ASSERT_EQ(pair.at_client.lines.back(), "close 1000") << "seed " << seed;
    for (const auto* log : {&pair.at_client, &pair.at_server}) {
      ASSERT_EQ(log->lines.size(), sent.size() + 1) << "seed " << seed;
      for (std::size_t i = 0; i < sent.size(); ++i) {
        ASSERT_TRUE(log->lines[i].ends_with(sent[i])) << "seed " << seed << " message " << i;
      }
    }
  }
}

}  // namespace
}  // namespace wsrig::ws
