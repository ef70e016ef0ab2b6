#pragma once

#include "report/result.hpp"

/// A fixed run whose texts try to break every format: control characters, `]]>`, `<script>`, octets that are
/// not UTF-8, emoji, directives of TAP and GitHub, Markdown, and a very long payload.
namespace wsrig::report::test {

using std::chrono::microseconds;

inline CaseResult passed() {
  return {.id = "rfc6455/5.6-data/text[cut=1B]",
          .suite = "rfc6455/5.6-data",
          .aliases = {"autobahn-1.1.2"},
          .tags = {"data"},
          .level = Level::must,
          .section = "RFC 6455 §5.6",
          .about = "A text message is echoed.",
          .grade = Grade::ok,
          .file = "built-in:5.6-data.yaml",
          .line = 12,
          .duration = microseconds{1234},
          .transcript = {{microseconds{0}, "", '>', "text \"not shown in JSON\""}}};
}

inline CaseResult failed() {
  return {.id = "rfc6455/5.5-control/ping-too-long",
          .suite = "rfc6455/5.5-control",
          .aliases = {"autobahn-2.5"},
          .tags = {"control", "ping"},
          .level = Level::must,
          .section = "RFC 6455 §5.5",
          .about = "A control frame has at most 125 octets.",
          .grade = Grade::fail,
          .fails_run = true,
          .message = "the ping of 126 octets was answered instead of failing the connection",
          .expected = "close 1002",
          .received = "pong \"bbbbbbbb…\" (126 bytes)",
          .file = "built-in:5.5-control.yaml",
          .line = 31,
          .step = "> ping repeat(\"b\", 126)",
          .reproduce = "wsrig test ws://127.0.0.1:9001/ --only 'rfc6455/5.5-control/ping-too-long' --seed 42",
          .duration = microseconds{2'000'123},
          .transcript = {{microseconds{0}, "", '-', "connected"},
                         {microseconds{1500}, "", '>', "ping \"bbbbbbbb\" mask=37fa213d"},
                         {microseconds{2100}, "", '<', "pong \"bbbbbbbb\""}}};
}

inline CaseResult hostile() {
  return {
      .id = "own/a,b:c#d%|[x=<script>alert(1)</script>]",
      .suite = "own/<suite>&\"'",
      .level = Level::should,
      .section = "RFC 6455 §5.5",
      .about = "]]> & <img src=x onerror=alert(1)>",
      .grade = Grade::error,
      .fails_run = true,
      .message = "100% **bold** `code` ``` | cell\r\n::error::x # SKIP \x1b[31mred\x07 \xff\xfe ]]>",
      .rule_section = "RFC 6455 §8.1",
      .expected = "text \"😀 \xe2\x80\xae reversed\"\neof",
      .received = std::string("binary hex(00)\0\x1f\x7f ", 18) + "\xed\xa0\x80 \xc2\x85 " +
                  std::string(3000, 'x') + "é",
      .file = "scenarios/own, and: 100%.yaml",
      .line = 7,
      .step = "< text \"</pre><script>\"",
      .reproduce = "wsrig run 'it'\\''s here.yaml'",
      .duration = microseconds{61'000'000},
      .transcript = {{microseconds{12}, "alice", '<', "text \"</td><script>alert(1)</script>\"\nnext \xc3"}}};
}

/// How each of the other grades looks, and what a baseline makes of a failure and of an unexpected pass.
inline std::vector<CaseResult> others() {
  CaseResult non_strict = passed();
  non_strict.id = "rfc6455/5.6-data/late";
  non_strict.grade = Grade::non_strict;
  non_strict.message = "the connection failed late";
  CaseResult informational = passed();
  informational.id = "rfc6455/5.6-data/informational";
  informational.grade = Grade::informational;
  informational.level = Level::contested;
  informational.message = "answered with close 1007";
  CaseResult skipped = passed();
  skipped.id = "rfc6455/5.6-data/deflate";
  skipped.grade = Grade::skip;
  skipped.message = "needs deflate";
  CaseResult tolerated = failed();
  tolerated.id = "rfc6455/5.5-control/known";
  tolerated.fails_run = false;
  tolerated.baseline = "issue 17: fixed in the next release";
  CaseResult unexpected = passed();
  unexpected.id = "rfc6455/5.6-data/fixed";
  unexpected.fails_run = true;
  unexpected.baseline = "was broken";
  return {non_strict, informational, skipped, tolerated, unexpected};
}

inline RunResult sample_run() {
  RunResult run{.version = "1.2.3",
                .argv = {"wsrig", "test", "ws://127.0.0.1:9001/", "--only", "it's <all>"},
                .subject = "ws://127.0.0.1:9001/",
                .seed = 42,
                .started = "2026-01-02T03:04:05Z",
                .duration = microseconds{63'001'357},
                .first_unreachable = "own/a,b:c#d%|[x=<script>alert(1)</script>]",
                .cases = {passed(), failed(), hostile()}};
  for (const CaseResult& result : others()) run.cases.push_back(result);
  return run;
}

/// Nothing could be judged.
inline RunResult unreachable_run() {
  RunResult run = sample_run();
  run.cases.clear();
  run.first_unreachable.clear();
  run.environment_error = "ws://127.0.0.1:9001/: connection refused <&]]>";
  return run;
}

}  // namespace wsrig::report::test
