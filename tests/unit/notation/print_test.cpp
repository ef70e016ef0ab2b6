#include <gtest/gtest.h>
#include <string>

#include "ws/notation.hpp"

namespace wsrig::ws {
namespace {

using namespace std::string_literals;

Frame frame(Opcode opcode, std::string_view payload) {
  Frame result;
  result.header.opcode = opcode;
  result.header.payload_length = payload.size();
  append(result.payload, payload);
  return result;
}

TEST(Print, a_servers_frames) {
  EXPECT_EQ(print(frame(Opcode::text, "Hello"), Role::server), R"(text "Hello")");
  EXPECT_EQ(print(frame(Opcode::text, ""), Role::server), R"(text "")");
  EXPECT_EQ(print(frame(Opcode::binary, "\x00\xff"s), Role::server), "binary hex(00 ff)");
  EXPECT_EQ(print(frame(static_cast<Opcode>(3), "a"), Role::server), R"(op=3 "a")");
  EXPECT_EQ(print(frame(static_cast<Opcode>(15), ""), Role::server), R"(op=15 "")");
}

TEST(Print, a_clients_mask) {
  Frame masked = frame(Opcode::ping, "x");
  EXPECT_EQ(print(masked, Role::client), R"(ping mask=none "x")");
  masked.header.mask = MaskKey{0x37, 0xfa, 0x21, 0x3d};
  EXPECT_EQ(print(masked, Role::client), R"(ping mask=37fa213d "x")");
  EXPECT_EQ(print(masked, Role::client, {.show_mask = false}), R"(ping "x")");
  EXPECT_EQ(print(masked, Role::server, {.show_mask = false}), R"(ping mask=37fa213d "x")")
      << "a server's mask is news";
}

TEST(Print, attributes) {
  Frame odd = frame(Opcode::continuation, "ab");
  odd.header.fin = false;
  odd.header.rsv = 7;
  odd.header.length_form = LengthForm::u64;
  EXPECT_EQ(print(odd, Role::server), R"(cont fin=0 rsv1 rsv2 rsv3 len=u64 "ab")");
}

TEST(Print, lengths_that_lie) {
  Frame lie = frame(Opcode::text, "x");
  lie.header.payload_length = 5;
  EXPECT_EQ(print(lie, Role::server), R"(text len=5 "x")");
  lie.header.length_form = LengthForm::u16;
  EXPECT_EQ(print(lie, Role::server), R"(text len=u16:5 "x")");
  lie.header.length_form = LengthForm::u64;
  lie.header.payload_length = UINT64_MAX;
  EXPECT_EQ(print(lie, Role::server), R"(text len=u64:18446744073709551615 "x")");
}

TEST(Print, s5_5_1_close) {
  EXPECT_EQ(print(frame(Opcode::close, ""), Role::server), "close");
  EXPECT_EQ(print(frame(Opcode::close, "\x03"), Role::server), "close hex(03)");
  EXPECT_EQ(print(frame(Opcode::close, "\x03\xe8"), Role::server), "close 1000");
  EXPECT_EQ(print(frame(Opcode::close,
                        "\x03\xe8"
                        "bye"),
                  Role::server),
            R"(close 1000 "bye")");
  EXPECT_EQ(print(frame(Opcode::close, "\x00\x00\xff"s), Role::server), "close 0 hex(ff)");
}

TEST(Print, payloads) {
  const auto payload = [](std::string_view text) { return print_payload(as_bytes(text)); };
  EXPECT_EQ(payload("a\"\\\n\r\t"), R"("a\"\\\n\r\t")");
  EXPECT_EQ(payload("é€😀"), R"("é€😀")");
  EXPECT_EQ(payload("${a} $b"), R"("\${a} $b")");
  EXPECT_EQ(payload("\x1b[31m"), "hex(1b 5b 33 31 6d)") << "a control character could steer a terminal";
  EXPECT_EQ(payload("\x7f"), "hex(7f)");
  EXPECT_EQ(payload("\xc2\x9b"), "hex(c2 9b)") << "so could one of C1";
  EXPECT_EQ(payload("\xc2\xa0"), "\"\xc2\xa0\"");
  EXPECT_EQ(payload("\xed\xa0\x80"), "hex(ed a0 80)");
  EXPECT_EQ(payload(""), "\"\"");
}

TEST(Print, long_payloads_are_cut) {
  const std::string text(70'000, 'a');
  EXPECT_EQ(print_payload(as_bytes(text), 3), "\"aaa…\" (70000 bytes)");
  EXPECT_EQ(print_payload(as_bytes("aé"), 2), "\"a…\" (3 bytes)") << "not inside a character";
  EXPECT_EQ(print_payload(as_bytes("\xff\xfe\xfd"), 2), "hex(ff fe …) (3 bytes)");
  EXPECT_EQ(print_payload(as_bytes("abc"), 3), "\"abc\"");
  EXPECT_EQ(print(frame(Opcode::close,
                        "\x03\xe8"
                        "a long reason"),
                  Role::server, {.max_payload = 6}),
            "close 1000 \"a long…\" (13 bytes)");
  EXPECT_FALSE(parse_frame("text \"aaa…\" (70000 bytes)", Role::server)) << "what was cut does not parse";
}

TEST(Print, quote_mixes_text_and_octets) {
  EXPECT_EQ(quote(""), "\"\"");
  EXPECT_EQ(quote("a\xff\xfe"
                  "b"),
            R"("a" hex(ff fe) "b")");
  EXPECT_EQ(quote("\xff"), "hex(ff)");
  EXPECT_EQ(quote("\x1b\x7f\xc2\x85"), R"("\u001b\u007f\u0085")");
  EXPECT_EQ(quote("${x}"), R"("\${x}")");
  EXPECT_EQ(quote("é\xc3"), R"("é" hex(c3))");
}

TEST(Print, hex_octets) {
  EXPECT_EQ(hex(as_bytes("\x0a\xff\x10")), "0a ff 10");
  EXPECT_EQ(hex({}), "");
}

}  // namespace
}  // namespace wsrig::ws
