// What a step awaits, and what is made of what came instead.
#include <algorithm>
#include <fmt/format.h>

#include "scenarios/engine/run/case_run.hpp"

namespace wsrig::engine {

using report::Grade;
using std::chrono::microseconds;

namespace {

constexpr std::size_t max_early_pongs = 1000;

}  // namespace

CaseRun::Progress CaseRun::run(const Task& task, const Expect& expect) {
  if (!wait_began_) {
    near_miss_.clear();
    begin_wait(longest_wait(expect, task.stage));
    if (judge_early_pongs(task, expect) || judge_raw(task, expect)) {
      end_wait();
      return Progress::done;
    }
  }
  while (auto seen = peer_of(task).connection->take()) {
    if (judge(task, expect, *seen)) {
      end_wait();
      return Progress::done;
    }
  }
  return check_time(task, expect);
}

microseconds CaseRun::deadline_of(const Alternative& alternative, Stage stage) const {
  if (const auto* silence = std::get_if<ExpectSilence>(&alternative.pattern)) return silence->duration;
  if (alternative.within) return *alternative.within;
  const auto& own = instance_.definition->within;
  if (stage != Stage::handshake) return own.value_or(settings_.within);
  // Where a case gives its subject long, other cases of its kind may keep that busy, too.
  return settings_.is_silent
             ? settings_.handshake_timeout
             : std::max(settings_.handshake_timeout, own.value_or(settings_.handshake_timeout));
}

/// Silence decides when its time is over; without it the longest deadline does.
microseconds CaseRun::longest_wait(const Expect& expect, Stage stage) const {
  if (const auto* silence = expect.find<ExpectSilence>()) return deadline_of(*silence, stage);
  microseconds longest{0};
  for (const auto& alternative : expect.alternatives)
    longest = std::max(longest, deadline_of(alternative, stage));
  return longest;
}

/// A timer that rings late tells that this machine had no time for us, and perhaps none for the subject: it
/// gets its time again. So a verdict does not depend on what else is running.
bool CaseRun::was_held_up(microseconds longest) {
  constexpr microseconds late{100'000};
  constexpr unsigned most = 20;
  if (waited() - longest < late || times_held_up_ == most) return false;
  ++times_held_up_;
  begin_wait(longest);
  return true;
}

CaseRun::Progress CaseRun::check_time(const Task& task, const Expect& expect) {
  const auto longest = longest_wait(expect, task.stage);
  if (waited() < longest) {
    timer_.start(longest - waited(), [this] { pump(); });
    return Progress::waiting;
  }
  if (was_held_up(longest)) return Progress::waiting;
  const Alternative* silence = expect.find<ExpectSilence>();
  end_wait();
  if (silence != nullptr) {
    settle(task, *silence, nullptr);
  } else {
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(longest).count();
    fail_expectation(task, expect, near_miss_.empty() ? fmt::format("nothing within {} ms", ms) : near_miss_,
                     near_miss_.empty() ? fmt::format("no answer within {} ms", ms)
                                        : fmt::format("nothing that fits within {} ms", ms));
  }
  return Progress::done;
}

bool CaseRun::judge(const Task& task, const Expect& expect, const Observation& seen) {
  if (const auto* violation = std::get_if<SawViolation>(&seen.what)) {
    if (is_echo_of_1010(task, violation->violation)) return false;
    result_.received = peer_of(task).connection->culprit(violation->violation.rule);
    fail_rule(task, violation->violation->section, std::string(violation->violation->text));
    return true;
  }
  if (const auto* piece = std::get_if<SawBytes>(&seen.what)) {
    peer_of(task).raw += piece->bytes;
    return judge_raw(task, expect);
  }
  if (judge_alternatives(task, expect, seen)) return true;
  return judge_unmatched(task, expect, seen);
}

/// A server does not use 1010 (RFC 6455 §7.4.1), and it gives back the code that it was sent (§5.5.1): where
/// the tester sent that one, readings differ.
bool CaseRun::is_echo_of_1010(const Task& task, const ws::Violation& violation) {
  return violation.rule == ws::Rule::close_code_reserved &&
         peer_of(task).connection->sent_close_code() == ws::close_code::mandatory_extension;
}

bool CaseRun::judge_alternatives(const Task& task, const Expect& expect, const Observation& seen) {
  Peer& peer = peer_of(task);
  const auto scope = scope_for(peer);
  for (const auto& alternative : expect.alternatives) {
    if (alternative.within && waited() > *alternative.within) continue;
    auto found =
        match(alternative.pattern, seen,
              {.scope = &scope, .oracle = &settings_.subject.oracle, .key = peer.connection->request().key});
    if (!found) {
      mistake(task, found.error());
      return true;
    }
    if (!found->matched) {
      if (!found->why_not.empty()) near_miss_ = describe(seen) + " (" + found->why_not + ")";
      continue;
    }
    for (auto& capture : found->captures) captures_.push_back(std::move(capture));
    settle(task, alternative, &seen);
    return true;
  }
  return false;
}

/// A Pong may overtake messages that were asked for before it: one that came early counts when it is awaited.
bool CaseRun::judge_early_pongs(const Task& task, const Expect& expect) {
  auto& early = peer_of(task).early_pongs;
  if (expect.find<ExpectPong>() == nullptr) return false;
  for (auto pong = early.begin(); pong != early.end(); ++pong) {
    if (!judge_alternatives(task, expect, *pong)) continue;
    early.erase(pong);
    return true;
  }
  return false;
}

/// Octets of a stream count however they were cut: what was awaited is taken off, what is more is kept.
bool CaseRun::judge_raw(const Task& task, const Expect& expect) {
  std::string& raw = peer_of(task).raw;
  for (const auto& alternative : expect.alternatives) {
    const auto* wanted = std::get_if<ExpectRaw>(&alternative.pattern);
    if (wanted == nullptr || raw.empty()) continue;
    auto found = match_stream(*wanted, raw, scope_for(peer_of(task)));
    if (!found) {
      mistake(task, found.error());
      return true;
    }
    if (found->verdict == StreamMatch::Verdict::undecided) continue;
    if (found->verdict == StreamMatch::Verdict::other) {
      fail_expectation(task, expect, "raw " + ws::print_payload(ws::as_bytes(raw), 120),
                       "the octets are others");
      return true;
    }
    raw.erase(0, found->size);
    for (auto& capture : found->captures) captures_.push_back(std::move(capture));
    settle(task, alternative, nullptr);
    return true;
  }
  return false;
}

/// What fits no alternative: something the subject may always do, something the oracle says nothing about, or
/// the failure of the case.
bool CaseRun::judge_unmatched(const Task& task, const Expect& expect, const Observation& seen) {
  const auto* frame = std::get_if<SawFrame>(&seen.what);
  auto& early = peer_of(task).early_pongs;
  if (frame != nullptr && frame->frame.header.opcode == ws::Opcode::pong) {
    // Of a flood the latest count: an older Ping need not have been answered (RFC 6455 §5.5.3).
    if (early.size() == max_early_pongs) early.erase(early.begin());
    early.push_back(seen);
  }
  if (is_legal_extra(seen, expect) || is_expected_rest(task, expect, seen)) return false;
  if (const auto* end = std::get_if<SawEnd>(&seen.what)) return judge_unmatched_end(task, expect, seen, *end);
  const bool is_close = frame != nullptr && frame->frame.header.opcode == ws::Opcode::close;
  if (is_close && ws::parse_close(frame->frame.payload).code == ws::close_code::message_too_big &&
      judge_too_big(task))
    return true;
  fail_expectation(task, expect, describe(seen), near_miss_);
  return true;
}

/// 1009 is the right answer of who has a limit (RFC 6455 §10.4, §7.4.1). Nobody has a reason to refuse what
/// is small.
bool CaseRun::judge_too_big(const Task& task) {
  constexpr std::uint64_t always_taken = 4096;
  const Peer& peer = peer_of(task);
  if (peer.over_limit) {
    decide(Grade::ok, "refused by the declared limit", &task);
  } else if (peer.largest_sent > always_taken) {
    decide(Grade::informational,
           fmt::format("refused {} octets by a limit: --limit message=SIZE declares it", peer.largest_sent),
           &task);
  }
  return decided_;
}

/// A message whose frames were judged one by one, one that `eventually` skips, one that the case did not wait
/// for, or one of a subject that does not echo: what it says means nothing here.
bool CaseRun::is_expected_rest(const Task& task, const Expect& expect, const Observation& seen) {
  if (!std::holds_alternative<SawMessage>(seen.what)) return false;
  if (std::exchange(peer_of(task).frames_judged, false)) return true;
  return task.stage == Stage::closing || !settings_.subject.oracle.echoes() ||
         std::ranges::any_of(expect.alternatives, &Alternative::eventually);
}

/// RST instead of FIN is the kernel's doing where the subject closed with our bytes unread: harmless once its
/// Close has come, else worth a lower grade.
bool CaseRun::judge_unmatched_end(const Task& task, const Expect& expect, const Observation& seen,
                                  const SawEnd& end) {
  const Alternative* eof = expect.find<ExpectEof>();
  if (end.how != SawEnd::How::reset || eof == nullptr) {
    fail_expectation(task, expect, describe(seen), near_miss_);
    return true;
  }
  if (!peer_of(task).connection->close_received())
    lower_to(Grade::non_strict, "TCP was reset without a Close");
  settle(task, *eof, &seen);
  return true;
}

void CaseRun::settle(const Task& task, const Alternative& alternative, const Observation* seen) {
  if (seen != nullptr) {
    const auto* response = std::get_if<SawHead>(&seen->what);
    // An answer that must not be is the case's own finding, whatever else is wrong with it.
    if (response != nullptr && alternative.grade != Grade::fail) check_response(task, *response);
    const auto* frame = std::get_if<SawFrame>(&seen->what);
    if (frame != nullptr && is_data(*frame)) peer_of(task).frames_judged = true;
    if (frame != nullptr && frame->frame.header.opcode == ws::Opcode::close)
      peer_of(task).close_judged = true;
  }
  if (decided_) return;
  if (alternative.grade == Grade::fail) {
    fail_expectation(task, std::get<Expect>(task.step.action), seen == nullptr ? "silence" : describe(*seen),
                     "this must not be the answer");
    return;
  }
  if (alternative.grade != Grade::ok) {
    const std::string_view allowed = alternative.grade == Grade::non_strict ? "not strict: " : "noted: ";
    lower_to(alternative.grade, std::string(allowed) + (seen == nullptr ? "silence" : describe(*seen)));
  }
  if (!alternative.goes_on) skip_body();
}

/// A 101 must be right in all that a client checks (RFC 6455 §4.1), whatever the case looks at. What the
/// client checks there, the server is told in §4.2.2.
void CaseRun::check_response(const Task& task, const SawHead& seen) {
  if (seen.head->status() != 101) return;
  for (const auto& finding : seen.findings) {
    // §11.3.2 forbids what §4.2.2 (step 5, item 6) allows: readings differ.
    if (finding.id == "extensions-repeated") continue;
    const bool is_from_client_list = finding.section == "RFC 6455 §4.1";
    return fail_rule(task, is_from_client_list ? "RFC 6455 §4.2.2" : finding.section,
                     "the handshake is not valid: " + finding.message);
  }
  const auto& needs = instance_.definition->needs;
  const bool needs_deflate = std::find(needs.begin(), needs.end(), "deflate") != needs.end();
  if (needs_deflate && task.stage == Stage::handshake && !peer_of(task).connection->agreement().deflate) {
    decide(Grade::skip, "the subject did not agree on permessage-deflate", &task);
  }
}

}  // namespace wsrig::engine
