#include "echo/misbehaviour.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>
#include <string>

#include "tests/support/row_name.hpp"
#include "tests/unit/echo/echo_fixture.hpp"

namespace wsrig::echo {

/// How GoogleTest prints the parameter.
static void PrintTo(const Misbehaviour& misbehaviour, std::ostream* out) { *out << misbehaviour.name; }

namespace {

using ::testing::Contains;
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

std::string request_with(std::string_view from, std::string_view to) {
  std::string request = good_request;
  return request.replace(request.find(from), from.size(), to);
}

std::string request_with_deflate() {
  return request_with("\r\n\r\n", "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n");
}

/// What a tester would try: enough that each misbehaviour shows in at least one answer.
std::vector<std::string> probes() {
  std::vector<std::string> all;
  for (const std::string& octets : {
           frame(Opcode::text, "Hello"),
           frame(Opcode::binary, "Hello"),
           frame(Opcode::binary, std::string(70000, 'x')),
           frame(Opcode::ping, "ping"),
           frame({.rsv = ws::rsv2, .opcode = Opcode::text}, "x"),
           frame({.opcode = Opcode{3}}, "x"),
           frame({.opcode = Opcode::text, .length_form = ws::LengthForm::u64}, "x"),
           unmasked(Opcode::text, "x"),
           frame({.fin = false, .opcode = Opcode::ping}, "x"),
           frame(Opcode::ping, std::string(126, 'x')),
           frame(Opcode::continuation, "x"),
           frame({.fin = false, .opcode = Opcode::text}, "x") + frame(Opcode::text, "y"),
           close_frame("\x03"),
           close_frame("\x03\xed"),
           close_frame("\x03\xe8\xff"),
           frame(Opcode::text, "\xff"),
       }) {
    all.push_back(good_request + octets + close_frame());
  }
  all.push_back(good_request + text_of(test::octets("82 ff ff ff ff ff ff ff ff ff 01 02 03 04")) +
                close_frame());
  const std::string compressed = request_with_deflate();
  all.push_back(compressed + frame({.rsv = ws::rsv1, .opcode = Opcode::ping}, "x") + close_frame());
  all.push_back(compressed + frame({.rsv = ws::rsv1, .opcode = Opcode::text}, "\xff\xff\xff") +
                close_frame());
  for (const std::string& request :
       {request_with("Version: 13", "Version: 12"), request_with("Sec-WebSocket-Key", "X-Key"),
        request_with("GET", "POST"), request_with("Connection: Upgrade", "Connection: close"),
        request_with("Host", "X-Host")}) {
    all.push_back(request + close_frame());
  }
  return all;
}

const std::vector<Transcript>& answers_of_the_clean_server() {
  static const std::vector<Transcript> answers = [] {
    EchoFixture clean;
    std::vector<Transcript> all;
    for (const std::string& probe : probes()) all.push_back(clean.converse(probe));
    return all;
  }();
  return answers;
}

class EachMisbehaviour : public ::testing::TestWithParam<Misbehaviour> {};

TEST_P(EachMisbehaviour, can_be_seen_from_outside) {
  EchoFixture server({GetParam().name});
  const std::vector<std::string> questions = probes();
  for (std::size_t i = 0; i < questions.size(); ++i) {
    if (server.converse(questions[i]) != answers_of_the_clean_server()[i]) return;
  }
  FAIL() << "answers all probes as the clean server does";
}

std::string slug_to_name(const ::testing::TestParamInfo<Misbehaviour>& row) {
  std::string name = row.param.name;
  std::ranges::replace(name, '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(table, EachMisbehaviour, ::testing::ValuesIn(misbehaviours()), slug_to_name);

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
                      Sight{"rsv1_on_plain_data", frame(Opcode::text, "Hello"), "text rsv1 \"Hello\""},
                      Sight{"fragmented_pong", frame(Opcode::ping, "abcd"), "pong fin=0 \"ab\""},
                      Sight{"pong_wrong_payload", frame(Opcode::ping, "abcd"), "pong \"hello\""},
                      Sight{"corrupt_echo", frame(Opcode::text, "Hello"), "text \"Helln\""},
                      Sight{"binary_as_text", frame(Opcode::binary, "Hello"), "text \"Hello\""},
                      Sight{"invalid_utf8_text", frame(Opcode::text, "x"), "text hex(ff)"},
                      Sight{"reserved_opcode", frame(Opcode::text, "x"), "op=3 \"hello\""},
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
  for (const Misbehaviour& row : misbehaviours()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_THAT(row.section, ::testing::MatchesRegex("RFC [0-9]+ .*[0-9.]+")) << row.name;
    EXPECT_FALSE(row.about.empty()) << row.name;
  }
}

TEST(Misbehaviours, an_unknown_name_gets_a_suggestion) {
  Config config;
  config.misbehaviours = {"corupt-echo"};
  const auto behaviour = make_behaviour(config);
  ASSERT_FALSE(behaviour.has_value());
  EXPECT_EQ(behaviour.error().message, "unknown misbehaviour 'corupt-echo'");
  EXPECT_EQ(behaviour.error().hint, "did you mean 'corrupt-echo'?");
}

}  // namespace
}  // namespace wsrig::echo
