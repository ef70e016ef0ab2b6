#include "echo/misbehaviour.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>
#include <string>

#include "tests/support/row_name.hpp"
#include "tests/unit/echo/echo_fixture.hpp"

namespace wsrig::echo {

namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ws::Opcode;
using ws::Role;

std::string text_of(const ws::ByteBuffer& octets) { return std::string(ws::as_text(octets)); }

/// A client's frame with a header of choice.
std::string frame(ws::FrameHeader header, std::string_view payload) {
  return text_of(test::wire(Role::client, header, payload));
}
std::string frame(Opcode opcode, std::string_view payload = {}) { return frame({.opcode = opcode}, payload); }
std::string close_frame(std::string_view payload = "\x03\xe8") { return frame(Opcode::close, payload); }

std::string unmasked(Opcode opcode, std::string_view payload) {
  return text_of(test::wire(Role::server, opcode, payload));
}

/// Sent behind a good handshake, with a Close at the end; `shows` is among the frames that come back.
struct Sight {
  std::string name;
  std::string sent;
  std::string shows;
};

class Misbehaves : public ::testing::TestWithParam<Sight> {};

TEST_P(Misbehaves, as_its_line_says) {
  std::string misbehaviour = GetParam().name;
  std::ranges::replace(misbehaviour, '_', '-');
  EXPECT_THAT(EchoFixture({misbehaviour}).converse(good_request + GetParam().sent + close_frame()).frames,
              Contains(GetParam().shows));
  EXPECT_THAT(EchoFixture().converse(good_request + GetParam().sent + close_frame()).frames,
              Not(Contains(GetParam().shows)));
}

INSTANTIATE_TEST_SUITE_P(
    frames, Misbehaves,
    ::testing::Values(Sight{"masked_frames", frame(Opcode::text, "Hello"), "text mask=01020304 \"Hello\""},
                      Sight{"nonminimal_length", frame(Opcode::text, "Hello"), "text len=u64 \"Hello\""},
                      Sight{"rsv1_on_text", frame(Opcode::text, "Hello"), "text rsv1 \"Hello\""},
                      Sight{"fragmented_pong", frame(Opcode::ping, "abcd"), "pong fin=0 \"a\""},
                      Sight{"pong_wrong_payload", frame(Opcode::ping, "abcd"), "pong \"hello\""},
                      Sight{"corrupt_echo", frame(Opcode::text, "Hello"), "text \"Helln\""},
                      Sight{"binary_as_text", frame(Opcode::binary, "Hello"), "text \"Hello\""},
                      Sight{"invalid_utf8_text", frame(Opcode::text, "x"), "text hex(ff)"},
                      Sight{"reserved_opcode_3", frame(Opcode::text, "x"), "op=3 \"hello\""},
                      Sight{"close_one_octet", "", "close hex(03)"}, Sight{"close_1005", "", "close 1005"},
                      Sight{"wrong_close_code", frame({.opcode = Opcode{3}}, "x"), "close 1011"},
                      Sight{"data_after_close", "", "text \"hello\""},
                      Sight{"accept_unmasked_client_frame", unmasked(Opcode::text, "bare"), "text \"bare\""},
                      Sight{"accept_reserved_bits", frame({.rsv = ws::rsv3, .opcode = Opcode::text}, "odd"),
                            "text \"odd\""},
                      Sight{"accept_text_not_utf8", frame(Opcode::text, "\xff"), "text hex(ff)"},
                      Sight{"accept_fragmented_control",
                            frame({.fin = false, .opcode = Opcode::ping}, "half"), "pong \"half\""}),
    test::row_name);

TEST(Misbehaviours, combine) {
  const Transcript both = EchoFixture({"masked-frames", "corrupt-echo"})
                              .converse(good_request + frame(Opcode::text, "Hello") + close_frame());
  EXPECT_THAT(both.frames, Contains("text mask=01020304 \"Helln\""));
}

TEST(Misbehaviours, edit_the_handshake) {
  EXPECT_THAT(EchoFixture({"wrong-accept"}).converse(good_request + close_frame()).head,
              Not(HasSubstr("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")));
  EXPECT_THAT(EchoFixture({"unoffered-subprotocol"}).converse(good_request + close_frame()).head,
              HasSubstr("Sec-WebSocket-Protocol: x-unoffered"));
}

TEST(Misbehaviours, no_eof_keeps_the_connection_until_the_time_out) {
  const Transcript transcript = EchoFixture({"no-eof"}).converse(good_request + close_frame());
  EXPECT_THAT(transcript.frames, Contains("close 1000"));
  EXPECT_FALSE(transcript.ended_in_time);
}

TEST(Misbehaviours, have_distinct_names_and_a_section) {
  std::set<std::string> names;
  for (const auto* table : {&misbehaviours(), &quirks()}) {
    for (const Misbehaviour& row : *table) {
      EXPECT_TRUE(names.insert(row.name).second) << row.name;
      EXPECT_THAT(row.section, ::testing::MatchesRegex("RFC [0-9]+ .*[0-9.]+")) << row.name;
      EXPECT_FALSE(row.about.empty()) << row.name;
    }
  }
}

/// Where the server behaves as a clean one by RFC 6455, but for what is said.
TEST(Quirks, do_what_is_unusual) {
  const auto converse = [](const std::string& quirk, const std::string& octets) {
    Config config;
    config.quirks = {quirk};
    return EchoFixture({}, config).converse(good_request + octets + close_frame());
  };
  EXPECT_THAT(converse("upper-case-fields", "").head, HasSubstr("UPGRADE: websocket"));
  EXPECT_THAT(converse("fragments-of-2", frame(Opcode::text, "Hello")).frames,
              ::testing::IsSupersetOf({"text fin=0 \"He\"", "cont fin=0 \"ll\"", "cont \"o\""}));
  EXPECT_THAT(converse("empty-fragment-first", frame(Opcode::text, "x")).frames, Contains("cont \"x\""));
  EXPECT_THAT(converse("close-without-code", "").frames, ElementsAre("close"));
  EXPECT_THAT(converse("drop-on-violation", unmasked(Opcode::text, "x")).frames, ::testing::IsEmpty());
}

TEST(Misbehaviours, an_unknown_name_gets_a_suggestion) {
  Config config;
  config.misbehaviours = {"corupt-echo"};
  const auto behaviour = make_behaviour(config);
  ASSERT_FALSE(behaviour.has_value());
  EXPECT_EQ(behaviour.error().message, "unknown misbehaviour 'corupt-echo'");
  EXPECT_EQ(behaviour.error().hint, "did you mean 'corrupt-echo'?");
  config.misbehaviours.clear();
  config.quirks = {"late-utf9"};
  EXPECT_EQ(make_behaviour(config).error().message, "unknown quirk 'late-utf9'");
}

}  // namespace
}  // namespace wsrig::echo
