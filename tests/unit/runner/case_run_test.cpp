#include "scenarios/engine/run/case_run.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <set>

#include "scenarios/engine/run/services.hpp"
#include "tests/support/scripted_server.hpp"

/// Whole cases against a server on the same loop, which misbehaves in one way at a time.
namespace wsrig::engine {
namespace {

using report::Grade;
using tests::ScriptedServer;
using Session = ScriptedServer::Session;

class CaseRunTest : public ::testing::Test {
 protected:
  CaseRunTest() {
    settings.within = std::chrono::milliseconds(200);
    settings.handshake_timeout = std::chrono::milliseconds(300);
    settings.connect_timeout = std::chrono::milliseconds(300);
  }

  report::CaseResult run(const std::string& steps) {
    ScenarioFile file;
    file.source = std::make_shared<diag::Source>("test.yaml", steps);
    file.suite = "test";
    definition.script = parse_script(steps, {.file = file.source.get()}).value();
    definition.manual_handshake = definition.manual_handshake || definition.script.has_http();
    CaseInstance instance;
    instance.file = &file;
    instance.definition = &definition;
    instance.id = "test/case";
    settings.subject.url = *net::parse_url(url.empty() ? server.url() : url);
    std::optional<report::CaseResult> result;
    CaseRun case_run(loop, settings, instance, [&](report::CaseResult ended) {
      result = std::move(ended);
      loop.stop();
    });
    case_run.start();
    loop.run();
    return result.value();
  }

  net::Loop loop;
  ScriptedServer server{loop};
  std::string url;
  CaseSettings settings;
  Case definition;
};

TEST_F(CaseRunTest, a_good_server_passes_with_the_closing_handshake) {
  const auto result = run("> text \"Hello\"\n< text \"Hello\"");
  EXPECT_EQ(result.grade, Grade::ok) << result.message;
  EXPECT_EQ(result.transcript.back().text, "eof");
}

TEST_F(CaseRunTest, wrong_content_fails_and_shows_both) {
  server.on_message = [](Session& session, const ws::Message& message) {
    if (message.payload[0] == 'H') message.payload[1] ^= 1;
    session.echo(message);
  };
  const auto result = run("> text \"Hello\"\n< text \"Hello\"");
  EXPECT_EQ(result.grade, Grade::fail);
  EXPECT_EQ(result.expected, "text \"Hello\"");
  EXPECT_EQ(result.received, "text \"Hdllo\"");
  EXPECT_NE(result.message.find("octet 1"), std::string::npos) << result.message;
}

TEST_F(CaseRunTest, a_silent_server_fails_by_the_deadline) {
  server.on_message = [](Session& session, const ws::Message& message) {
    if (message.payload[0] == 'w') session.echo(message);  // the proof of life
  };
  const auto result = run("> text \"Hello\"\n< text \"Hello\"");
  EXPECT_EQ(result.grade, Grade::fail);
  EXPECT_EQ(result.message, "no answer within 200 ms");
}

TEST_F(CaseRunTest, a_server_that_is_not_alive_before_the_provocation_is_an_error) {
  server.on_message = [](Session&, const ws::Message&) {};
  const auto result = run("> text rsv1 \"x\"\n< close 1002");
  EXPECT_EQ(result.grade, Grade::error);
  EXPECT_NE(result.message.find("no sign of life behind the handshake"), std::string::npos) << result.message;
}

TEST_F(CaseRunTest, a_refused_connection_is_an_error_that_says_so) {
  url = server.url();
  server.stop();
  const auto result = run("> text \"x\"");
  EXPECT_EQ(result.grade, Grade::error);
  EXPECT_TRUE(result.unreachable);
  EXPECT_NE(result.message.find("refused"), std::string::npos) << result.message;
}

TEST_F(CaseRunTest, a_server_that_never_answers_the_handshake_is_an_error) {
  server.on_request = [](Session&, const ws::HttpHead&) {};
  EXPECT_EQ(run("> text \"x\"").grade, Grade::error);
}

TEST_F(CaseRunTest, a_server_that_answers_junk_is_an_error) {
  server.on_request = [](Session& session, const ws::HttpHead&) {
    session.send("what?");
    session.drop();
  };
  const auto result = run("> text \"x\"");
  EXPECT_EQ(result.grade, Grade::error);
  EXPECT_NE(result.received.find("junk"), std::string::npos) << result.received;
}

TEST_F(CaseRunTest, a_refusal_with_a_status_is_an_error_that_names_it) {
  server.on_request = [](Session& session, const ws::HttpHead&) {
    session.send(ws::build_refusal(403, "no").print());
  };
  const auto result = run("> text \"x\"");
  EXPECT_EQ(result.grade, Grade::error);
  EXPECT_NE(result.message.find("403"), std::string::npos) << result.message;
}

TEST_F(CaseRunTest, rfc9110_s15_2_interim_responses_are_taken_whether_expected_or_not) {
  server.on_request = [](Session& session, const ws::HttpHead& request) {
    session.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
    session.accept(request);
  };
  EXPECT_EQ(run("> text \"x\"\n< text \"x\"").grade, Grade::ok);
  const std::string request =
      "> http \"GET / HTTP/1.1\\r\\nHost: x\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n"
      "Sec-WebSocket-Key: ${key}\\r\\nSec-WebSocket-Version: 13\\r\\n\\r\\n\"\n";
  EXPECT_EQ(run(request + "< http 103\n< http 101").grade, Grade::ok);
  EXPECT_EQ(run(request + "< http 103 -> fail\n| http 101").grade, Grade::fail);
  EXPECT_EQ(run(request + "< http 400").received, "http 101 \"Switching Protocols\"");
}

TEST_F(CaseRunTest, a_masked_server_frame_fails_with_its_own_section) {
  server.on_message = [](Session& session, const ws::Message& message) {
    if (message.payload[0] == 'w') return session.echo(message);
    const ws::Frame masked = ws::parse_frame("text mask=01020304 \"Hello\"", ws::Role::client).value();
    ws::ByteBuffer out;
    ws::encode(masked, out);
    session.send(ws::as_text(out));
  };
  definition.level = report::Level::may;
  const auto result = run("> text \"Hello\"\n< text \"Hello\"");
  EXPECT_EQ(result.grade, Grade::fail);
  EXPECT_EQ(result.rule_section, "RFC 6455 §5.1");
  EXPECT_EQ(result.level, report::Level::must);
  EXPECT_EQ(result.received, "text mask=01020304 \"Hello\"");
}

TEST_F(CaseRunTest, a_close_that_breaks_a_rule_is_shown) {
  server.on_message = [](Session& session, const ws::Message& message) {
    if (message.payload[0] == 'w') return session.echo(message);
    session.send(std::string_view("\x88\x05\x62\x79yes", 7));
  };
  const auto result = run("> text \"Hello\"\n< close\n< eof");
  EXPECT_EQ(result.rule_section, "RFC 6455 §7.4.2");
  EXPECT_EQ(result.received, "close 25209 \"yes\"");
}

TEST_F(CaseRunTest, drops_are_graded_as_the_case_says) {
  server.on_message = [](Session& session, const ws::Message& message) {
    if (message.payload[0] == 'w') return session.echo(message);
    session.drop();
  };
  EXPECT_EQ(run("> text \"x\"\n< close 1002\n| eof -> non-strict").grade, Grade::non_strict);
  EXPECT_EQ(run("> text \"x\"\n< close 1002").grade, Grade::fail);
}

TEST_F(CaseRunTest, silence_goes_on_and_caps_the_grade) {
  server.on_message = [](Session& session, const ws::Message& message) {
    if (message.payload[0] == 'w' || message.payload[0] == 'y') session.echo(message);
  };
  const auto result =
      run("> text \"x\"\n< close 1007\n| silence 50ms -> continue non-strict\n> text \"y\"\n< text \"y\"");
  EXPECT_EQ(result.grade, Grade::non_strict) << result.message;
}

TEST_F(CaseRunTest, silence_is_broken_by_a_message) {
  const auto result = run("> text \"x\"\n< silence 50ms");
  EXPECT_EQ(result.grade, Grade::fail);
  EXPECT_EQ(result.received, "text \"x\"");
}

TEST_F(CaseRunTest, legal_extras_do_not_fail) {
  server.on_message = [](Session& session, const ws::Message& message) {
    session.send(std::string("\x8a\x03nix\x89\x02hi", 9));
    session.echo(message);
  };
  EXPECT_EQ(run("> text \"Hello\"\n< text \"Hello\"").grade, Grade::ok);
}

TEST_F(CaseRunTest, a_ping_is_not_answered_within_a_frame_that_is_only_half_sent) {
  server.on_message = [](Session& session, const ws::Message& message) {
    session.echo(message);
    session.send(std::string("\x89\x02hi", 4));
  };
  const auto result =
      run("> text \"first\"\n"
          "> raw hex(81 86 00 00)\n"
          "< text \"first\"\n"
          "> raw hex(00 00) \"second\"\n"
          "< text \"second\"");
  EXPECT_EQ(result.grade, Grade::ok) << result.message;
  const auto& lines = result.transcript;
  const auto rest = std::find_if(lines.begin(), lines.end(),
                                 [](const auto& line) { return line.text.starts_with("raw hex(00 00 73"); });
  ASSERT_LT(rest, lines.end() - 1);
  EXPECT_TRUE((rest + 1)->text.starts_with("pong ")) << (rest + 1)->text;
}

TEST_F(CaseRunTest, a_case_that_gives_its_subject_long_gives_the_handshake_as_long) {
  server.on_request = [](Session&, const ws::HttpHead&) {};
  definition.within = std::chrono::milliseconds(400);
  const auto result = run("> text \"x\"");
  EXPECT_NE(result.message.find("no answer within 400 ms"), std::string::npos) << result.message;
}

TEST_F(CaseRunTest, a_slow_server_passes_within_its_deadline) {
  settings.within = std::chrono::seconds(3);
  std::vector<std::unique_ptr<net::Timer>> timers;
  server.on_message = [&](Session& session, const ws::Message& message) {
    timers.push_back(std::make_unique<net::Timer>(loop));
    const std::string payload(ws::as_text(message.payload));
    timers.back()->start(std::chrono::milliseconds(500), [&session, payload] {
      ws::ByteBuffer copy(payload.begin(), payload.end());
      session.echo({ws::Opcode::text, copy, false, 1});
    });
  };
  EXPECT_EQ(run("> text \"Hello\"\n< text \"Hello\"").grade, Grade::ok);
}

TEST_F(CaseRunTest, a_flood_ends_the_case_and_not_the_run) {
  server.on_message = [](Session& session, const ws::Message& message) {
    if (message.payload[0] == 'w') return session.echo(message);
    for (int i = 0; i < 20'000; ++i) session.send(std::string("\x81\x01!", 3));
  };
  const auto result = run("> text \"x\"\n< text \"x\"");
  EXPECT_EQ(result.grade, Grade::fail);
  EXPECT_LE(result.transcript.size(), Transcript::max_lines + 1);
}

TEST_F(CaseRunTest, a_long_line_is_shortened_in_the_transcript) {
  const auto result = run("> http \"GET / HTTP/1.1\\r\\nX: " + std::string(9000, 'x') + "\\r\\n\\r\\n\"");
  const auto sent = std::ranges::find(result.transcript, '>', &report::TranscriptLine::direction);
  ASSERT_NE(sent, result.transcript.end());
  EXPECT_EQ(sent->text.size(), Transcript::max_text + std::string_view("… (9037 octets)").size());
}

TEST_F(CaseRunTest, no_close_reply_fails_the_closing_handshake) {
  server.config.answer_close = false;
  const auto result = run("> text \"x\"\n< text \"x\"");
  EXPECT_EQ(result.grade, Grade::fail);
  EXPECT_EQ(result.rule_section, "RFC 6455 §5.5.1");
}

TEST_F(CaseRunTest, named_connections_capture_and_reconnect) {
  const auto result =
      run("alice > text \"id 17\"\n"
          "alice < text /id (?<id>\\d+)/\n"
          "bob > text \"ack ${id}\"\n"
          "bob < text \"ack 17\"\n"
          "alice reconnect\n"
          "alice > ping \"again\"\n"
          "alice < pong \"again\"");
  EXPECT_EQ(result.grade, Grade::ok) << result.message;
}

TEST_F(CaseRunTest, sent_is_what_was_sent_also_in_fragments) {
  EXPECT_EQ(run("> binary fin=0 random(10B)\n> cont random(70000B)\n< binary ${sent}").grade, Grade::ok);
}

TEST_F(CaseRunTest, a_failed_send_does_not_end_the_case) {
  server.on_message = [](Session& session, const ws::Message& message) {
    if (message.payload[0] == 'w') return session.echo(message);
    session.send(std::string("\x88\x02\x03\xea", 4));
    session.drop(false);
  };
  const auto result =
      run("> text \"x\"\npause 50ms\n> text repeat(\"y\", 100000)\n> text \"z\"\n< close 1002 -> ok");
  EXPECT_EQ(result.grade, Grade::ok) << result.message;
}

TEST_F(CaseRunTest, a_bad_accept_fails_every_case_and_cites_its_section) {
  server.on_request = [](Session& session, const ws::HttpHead&) {
    session.send(
        "HTTP/1.1 101 OK\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n");
  };
  const auto result =
      run("> http \"GET / HTTP/1.1\\r\\nHost: x\\r\\nSec-WebSocket-Key: ${key}\\r\\n\\r\\n\"\n< http 101");
  EXPECT_EQ(result.grade, Grade::fail);
  EXPECT_NE(result.message.find("Sec-WebSocket-Accept"), std::string::npos) << result.message;
  EXPECT_EQ(result.rule_section, "RFC 6455 §4.2.2");
  definition.manual_handshake = false;
  const auto elsewhere = run("> text \"x\"");
  EXPECT_EQ(elsewhere.grade, Grade::fail);
  EXPECT_EQ(elsewhere.rule_section, "RFC 6455 §4.2.2");
}

TEST_F(CaseRunTest, steps_run_so_many_times_with_other_octets_each) {
  std::set<std::string> seen;
  server.on_message = [&](Session& session, const ws::Message& message) {
    seen.insert(std::string(ws::as_text(message.payload)));
    session.echo(message);
  };
  const auto result =
      run("times 3\ntimes 2\n> binary random(16B)\n< binary ${sent}\nend\n"
          "> text words(40B)\n< text ${sent}\nend");
  EXPECT_EQ(result.grade, Grade::ok) << result.message;
  EXPECT_EQ(seen.size(), 6u + 3u + 1u) << "and the proof of life";
}

TEST_F(CaseRunTest, a_connection_can_be_made_anew_each_time) {
  const auto result = run("times 3\nreconnect\n> text \"x\"\n< text \"x\"\nend");
  EXPECT_EQ(result.grade, Grade::ok) << result.message;
}

TEST_F(CaseRunTest, a_count_that_is_none_is_a_mistake) {
  definition.combinations = {{}};
  EXPECT_EQ(run("times 0\n> text \"x\"\nend").grade, Grade::error);
}

TEST_F(CaseRunTest, a_connection_may_be_failed_in_worse_ways_than_the_right_one) {
  for (const auto& [answer, grade] : {std::pair{std::string("\x88\x02\x03\xea", 4), Grade::ok},
                                      std::pair{std::string("\x88\x02\x03\xe8", 4), Grade::non_strict},
                                      std::pair{std::string(), Grade::non_strict}}) {
    server.on_message = [answer = answer](Session& session, const ws::Message& message) {
      if (message.payload[0] != 'x') return session.echo(message);
      session.send(answer);
      session.drop(false);
    };
    EXPECT_EQ(run("> text \"x\"\n< failed 1002").grade, grade);
  }
}

TEST_F(CaseRunTest, a_declared_limit_makes_1009_as_good_as_an_answer) {
  settings.subject.max_message = 1000;
  server.config.limits.message = 1000;
  EXPECT_EQ(run("> text repeat(\"x\", 1001)\n< text repeat(\"x\", 1001)").grade, Grade::ok);
  settings.subject.max_message.reset();
  EXPECT_EQ(run("> text repeat(\"x\", 1001)\n< text repeat(\"x\", 1001)").grade, Grade::fail);
}

TEST_F(CaseRunTest, the_same_seed_sends_the_same_octets) {
  const auto first = run("> binary random(16B)\n< binary ${sent}");
  const auto second = run("> binary random(16B)\n< binary ${sent}");
  ASSERT_EQ(first.transcript.size(), second.transcript.size());
  for (std::size_t i = 0; i < first.transcript.size(); ++i)
    EXPECT_EQ(first.transcript[i].text, second.transcript[i].text);
}

TEST_F(CaseRunTest, ping_oracle_judges_a_server_that_talks_of_other_things) {
  settings.subject.oracle.kind = Oracle::Kind::ping;
  server.on_message = [](Session& session, const ws::Message&) {
    session.send(std::string("\x81\x02hi", 4));
  };
  EXPECT_EQ(run("> text \"Hello\"\n< text \"Hello\"\n> ping \"x\"\n< pong \"x\"").grade, Grade::ok);
  EXPECT_EQ(run("> text rsv1 \"Hello\"\n< close 1002").grade, Grade::ok);
}

/// Cases with steps about a service, which is a shell.
class ServiceStepsTest : public CaseRunTest {
 protected:
  report::CaseResult run_beside(const std::string& script, const std::string& steps) {
    Service shell;
    shell.name = "shell";
    shell.exec = {"sh", "-c", script + "; echo ready; while :; do sleep 0.05; done"};
    shell.ready = {.kind = Ready::Kind::log, .value = "ready", .timeout = std::chrono::seconds(20)};
    ServiceSet services(loop, {shell});
    services.start([&](const std::string& error) {
      EXPECT_EQ(error, "");
      loop.stop();
    });
    loop.run();
    settings.processes = &services;
    return run(steps);
  }
};

TEST_F(ServiceStepsTest, a_signal_ends_a_service_with_its_status) {
  settings.within = std::chrono::seconds(20);
  const auto result = run_beside("trap 'exit 3' TERM", "shell signal TERM\nshell exit 3\n> ping");
  EXPECT_EQ(result.grade, Grade::ok) << result.message << result.received;
}

TEST_F(ServiceStepsTest, another_status_and_no_end_at_all_are_told) {
  settings.within = std::chrono::seconds(20);
  const auto other = run_beside("trap 'exit 3' TERM", "shell signal TERM\nshell exit 0\n> ping");
  EXPECT_EQ(other.grade, Grade::fail);
  EXPECT_EQ(other.received, "exit status 3");
  const auto none = run_beside("true", "shell exit 0 within 10ms\n> ping");
  EXPECT_EQ(none.grade, Grade::fail);
  EXPECT_EQ(none.received, "still running");
}

TEST_F(ServiceStepsTest, growth_is_counted_from_the_beginning) {
  const auto result = run_beside("true", "shell memory at most 1MiB\nshell connections at most 0\n> ping");
  EXPECT_EQ(result.grade, Grade::ok) << result.message << result.received;
}

TEST_F(ServiceStepsTest, without_a_process_the_case_is_skipped) {
  const auto result = run("shell connections at most 0\n> ping");
  EXPECT_EQ(result.grade, Grade::skip);
  EXPECT_EQ(result.message, "needs the process of the service 'shell'");
}

}  // namespace
}  // namespace wsrig::engine
