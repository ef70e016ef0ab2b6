#include "scenarios/engine/steps/matcher.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <utility>

#include "scenarios/engine/steps/json_pattern.hpp"
#include "scenarios/engine/steps/overload.hpp"
#include "ws/close_code.hpp"
#include "ws/number.hpp"

namespace wsrig::engine {

namespace {

using diag::Result;

Match yes(Variables captures = {}) { return {.matched = true, .captures = std::move(captures)}; }
Match no(std::string why = {}) { return {.matched = false, .why_not = std::move(why)}; }

/// Where two payloads part, with what stands there.
std::string difference(std::string_view expected, std::string_view received) {
  const auto [in_expected, in_received] =
      std::mismatch(expected.begin(), expected.end(), received.begin(), received.end());
  const auto offset = static_cast<std::size_t>(in_expected - expected.begin());
  constexpr std::size_t shown = 8;
  const auto sized = [&](std::string_view text) {
    const std::string_view rest = text.substr(std::min(offset, text.size()));
    std::string described = fmt::format("{} {}", text.size(), text.size() == 1 ? "octet" : "octets");
    if (rest.empty()) return described;
    return described + fmt::format(" ({}{})", ws::hex(ws::as_bytes(rest.substr(0, shown))),
                                   rest.size() > shown ? " …" : "");
  };
  return fmt::format("payloads differ from octet {}: expected {}, received {}", offset, sized(expected),
                     sized(received));
}

Result<Match> match_regex(const RegexPayload& pattern, std::string_view payload) {
  auto captures = pattern.regex.search(payload);
  return captures ? yes(std::move(*captures)) : no(fmt::format("/{}/ does not match", pattern.regex.text()));
}

Result<Match> match_payload(const PayloadPattern& pattern, std::string_view payload,
                            const MatchScope& scope) {
  return std::visit(Overload{
                        [](const AnyPayload&) -> Result<Match> { return yes(); },
                        [&](const ws::Expression& expression) -> Result<Match> {
                          auto expected = ws::evaluate(expression, *scope.scope);
                          if (!expected) return expected.error();
                          return *expected == payload ? yes() : no(difference(*expected, payload));
                        },
                        [&](const RegexPayload& wanted) { return match_regex(wanted, payload); },
                        [&](const JsonPayload& wanted) -> Result<Match> {
                          auto captures = wanted.pattern.match(payload, scope.scope->lookup);
                          return captures ? yes(std::move(*captures))
                                          : no("the JSON does not contain what is expected");
                        },
                    },
                    pattern);
}

Result<Match> match_message(const ExpectMessage& pattern, const SawMessage& seen, const MatchScope& scope) {
  if (pattern.opcode && *pattern.opcode != seen.opcode)
    return no(fmt::format("the message is {}, not {}", ws::name(seen.opcode), ws::name(*pattern.opcode)));
  std::string_view payload = seen.payload;
  if (!payload.starts_with(scope.oracle->prefix))
    return no("the reply does not begin with the declared prefix");
  payload.remove_prefix(scope.oracle->prefix.size());
  return match_payload(pattern.payload, payload, scope);
}

Result<Match> match_frame(const ExpectFrame& pattern, const SawFrame& seen, const MatchScope& scope) {
  ws::FrameText text = pattern.frame;
  text.payload.reset();
  auto wanted = ws::resolve(text, *scope.scope);
  if (!wanted) return wanted.error();
  const auto& header = seen.frame.header;
  if (wanted->opcode != header.opcode || wanted->fin != header.fin || wanted->rsv != header.rsv) return no();
  return match_payload(pattern.payload, ws::as_text(seen.frame.payload), scope);
}

Result<Match> match_control(ws::Opcode opcode, const PayloadPattern& payload, const SawFrame& seen,
                            const MatchScope& scope) {
  if (seen.frame.header.opcode != opcode) return no();
  return match_payload(payload, ws::as_text(seen.frame.payload), scope);
}

Result<std::optional<unsigned>> evaluate_code(const ws::Expression& expression, const MatchScope& scope) {
  const auto text = ws::evaluate(expression, *scope.scope);
  if (!text) return text.error();
  return ws::to_integer<unsigned>(*text);
}

Result<bool> code_in_ranges(const ExpectClose& pattern, unsigned code, const MatchScope& scope) {
  for (const auto& [first, last] : pattern.codes) {
    const auto low = evaluate_code(first, scope);
    if (!low) return low.error();
    const auto high = evaluate_code(last, scope);
    if (!high) return high.error();
    if (*low && *high && **low <= code && code <= **high) return true;
  }
  return false;
}

Result<Match> match_close(const ExpectClose& pattern, const SawFrame& seen, const MatchScope& scope) {
  if (seen.frame.header.opcode != ws::Opcode::close) return no();
  const auto close = ws::parse_close(seen.frame.payload);
  if (pattern.any) return yes();
  if (pattern.empty) return seen.frame.payload.empty() ? yes() : no("the Close has a payload");
  if (!close.code) return no("the Close has no code");
  const auto fits = code_in_ranges(pattern, *close.code, scope);
  if (!fits) return fits.error();
  if (!*fits) {
    return no(fmt::format("the close code is {}", *close.code));
  }
  return match_payload(pattern.reason, close.reason, scope);
}

/// Does `text` hold what is looked for? Then its named groups are captured.
bool search(const TextRegex& regex, std::string_view text, Variables& captures) {
  auto found = regex.search(text);
  if (found) std::ranges::move(*found, std::back_inserter(captures));
  return found.has_value();
}

Result<bool> match_header(const HeaderPattern& pattern, const SawHead& seen, const MatchScope& scope,
                          Variables& captures) {
  const auto values = seen.head->all(pattern.name);
  using Kind = HeaderPattern::Kind;
  if (pattern.kind == Kind::absent) return values.empty();
  if (pattern.kind == Kind::present) return !values.empty();
  if (pattern.kind == Kind::valid) return values.size() == 1 && values[0] == ws::accept_for(scope.key);
  if (pattern.kind == Kind::regex)
    return !values.empty() && search(*pattern.regex, seen.head->joined(pattern.name), captures);
  const auto wanted = ws::evaluate(pattern.value, *scope.scope);
  if (!wanted) return wanted.error();
  if (pattern.kind == Kind::has_token) return ws::list_has_token(seen.head->joined(pattern.name), *wanted);
  return values.size() == 1 && values[0] == *wanted;
}

bool status_fits(const ExpectHttp& pattern, int status) {
  return std::ranges::any_of(
      pattern.statuses, [&](const auto& range) { return range.first <= status && status <= range.second; });
}

Result<Match> match_http(const ExpectHttp& pattern, const SawHead& seen, const MatchScope& scope) {
  const bool is_request = !pattern.method.empty();
  if (is_request && seen.head->method() != pattern.method) return no();
  if (!is_request && !status_fits(pattern, seen.head->status()))
    return no(fmt::format("the status is {}", seen.head->status()));
  Variables captures;
  if (pattern.head && !search(*pattern.head, seen.head->bytes(), captures))
    return no(fmt::format("/{}/ is not in {}", pattern.head->text(), ws::quote(seen.head->bytes())));
  for (const auto& header : pattern.headers) {
    const auto fits = match_header(header, seen, scope, captures);
    if (!fits) return fits.error();
    if (!*fits) {
      return no(fmt::format(
          "header {}: {}", header.name,
          seen.head->count(header.name) == 0 ? "absent" : ws::quote(seen.head->joined(header.name))));
    }
  }
  return yes(std::move(captures));
}

Match match_end(bool wants_reset, const SawEnd& seen) {
  const bool is_fin = seen.how == SawEnd::How::fin || seen.how == SawEnd::How::tls_truncated;
  return (wants_reset ? seen.how == SawEnd::How::reset : is_fin) ? yes() : no();
}

template <class Wanted, class Function>
Result<Match> when(const Observation& observation, Function function) {
  const auto* seen = std::get_if<Wanted>(&observation.what);
  return seen == nullptr ? Result<Match>(no()) : Result<Match>(function(*seen));
}

std::string join_alternatives(const std::vector<Alternative>& alternatives) {
  std::string text;
  std::size_t last_place = SIZE_MAX;
  for (const auto& alternative : alternatives) {
    // `failed` stands for several.
    if (std::exchange(last_place, alternative.place.offset) == alternative.place.offset) continue;
    if (alternative.grade == report::Grade::fail) continue;
    std::string_view line = alternative.place.text;
    line.remove_prefix(std::min(line.find_first_not_of("<| \t"), line.size()));
    line = line.substr(0, line.rfind(" ->"));
    text += (text.empty() ? "" : " or ") + std::string(line);
  }
  return text;
}

}  // namespace

diag::Result<Oracle> parse_oracle(std::string_view text) {
  if (text == "echo") {
    return Oracle{Oracle::Kind::echo};
  }
  if (text == "ping") {
    return Oracle{Oracle::Kind::ping};
  }
  if (text == "passive") {
    return Oracle{Oracle::Kind::passive};
  }
  constexpr std::string_view prefix = "prefix:";
  if (text.starts_with(prefix)) {
    return Oracle{Oracle::Kind::prefix, std::string(text.substr(prefix.size()))};
  }
  constexpr std::string_view known[] = {"echo", "ping", "passive", "prefix:TEXT"};
  diag::Diagnostic mistake;
  mistake.message = fmt::format("unknown oracle '{}'; one of echo, prefix:TEXT, ping, passive", text);
  mistake.hint = diag::did_you_mean(text, known);
  return mistake;
}

diag::Result<Match> match(const Pattern& pattern, const Observation& observation, const MatchScope& scope) {
  return std::visit(
      Overload{
          [&](const ExpectMessage& wanted) {
            return when<SawMessage>(observation,
                                    [&](const auto& seen) { return match_message(wanted, seen, scope); });
          },
          [&](const ExpectFrame& wanted) {
            return when<SawFrame>(observation,
                                  [&](const auto& seen) { return match_frame(wanted, seen, scope); });
          },
          [&](const ExpectPing& wanted) {
            return when<SawFrame>(observation, [&](const auto& seen) {
              return match_control(ws::Opcode::ping, wanted.payload, seen, scope);
            });
          },
          [&](const ExpectPong& wanted) {
            return when<SawFrame>(observation, [&](const auto& seen) {
              return match_control(ws::Opcode::pong, wanted.payload, seen, scope);
            });
          },
          [&](const ExpectClose& wanted) {
            return when<SawFrame>(observation,
                                  [&](const auto& seen) { return match_close(wanted, seen, scope); });
          },
          [&](const ExpectEof&) {
            return when<SawEnd>(observation, [](const auto& seen) { return match_end(false, seen); });
          },
          [&](const ExpectReset&) {
            return when<SawEnd>(observation, [](const auto& seen) { return match_end(true, seen); });
          },
          // A stream is matched by who holds its pieces.
          [&](const ExpectRaw&) -> Result<Match> { return no(); },
          [&](const ExpectSilence&) -> Result<Match> { return no(); },
          [&](const ExpectHttp& wanted) {
            return when<SawHead>(observation,
                                 [&](const auto& seen) { return match_http(wanted, seen, scope); });
          },
      },
      pattern);
}

diag::Result<StreamMatch> match_stream(const ExpectRaw& pattern, std::string_view octets,
                                       const ws::Scope& scope) {
  using Verdict = StreamMatch::Verdict;
  if (const auto* wanted = std::get_if<RegexPayload>(&pattern.bytes)) {
    std::size_t end = 0;
    auto captures = wanted->regex.search(octets, &end);
    return captures ? StreamMatch{Verdict::matched, end, std::move(*captures)} : StreamMatch{};
  }
  const auto wanted = ws::evaluate(std::get<ws::Expression>(pattern.bytes), scope);
  if (!wanted) return wanted.error();
  if (octets.starts_with(*wanted)) {
    return StreamMatch{Verdict::matched, wanted->size()};
  }
  return StreamMatch{wanted->starts_with(octets) ? Verdict::undecided : Verdict::other};
}

std::string describe(const Expect& expect) { return join_alternatives(expect.alternatives); }

bool awaits_data_frame(const Expect& expect) {
  return std::any_of(expect.alternatives.begin(), expect.alternatives.end(),
                     [](const Alternative& alternative) {
                       const auto* frame = std::get_if<ExpectFrame>(&alternative.pattern);
                       return frame != nullptr && frame->frame.kind != "ping" &&
                              frame->frame.kind != "pong" && frame->frame.kind != "close";
                     });
}

bool is_legal_extra(const Observation& observation, const Expect& expect) {
  // RFC 9110 §15.2: a client takes any number of interim responses, expected or not.
  if (const auto* head = std::get_if<SawHead>(&observation.what)) return head->head->is_interim();
  const auto* seen = std::get_if<SawFrame>(&observation.what);
  if (seen == nullptr) return false;
  const auto opcode = seen->frame.header.opcode;
  if (opcode == ws::Opcode::ping || opcode == ws::Opcode::pong) return true;
  return is_data(*seen) && !awaits_data_frame(expect);
}

}  // namespace wsrig::engine
