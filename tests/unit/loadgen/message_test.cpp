#include <array>
#include <gtest/gtest.h>

#include "loadgen/crc32c.hpp"
#include "loadgen/filler.hpp"
#include "loadgen/frame_writer.hpp"
#include "loadgen/masking.hpp"
#include "loadgen/mix.hpp"
#include "loadgen/source_pool.hpp"
#include "ws/endpoint.hpp"
#include "ws/utf8.hpp"

namespace wsrig::loadgen {
namespace {

/// What a strict server makes of the frames.
struct Received : ws::EndpointEvents {
  std::string text;
  std::uint32_t frames = 0;
  int messages = 0;
  int violations = 0;
  void on_message(const ws::Message& message) override {
    text = ws::as_text(message.payload);
    frames = message.frames;
    ++messages;
  }
  void on_violation(const ws::Violation&) override { ++violations; }
};

Received receive(ws::ByteBuffer wire) {
  Received received;
  ws::ByteBuffer replies;
  ws::EndpointConfig config;
  ws::Endpoint server(config);
  server.receive(wire, received, replies);
  return received;
}

ws::ByteBuffer write(std::string_view text, std::string_view fragmentation,
                     std::string_view masking = "random", std::uint32_t* frames = nullptr) {
  ws::Random random(7);
  const auto mode = parse_masking(masking).value();
  const auto keys = make_mask_keys(mode, 1);
  ws::ByteBuffer wire;
  ws::FrameHeader header{.opcode = ws::Opcode::text};
  const std::uint32_t count =
      write_message(header, ws::as_bytes(text), parse_fragmentation(fragmentation).value(), random,
                    mode.mode == Masking::Mode::none ? nullptr : keys.get(), wire);
  if (frames != nullptr) *frames = count;
  return wire;
}

TEST(FrameWriter, a_message_arrives_as_one_however_it_is_cut) {
  for (const auto* fragmentation :
       {"none", "1B", "3B", "5B", "100B", "count(1)", "count(4)", "count(20)", "random(6)"}) {
    for (const auto* masking : {"random", "zero", "37fa213d"}) {
      std::uint32_t frames = 0;
      const Received received = receive(write("Hello, world!", fragmentation, masking, &frames));
      EXPECT_EQ(received.messages, 1) << fragmentation;
      EXPECT_EQ(received.text, "Hello, world!") << fragmentation;
      EXPECT_EQ(received.frames, frames) << fragmentation;
    }
  }
  EXPECT_EQ(receive(write("", "none")).messages, 1);
}

TEST(FrameWriter, s5_1_without_a_mask_a_server_refuses_it) {
  EXPECT_EQ(receive(write("xy", "none", "none")).violations, 1);
}

TEST(FrameWriter, s5_3_each_frame_has_a_key_of_its_own) {
  const ws::ByteBuffer wire = write("aaaaaaaa", "4B");
  ASSERT_EQ(wire.size(), 2U * (2 + 4 + 4));
  EXPECT_NE(ws::ByteBuffer(wire.begin() + 2, wire.begin() + 6),
            ws::ByteBuffer(wire.begin() + 12, wire.begin() + 16));
}

TEST(Masking, refuses_what_is_no_key) {
  EXPECT_EQ(parse_masking("37fa213d").value().key, (ws::MaskKey{0x37, 0xfa, 0x21, 0x3d}));
  for (const auto* bad : {"", "37fa21", "37fa213d00", "always", "zz"})
    EXPECT_FALSE(parse_masking(bad).has_value()) << bad;
}

TEST(Filler, is_repeatable_text_and_knows_its_crc) {
  Filler filler(3);
  Filler again(3);
  EXPECT_TRUE(ws::is_valid_utf8(filler.first(10'000)));
  for (const std::size_t size : {0U, 1U, 4096U, 10'000U, 1U}) {
    EXPECT_EQ(filler.crc(size), crc32c(filler.first(size))) << size;
    EXPECT_EQ(filler.crc(size), again.crc(size)) << size;
  }
  EXPECT_NE(Filler(4).crc(100), again.crc(100));
}

TEST(Filler, stands_behind_the_envelope_in_one_piece) {
  Filler filler(3);
  for (const auto form : {EnvelopeForm::binary, EnvelopeForm::text}) {
    for (const std::uint32_t size : {0U, 5U, 24U, 32U, 33U, 50'000U, 100U}) {
      const Envelope envelope{.sequence = 7, .length = size};
      const ws::Bytes text = filler.first(size - std::min<std::size_t>(size, envelope_size(form)));
      ws::ByteBuffer expected(envelope_size(form));
      encode(envelope, form, crc32c(text), expected.data());
      ws::append(expected, text);
      expected.resize(size);
      const ws::Bytes message = filler.message(envelope, form);
      EXPECT_EQ(ws::ByteBuffer(message.begin(), message.end()), expected) << size;
    }
  }
}

TEST(Mix, reads_weight_kind_size_and_attributes) {
  const auto entry = parse_mix_entry("15 binary uniform(64B, 1KiB) frag=count(4) cut=100B").value();
  EXPECT_EQ(entry.weight, 15U);
  EXPECT_EQ(entry.kind, MixEntry::Kind::binary);
  EXPECT_EQ(entry.sizes.most, 1024U);
  EXPECT_EQ(entry.fragmentation, (Fragmentation{Fragmentation::Kind::count, 4}));
  EXPECT_EQ(entry.cut, 100U);
  EXPECT_EQ(entry.label(), "binary uniform(64B, 1KiB)");
  EXPECT_EQ(parse_mix_entry("close").value().label(), "close");
  for (const auto* bad : {"", "5", "text x", "0 text 1B", "pong 1B", "text 1B frag=no", "text 1B cut=0B",
                          "text 1B cut=whole", "ping 126B", "ping 8B frag=4B", "text 1B 5"}) {
    EXPECT_FALSE(parse_mix_entry(bad).has_value()) << bad;
  }
}

TEST(Mix, draws_by_weight) {
  const Mix mix({parse_mix_entry("80 text 1B").value(), parse_mix_entry("15 binary 1B").value(),
                 parse_mix_entry("5 ping 1B").value()});
  ws::Random random(9);
  std::array<int, 3> drawn{};
  for (int i = 0; i < 100'000; ++i) ++drawn[mix.choose(0, random)];
  EXPECT_NEAR(drawn[0], 80'000, 600);
  EXPECT_NEAR(drawn[1], 15'000, 500);
  EXPECT_NEAR(drawn[2], 5'000, 300);
}

TEST(Mix, in_turn_and_over_again) {
  const Mix mix({parse_mix_entry("text 1B").value(), parse_mix_entry("text 2B").value()},
                Mix::Order::in_turn);
  ws::Random random(9);
  for (std::uint64_t number = 0; number < 6; ++number) EXPECT_EQ(mix.choose(number, random), number % 2);
  EXPECT_EQ(mix.labels(), std::vector<std::string>{"replay"});
  EXPECT_EQ(mix.label_of(1), 0);
}

TEST(Sources, single_addresses_and_ranges) {
  EXPECT_EQ(parse_sources("127.0.0.9").value().front().print(), "127.0.0.9:0");
  EXPECT_EQ(parse_sources("::1").value().front().print(), "[::1]:0");
  const auto range = parse_sources("127.0.0.254-127.0.1.1").value();
  ASSERT_EQ(range.size(), 4U);
  EXPECT_EQ(range[2].print(), "127.0.1.0:0");
  for (const auto* bad :
       {"", "x", "127.0.0.2-127.0.0.1", "1.0.0.0-2.0.0.0", "::1-::2", "127.0.0.1-", "/run/x"}) {
    EXPECT_FALSE(parse_sources(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace wsrig::loadgen
