#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ostream>
#include <string>

#include "ws/notation.hpp"
#include "ws/notation_reader.hpp"

namespace wsrig::ws {
namespace {

using testing::HasSubstr;

std::optional<std::string> values(std::string_view name) {
  if (name == "zero") return "0";
  if (name == "cut") return "1B";
  if (name == "bad") return "1X";
  if (name == "n") return "300";
  if (name == "kind") return "binary";
  if (name == "none") return "";
  if (name == "code") return "1001";
  return std::nullopt;
}
const Scope scope{.lookup = values};

FrameText read(const diag::Source& source) {
  TokenReader reader(source);
  FrameText text = read_frame(reader);
  EXPECT_TRUE(reader.at_step_end()) << source.text();
  return text;
}

FrameSpec spec(std::string text) {
  const diag::Source source("", std::move(text));
  const FrameText frame = read(source);
  EXPECT_FALSE(check(frame, scope).has_value()) << source.text();
  return resolve(frame, scope).value();
}

std::string payload(std::string text) {
  const FrameSpec found = spec(std::move(text));
  return std::string(as_text(found.payload));
}

/// The mistake, found by reading or by resolving; `check` must agree with `resolve`.
std::string mistake(std::string text) {
  const diag::Source source("", std::move(text));
  try {
    TokenReader reader(source);
    const FrameText frame = read_frame(reader);
    if (!reader.at_step_end()) reader.fail_unexpected("the end of the step");
    const auto found = resolve(frame, scope);
    const auto checked = check(frame, scope);
    EXPECT_EQ(checked.has_value(), found.has_error()) << source.text();
    if (found) return "no mistake";
    EXPECT_EQ(checked->message, found.error().message);
    EXPECT_EQ(checked->column, found.error().column);
    return std::to_string(found.error().column) + ": " + found.error().message;
  } catch (const SyntaxError& error) {
    return std::to_string(error.diagnostic.column) + ": " + error.diagnostic.message;
  }
}

TEST(FrameText, kinds) {
  EXPECT_EQ(spec("text").opcode, Opcode::text);
  EXPECT_EQ(spec("binary").opcode, Opcode::binary);
  EXPECT_EQ(spec("cont").opcode, Opcode::continuation);
  EXPECT_EQ(spec("ping").opcode, Opcode::ping);
  EXPECT_EQ(spec("pong").opcode, Opcode::pong);
  EXPECT_EQ(spec("close").opcode, Opcode::close);
  EXPECT_EQ(spec("op=3").opcode, static_cast<Opcode>(3));
  EXPECT_EQ(spec("op=0xF").opcode, static_cast<Opcode>(15));
  EXPECT_EQ(spec("op=${kind}").opcode, Opcode::binary);
}

TEST(FrameText, defaults) {
  const FrameSpec plain = spec(R"(text "x")");
  EXPECT_TRUE(plain.fin);
  EXPECT_EQ(plain.rsv, 0);
  EXPECT_EQ(plain.mask, FrameSpec::Mask::by_role);
  EXPECT_EQ(plain.length_form, LengthForm::minimal);
  EXPECT_EQ(plain.claimed_length, std::nullopt);
  EXPECT_EQ(plain.frag, 0u);
  EXPECT_EQ(plain.cut, 0u);
  EXPECT_FALSE(plain.deflate);
}

TEST(FrameText, attributes_compose_in_any_order) {
  for (const char* text : {R"(text fin=0 rsv1 rsv3 mask=37fa213d "x" frag=2KiB cut=1B deflate)",
                           R"(text "x" cut=${cut} deflate frag=2048B rsv=5 mask=37FA213D fin=${zero})"}) {
    const FrameSpec all = spec(text);
    EXPECT_FALSE(all.fin);
    EXPECT_EQ(all.rsv, rsv1 | rsv3);
    EXPECT_EQ(all.mask, FrameSpec::Mask::key);
    EXPECT_EQ(all.mask_key, (MaskKey{0x37, 0xfa, 0x21, 0x3d}));
    EXPECT_EQ(all.frag, 2048u);
    EXPECT_EQ(all.cut, 1u);
    EXPECT_TRUE(all.deflate);
    EXPECT_EQ(as_text(all.payload), "x");
  }
}

TEST(FrameText, masks_and_cuts) {
  EXPECT_EQ(spec("text mask=none").mask, FrameSpec::Mask::none);
  EXPECT_EQ(spec("text mask=00000000").mask_key, MaskKey{});
  EXPECT_EQ(spec("text cut=whole").cut, 0u);
}

TEST(FrameText, s5_2_length_forms) {
  EXPECT_EQ(spec("text len=u16").length_form, LengthForm::u16);
  EXPECT_EQ(spec("text len=u16").claimed_length, std::nullopt);
  EXPECT_EQ(spec("text len=u64:9223372036854775808").claimed_length, 9223372036854775808u);
  EXPECT_EQ(spec("text len=u16:${n}").claimed_length, 300u);
  EXPECT_EQ(spec("text len=u7:125").length_form, LengthForm::minimal);
  EXPECT_EQ(spec("text len=300").claimed_length, 300u);
  EXPECT_EQ(spec("text len=300").length_form, LengthForm::minimal);
  EXPECT_EQ(spec("text len=u7 repeat(\"x\", 125)").payload.size(), 125u);
}

TEST(FrameText, s5_5_1_close_payloads) {
  EXPECT_EQ(payload("close"), "");
  EXPECT_EQ(payload("close 1000"), "\x03\xe8");
  EXPECT_EQ(payload(R"(close 1000 "bye")"),
            "\x03\xe8"
            "bye");
  EXPECT_EQ(payload(R"(close 1000 fin=0 "bye")"),
            "\x03\xe8"
            "bye");
  EXPECT_EQ(payload("close ${code} \"x\""),
            "\x03\xe9"
            "x");
  EXPECT_EQ(payload("close ${none}"), "") << "an empty code is no code";
  EXPECT_EQ(payload("close hex(03)"), "\x03");
  EXPECT_EQ(payload(R"(close "")"), "");
  EXPECT_EQ(payload("op=8 hex(03)"), "\x03");
}

TEST(FrameText, mistakes_in_words) {
  EXPECT_EQ(mistake(R"(pin "mid")"),
            "1: unknown frame kind 'pin'; one of text, binary, cont, ping, pong, close, op");
  EXPECT_EQ(mistake("text fni=0"),
            "6: unknown attribute 'fni'; one of fin, rsv1, rsv2, rsv3, rsv, mask, len, frag, cut, deflate");
  EXPECT_EQ(mistake("text fin=0 fin=1"), "12: 'fin' is written twice");
  EXPECT_EQ(mistake("text rsv1=1"), "10: 'rsv1' takes no value");
  EXPECT_EQ(mistake("text fin="), "10: a value is missing");
  EXPECT_EQ(mistake(R"(text "a" fin=0 "b")"), "16: unexpected string; expected the end of the step");
  EXPECT_EQ(mistake("text x"), "6: unexpected 'x'; expected the end of the step");
  EXPECT_EQ(mistake("\"x\""),
            "1: unexpected string; expected a frame: text, binary, cont, ping, pong, close, op");
  EXPECT_EQ(mistake("op 3"), "4: unexpected '3'; expected '='");
}

TEST(FrameText, mistakes_in_values) {
  EXPECT_EQ(mistake("op=16"), "4: '16' is not an opcode; it is 0 to 15 or a kind");
  EXPECT_EQ(mistake("text fin=2"), "10: '2' is not a value of fin; it takes 0 or 1");
  EXPECT_EQ(mistake("text rsv=8"),
            "10: '8' is not a value of rsv; it takes 0 to 7 (RSV1 is 4, RSV2 is 2, RSV3 is 1)");
  EXPECT_EQ(mistake("text mask=123"),
            "11: '123' is not a value of mask; it takes none or 8 hexadecimal digits");
  EXPECT_EQ(mistake("text mask=0123456g"),
            "11: '0123456g' is not a value of mask; it takes none or 8 hexadecimal digits");
  EXPECT_EQ(mistake("text frag=5"), "11: the size '5' has no unit");
  EXPECT_EQ(mistake("text cut=0B"), "10: '0B' is not a value of cut; it takes a size of at least 1B");
  EXPECT_EQ(mistake("text cut=${bad}"), "10: '1X' is not a value of cut; it takes a size of at least 1B");
  EXPECT_EQ(mistake("text cut=${no}"), "10: unknown variable 'no'");
  EXPECT_EQ(mistake("close 65536"), "7: '65536' is not a close code; it is 0 to 65535");
  EXPECT_EQ(mistake("text len=u8"), "10: 'u8' is not a value of len; it takes u7, u16, u64, u16:N or N");
  EXPECT_EQ(mistake("text len=u16:x"),
            "10: 'u16:x' is not a value of len; it takes u7, u16, u64, u16:N or N");
  EXPECT_EQ(mistake("text len=u16:70000"), "10: a length of 70000 does not fit in u16, which ends at 65535");
  EXPECT_EQ(mistake("text len=u7 repeat(\"x\", 126)"),
            "10: a length of 126 does not fit in u7, which ends at 125");
}

TEST(FrameText, suggests_the_word_that_was_meant) {
  const auto hint = [](const std::string& text) { return parse_frame(text, Role::server).error().hint; };
  EXPECT_EQ(hint("pin"), "did you mean 'ping'?");
  EXPECT_EQ(hint("text fni=0"), "did you mean 'fin'?");
  EXPECT_EQ(hint("text zzzz=0"), "");
}

TEST(FrameText, check_does_not_make_the_payload) {
  const diag::Source source("", R"(text repeat("x", 268435457))");
  const auto wrong = check(read(source), scope);
  ASSERT_TRUE(wrong);
  EXPECT_THAT(wrong->message, HasSubstr("larger than 256MiB"));
}

TEST(FrameText, lists_its_variables) {
  const diag::Source source("", R"(op=${a} len=u16:${b} "${c}" cut=${d})");
  std::vector<std::string> names;
  for (const Variable& variable : variables(read(source))) names.push_back(variable.name);
  EXPECT_THAT(names, testing::UnorderedElementsAre("a", "b", "c", "d"));
}

TEST(ResolveCut, is_zero_without_one) {
  const diag::Source source("", "text cut=${cut}");
  EXPECT_EQ(resolve_cut({}, scope).value(), 0u);
  EXPECT_EQ(resolve_cut(read(source).attributes, scope).value(), 1u);
  const diag::Source bad("", "text cut=${bad}");
  EXPECT_EQ(resolve_cut(read(bad).attributes, scope).error().column, 10u);
}

TEST(ParseFrame, by_role) {
  const Frame server = parse_frame(R"(text "Hi")", Role::server).value();
  EXPECT_EQ(server.header.mask, std::nullopt);
  EXPECT_EQ(server.header.payload_length, 2u);
  const Frame client = parse_frame(R"(text "Hi")", Role::client).value();
  EXPECT_EQ(client.header.mask, MaskKey{});
  EXPECT_EQ(parse_frame(R"(text mask=none "Hi")", Role::client).value().header.mask, std::nullopt);
}

TEST(ParseFrame, mistakes_have_a_place) {
  const auto wrong = parse_frame("text fin=2", Role::server).error();
  EXPECT_EQ(diag::render(wrong),
            "1:10: '2' is not a value of fin; it takes 0 or 1\n    1 | text fin=2\n      |          ^");
  EXPECT_EQ(parse_frame("text ${x}", Role::server).error().message, "unknown variable 'x'");
  EXPECT_EQ(parse_frame("text random(1B)", Role::server).error().message, "random octets cannot be had here");
  EXPECT_EQ(parse_frame("text cut=1B", Role::server).error().message,
            "'cut' says how a step sends, not what one frame is");
  EXPECT_EQ(parse_frame("", Role::server).error().message,
            "a frame: text, binary, cont, ping, pong, close, op is missing");
}

}  // namespace
}  // namespace wsrig::ws
