#include "scenarios/engine/run/load_session.hpp"

#include <algorithm>
#include <deque>
#include <fmt/format.h>
#include <iterator>
#include <utility>

#include "net/http_exchange.hpp"
#include "net/loop.hpp"
#include "scenarios/engine/steps/matcher.hpp"
#include "scenarios/engine/steps/overload.hpp"
#include "scenarios/engine/steps/session_script.hpp"

namespace wsrig::engine {
namespace {

using std::chrono::microseconds;

constexpr microseconds patience = std::chrono::seconds(5);
/// Messages that come before they are awaited are kept; a server that says more is not worth waiting for.
constexpr std::size_t most_kept = 1000;

}  // namespace

struct LoadSession::State {
  enum class Stage : std::uint8_t { login, opening, beside, over };
  using Clock = net::Clock;

  State(const Script& the_script, loadgen::SessionPeer& the_peer, ws::Lookup the_values, std::uint64_t seed)
      : script(the_script),
        parts(parts_of(the_script)),
        peer(the_peer),
        values(std::move(the_values)),
        random(seed),
        timer(the_peer.loop()) {}

  void begin(Stage next, std::span<const Step> its_steps);
  void go_on();
  void end_of_steps();
  void fill_captures();
  void repeat_later(Clock::time_point when);
  bool run(const Step& step);
  bool run(const Step& step, const SendFrame& send);
  bool run(const Step& step, const SendHttp& send);
  bool run(const Step& step, const Pause& pause);
  bool run(const Step& step, const Expect& expect);
  microseconds patience_behind() const;
  void on_answer(const Step& step, boost::system::result<net::HttpAnswer, std::string> result);
  bool judge_answer(const Step& step, const Expect& expect);
  bool fits_answer(const Alternative& alternative);
  bool await(const Expect& expect);
  bool fits(const Alternative& alternative, const Observation& seen);
  bool fits_any(const Expect& expect, const Observation& seen);
  const Expect* awaited() const;
  bool take_beside(const Observation& seen);
  void keep(ws::Captures found);
  ws::Captures::iterator find_capture(std::string_view name);
  std::optional<std::string> captured_value(std::string_view name) const;
  ws::Scope scope();
  std::optional<std::string> value_of(std::string_view name) const;
  void fail(std::string kind);

  const Script& script;
  SessionParts parts;
  loadgen::SessionPeer& peer;
  ws::Lookup values;
  ws::Random random;
  net::Timer timer;  ///< for the one thing that is waited for
  ws::Captures captures;
  std::unique_ptr<net::HttpExchange> exchange;
  std::optional<net::HttpAnswer> answer;  ///< to the last request
  std::deque<Observation> inbox;          ///< came before it was awaited
  Stage stage = Stage::login;
  std::span<const Step> steps;  ///< of the stage
  std::size_t position = 0;
  bool is_pausing = false;
  Clock::time_point turn_began{};  ///< beside: of the repetition
};

void LoadSession::State::begin(Stage next, std::span<const Step> its_steps) {
  stage = next;
  steps = its_steps;
  position = 0;
  go_on();
}

/// Runs steps until one has to wait.
void LoadSession::State::go_on() {
  while (stage != Stage::over && position < steps.size()) {
    if (!run(steps[position])) return;
    ++position;
  }
  if (stage != Stage::over) end_of_steps();
}

/// What the peer is told, it is told in a turn of its own.
void LoadSession::State::end_of_steps() {
  fill_captures();
  switch (stage) {
    case Stage::login:
      exchange.reset();
      answer.reset();
      timer.start({}, [this] { peer.login_done(); });
      return;
    case Stage::opening:
      timer.start({}, [this] {
        stage = Stage::beside;
        steps = {};
        inbox.clear();
        if (!parts.beside.empty()) repeat_later(Clock::now() + script.repetition->period);
        peer.session_done();
      });
      return;
    case Stage::beside: return repeat_later(turn_began + script.repetition->period);
    case Stage::over: return;
  }
}

/// A group of a regular expression that took no part in what was found is empty.
void LoadSession::State::fill_captures() {
  for (const std::string& name : captured_names(steps)) {
    if (find_capture(name) == captures.end()) captures.emplace_back(name, "");
  }
}

void LoadSession::State::repeat_later(Clock::time_point when) {
  const auto now = Clock::now();
  timer.start(std::max(when - now, Clock::duration{}), [this] {
    turn_began = Clock::now();
    begin(Stage::beside, parts.beside);
  });
}

/// False: the step waits, and goes on by itself.
bool LoadSession::State::run(const Step& step) {
  return std::visit(Overload{[&](const SendFrame& send) { return run(step, send); },
                             [&](const SendHttp& send) { return run(step, send); },
                             [&](const Pause& pause) { return run(step, pause); },
                             [&](const Expect& expect) { return run(step, expect); },
                             [](const auto&) { return true; }},  // check_session lets no other in
                    step.action);
}

bool LoadSession::State::run(const Step& step, const SendFrame& send) {
  const auto frame = ws::resolve(send.frame, scope());
  frame ? peer.send(*frame) : fail(step.place.text);
  return true;
}

bool LoadSession::State::run(const Step&, const Pause& pause) {
  ++position;
  is_pausing = true;
  timer.start(pause.duration, [this] {
    is_pausing = false;
    go_on();
  });
  return false;
}

bool LoadSession::State::run(const Step& step, const SendHttp& send) {
  answer.reset();
  const auto request = ws::evaluate(send.text, scope());
  if (!request) {
    fail(step.place.text);
    return true;
  }
  const net::Url& url = peer.url();
  exchange = std::make_unique<net::HttpExchange>(
      peer.loop(), url, peer.dial_options(), net::complete_request(*request, url),
      [this, &step](auto result) { on_answer(step, std::move(result)); });
  timer.start(patience_behind(), [this, &step] { fail(step.place.text + ": no answer in time"); });
  return false;
}

/// The deadline of an answer is that of the step that looks at it.
microseconds LoadSession::State::patience_behind() const {
  const auto* const next =
      position + 1 < steps.size() ? std::get_if<Expect>(&steps[position + 1].action) : nullptr;
  return next ? next->alternatives.front().within.value_or(patience) : patience;
}

void LoadSession::State::on_answer(const Step& step,
                                   boost::system::result<net::HttpAnswer, std::string> result) {
  timer.cancel();
  if (!result) return fail(step.place.text + ": " + result.error());
  answer.emplace(std::move(*result));
  ++position;
  go_on();
}

bool LoadSession::State::run(const Step& step, const Expect& expect) {
  if (stage == Stage::login) return judge_answer(step, expect);
  if (await(expect)) return true;
  const auto within = expect.alternatives.front().within.value_or(patience);
  timer.start(within, [this, &step] { fail(step.place.text); });
  return false;
}

bool LoadSession::State::judge_answer(const Step& step, const Expect& expect) {
  const bool found =
      std::ranges::any_of(expect.alternatives, [&](const Alternative& one) { return fits_answer(one); });
  if (!found) fail(fmt::format("{}: it was HTTP {}", step.place.text, answer->head.status()));
  return found;
}

bool LoadSession::State::fits_answer(const Alternative& alternative) {
  const auto* const raw = std::get_if<ExpectRaw>(&alternative.pattern);
  if (raw == nullptr)
    return fits(alternative, {SawHead{std::make_shared<const ws::HttpHead>(answer->head), {}}, {}});
  auto found = match_stream(*raw, answer->body, scope());
  if (!found || found->verdict != StreamMatch::Verdict::matched) return false;
  keep(std::move(found->captures));
  return true;
}

/// Is it there already? A message that fits nothing is one that the server sends of its own accord.
bool LoadSession::State::await(const Expect& expect) {
  while (!inbox.empty()) {
    const Observation seen = std::move(inbox.front());
    inbox.pop_front();
    if (fits_any(expect, seen)) return true;
  }
  return false;
}

bool LoadSession::State::fits_any(const Expect& expect, const Observation& seen) {
  return std::ranges::any_of(expect.alternatives, [&](const Alternative& one) { return fits(one, seen); });
}

bool LoadSession::State::fits(const Alternative& alternative, const Observation& seen) {
  const ws::Scope known = scope();
  const Oracle oracle;
  auto found = match(alternative.pattern, seen, {.scope = &known, .oracle = &oracle, .key = {}});
  if (!found || !found->matched) return false;
  keep(std::move(found->captures));
  return true;
}

/// The last value of a name is the one that counts: a session may go on for long.
void LoadSession::State::keep(ws::Captures found) {
  for (auto& [name, value] : found) {
    const auto known = find_capture(name);
    if (known == captures.end()) {
      captures.emplace_back(std::move(name), std::move(value));
    } else {
      known->second = std::move(value);
    }
  }
}

ws::Captures::iterator LoadSession::State::find_capture(std::string_view name) {
  return std::ranges::find_if(captures, [&](const auto& one) { return one.first == name; });
}

std::optional<std::string> LoadSession::State::captured_value(std::string_view name) const {
  const auto found = std::ranges::find_if(captures, [&](const auto& one) { return one.first == name; });
  return found == captures.end() ? std::nullopt : std::optional(found->second);
}

/// The step that waits for a message.
const Expect* LoadSession::State::awaited() const {
  const bool waits = !is_pausing && position < steps.size();
  return waits ? std::get_if<Expect>(&steps[position].action) : nullptr;
}

/// Beside the load a message is the session's only when it is what is awaited.
bool LoadSession::State::take_beside(const Observation& seen) {
  const Expect* const expect = awaited();
  if (expect == nullptr || !fits_any(*expect, seen)) return false;
  timer.cancel();
  ++position;
  go_on();
  return true;
}

ws::Scope LoadSession::State::scope() {
  return {.lookup = [this](std::string_view name) { return value_of(name); },
          .random = [this](ws::MutableBytes out) { random.fill(out); }};
}

std::optional<std::string> LoadSession::State::value_of(std::string_view name) const {
  if (auto captured = captured_value(name)) return captured;
  if (auto value = values(name)) return value;
  return peer.value_of(name);
}

void LoadSession::State::fail(std::string kind) {
  if (std::exchange(stage, Stage::over) == Stage::over) return;
  timer.start({}, [this, text = std::move(kind)] { peer.session_failed(text); });
}

LoadSession::LoadSession(const Script& script, loadgen::SessionPeer& peer, ws::Lookup values,
                         std::uint64_t seed)
    : state_(std::make_unique<State>(script, peer, std::move(values), seed)) {}
LoadSession::~LoadSession() = default;

bool LoadSession::log_in() {
  if (state_->parts.login.empty()) return true;
  state_->begin(State::Stage::login, state_->parts.login);
  return false;
}

void LoadSession::start() { state_->begin(State::Stage::opening, state_->parts.opening); }

bool LoadSession::on_message(const ws::Message& message) {
  if (state_->stage == State::Stage::over) return true;
  if (state_->stage == State::Stage::beside && !state_->awaited()) return false;
  const SawMessage seen{message.opcode, std::string(ws::as_text(message.payload)), message.frames,
                        message.compressed};
  if (state_->stage == State::Stage::beside) return state_->take_beside({seen, {}});
  if (state_->inbox.size() < most_kept) state_->inbox.push_back({seen, {}});
  if (state_->awaited()) state_->go_on();
  return true;
}

std::optional<std::string> LoadSession::captured(std::string_view name) const {
  return state_->captured_value(name);
}

}  // namespace wsrig::engine
