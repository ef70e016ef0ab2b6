#include "ws/message.hpp"

#include <gtest/gtest.h>
#include <string>

#include "tests/support/octets.hpp"

namespace wsrig::ws {
namespace {

using test::octets;
using test::to_buffer;

constexpr Limits limits{.frame = 100, .message = 100, .fragments = 10};

/// An assembler with the read buffer that its messages may lie in.
struct Assembly {
  explicit Assembly(std::optional<Inflater> inflate = {})
      : assembler(limits, strict_judge(), std::move(inflate)) {}

  std::optional<Violation> add(FrameHeader header, ByteBuffer payload) {
    read = std::move(payload);
    header.payload_length = read.size();
    assembler.begin_frame(header);
    if (const auto violation = assembler.payload(read)) return violation;
    return assembler.end_frame();
  }
  std::string_view text() { return as_text(assembler.message().payload); }

  MessageAssembler assembler;
  ByteBuffer read;
};

TEST(MessageAssemblerTest, s5_4_counts_frames_and_octets_of_the_open_message) {
  Assembly assembly;
  MessageAssembler& assembler = assembly.assembler;
  EXPECT_FALSE(assembler.in_message());
  EXPECT_FALSE(assembly.add({.fin = false}, to_buffer("abc")));
  EXPECT_FALSE(assembly.add({.fin = false, .opcode = Opcode::continuation}, to_buffer("de")));
  EXPECT_TRUE(assembler.in_message());
  EXPECT_FALSE(assembler.has_message());
  EXPECT_EQ(assembler.wire_size(), 5u);
  EXPECT_EQ(assembler.frames(), 2u);
  EXPECT_FALSE(assembly.add({.opcode = Opcode::continuation}, {}));
  ASSERT_TRUE(assembler.has_message());
  EXPECT_FALSE(assembler.in_message());
  EXPECT_EQ(assembly.text(), "abcde");
  EXPECT_EQ(assembler.message().frames, 3u);
  assembler.clear();
  EXPECT_FALSE(assembler.has_message());
  EXPECT_EQ(assembler.wire_size(), 0u);
  EXPECT_EQ(assembler.frames(), 0u);
}

TEST(MessageAssemblerTest, a_whole_message_stays_where_it_is) {
  Assembly assembly;
  MessageAssembler& assembler = assembly.assembler;
  ByteBuffer payload = to_buffer("Hello");
  assembler.begin_frame({.payload_length = 5});
  assembler.payload(payload);
  assembler.end_frame();
  EXPECT_EQ(assembler.message().payload.data(), payload.data());
}

TEST(MessageAssemblerTest, a_split_frame_is_put_together) {
  Assembly assembly;
  MessageAssembler& assembler = assembly.assembler;
  ByteBuffer read = to_buffer("Hel");
  assembler.begin_frame({.payload_length = 5});
  assembler.payload(read);
  read = to_buffer("lo");
  assembler.payload(read);
  assembler.end_frame();
  EXPECT_EQ(assembly.text(), "Hello");
}

TEST(MessageAssemblerTest, s5_4_a_new_message_drops_an_open_one) {
  Assembly assembly;
  MessageAssembler& assembler = assembly.assembler;
  EXPECT_FALSE(assembly.add({.fin = false}, octets("ce")));
  EXPECT_FALSE(assembly.add({}, to_buffer("new")));
  EXPECT_EQ(assembly.text(), "new");
  EXPECT_EQ(assembler.message().frames, 1u);
}

TEST(MessageAssemblerTest, s8_1_binary_is_not_checked) {
  Assembly assembly;
  MessageAssembler& assembler = assembly.assembler;
  EXPECT_FALSE(assembly.add({.opcode = Opcode::binary}, octets("ff")));
  EXPECT_EQ(assembler.message().opcode, Opcode::binary);
}

TEST(MessageAssemblerTest, s10_4_a_message_beyond_the_limit_is_counted_and_not_kept) {
  Assembly assembly;
  MessageAssembler& assembler = assembly.assembler;
  EXPECT_FALSE(assembly.add({.fin = false}, ByteBuffer(60, 'x')));
  EXPECT_FALSE(assembly.add({.opcode = Opcode::continuation}, ByteBuffer(41, 'x')));
  EXPECT_EQ(assembler.wire_size(), 101u);
  EXPECT_FALSE(assembler.has_message());
  assembler.clear();
  EXPECT_FALSE(assembly.add({}, to_buffer("next")));
  EXPECT_EQ(assembly.text(), "next");
}

TEST(MessageAssemblerTest, rfc7692_s6_rsv1_means_nothing_without_an_inflater) {
  Assembly assembly;
  MessageAssembler& assembler = assembly.assembler;
  EXPECT_FALSE(assembly.add({.rsv = rsv1}, to_buffer("Hello")));
  EXPECT_FALSE(assembler.message().compressed);
  EXPECT_EQ(assembly.text(), "Hello");
}

TEST(MessageAssemblerTest, rfc7692_s7_2_3_2_messages_share_a_window) {
  Assembly assembly(Inflater(15, true));
  MessageAssembler& assembler = assembly.assembler;
  for (const char* hex : {"f248cdc9c90700", "f200110000"}) {
    EXPECT_FALSE(assembly.add({.rsv = rsv1}, octets(hex)));
    EXPECT_TRUE(assembler.message().compressed);
    EXPECT_EQ(assembly.text(), "Hello");
    assembler.clear();
    EXPECT_FALSE(assembly.add({}, to_buffer("plain between")));  // does not touch the window
    assembler.clear();
  }
}

TEST(MessageAssemblerTest, rfc7692_s7_2_2_a_cut_stream_is_corrupt) {
  Assembly assembly(Inflater(15, true));
  EXPECT_EQ(assembly.add({.rsv = rsv1}, octets("f248cd")), (Violation{Rule::deflate_data_corrupt, 1007}));
}

TEST(MessageAssemblerTest, rfc7692_s7_2_3_6_empty_message) {
  Assembly assembly(Inflater(15, true));
  MessageAssembler& assembler = assembly.assembler;
  EXPECT_FALSE(assembly.add({.rsv = rsv1}, octets("00")));
  ASSERT_TRUE(assembler.has_message());
  EXPECT_TRUE(assembler.message().payload.empty());
}

}  // namespace
}  // namespace wsrig::ws
