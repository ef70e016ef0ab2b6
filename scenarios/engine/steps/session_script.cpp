#include "scenarios/engine/steps/session_script.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace wsrig::engine {
namespace {

template <class... Patterns>
bool awaits_only(const Action& action) {
  const auto* const expect = std::get_if<Expect>(&action);
  return expect != nullptr && std::ranges::all_of(expect->alternatives, [](const Alternative& one) {
           return (std::holds_alternative<Patterns>(one.pattern) || ...);
         });
}

bool is_http(const Step& step) {
  return std::holds_alternative<SendHttp>(step.action) || awaits_only<ExpectHttp, ExpectRaw>(step.action);
}

bool is_websocket(const Step& step) {
  return std::holds_alternative<SendFrame>(step.action) || awaits_only<ExpectMessage>(step.action);
}

bool has_grade(const Step& step) {
  const auto* const expect = std::get_if<Expect>(&step.action);
  return expect != nullptr && std::ranges::any_of(expect->alternatives, &Alternative::has_arrow);
}

diag::Diagnostic wrong_at(const Place& place, std::string message) {
  diag::Diagnostic wrong;
  wrong.column = place.offset + 1;
  wrong.message = std::move(message);
  return wrong;
}

/// What no part of a session can do.
std::optional<diag::Diagnostic> check_step(const Step& step) {
  const bool pauses = std::holds_alternative<Pause>(step.action);
  if (!step.connection.empty() || !(pauses || is_http(step) || is_websocket(step))) {
    return wrong_at(
        step.place,
        "a session can ask by http, send frames, pause, and await messages, on its own connection");
  }
  if (has_grade(step))
    return wrong_at(step.place, "grades are for cases: in a session, what is awaited has to come");
  return std::nullopt;
}

std::optional<diag::Diagnostic> check_login(std::span<const Step> steps) {
  for (const Step& step : steps) {
    if (is_websocket(step)) {
      return wrong_at(step.place,
                      "http steps come before all others: they are done before the connection is made");
    }
    const auto* const request = std::get_if<SendHttp>(&step.action);
    if (request != nullptr && !request->attributes.empty())
      return wrong_at(step.place, "a login is sent in one piece: without cut=");
  }
  const auto asks = [](const Step& step) { return std::holds_alternative<SendHttp>(step.action); };
  const auto first = std::ranges::find_if(steps, is_http);
  if (first != steps.end() && !asks(*first)) return wrong_at(first->place, "nothing has been asked here");
  return std::nullopt;
}

std::optional<diag::Diagnostic> check_repetition(const Repetition& repetition) {
  if (repetition.steps.empty()) return wrong_at(repetition.place, "below 'every' stand the steps to repeat");
  for (const Step& step : repetition.steps) {
    if (auto wrong = check_step(step)) return wrong;
    if (is_http(step)) return wrong_at(step.place, "http steps come before the connection is made");
  }
  return std::nullopt;
}

}  // namespace

SessionParts parts_of(const Script& script) {
  const std::span<const Step> steps(script.steps);
  const auto last_http = std::ranges::find_if(steps.rbegin(), steps.rend(), is_http);
  const auto login_size = static_cast<std::size_t>(std::distance(last_http, steps.rend()));
  const auto beside =
      script.repetition ? std::span<const Step>(script.repetition->steps) : std::span<const Step>{};
  return {.login = steps.first(login_size), .opening = steps.subspan(login_size), .beside = beside};
}

std::optional<diag::Diagnostic> check_session(const Script& script) {
  for (const Step& step : script.steps) {
    if (auto wrong = check_step(step)) return wrong;
  }
  if (auto wrong = check_login(parts_of(script).login)) return wrong;
  return script.repetition ? check_repetition(*script.repetition) : std::nullopt;
}

}  // namespace wsrig::engine
