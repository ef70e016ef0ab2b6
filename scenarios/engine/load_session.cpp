#include "scenarios/engine/load_session.hpp"

#include <algorithm>
#include <deque>
#include <utility>

#include "net/loop.hpp"
#include "scenarios/engine/matcher.hpp"
#include "scenarios/engine/overload.hpp"

namespace wsrig::engine {
namespace {

constexpr std::chrono::microseconds patience = std::chrono::seconds(5);
/// Messages that come before they are awaited are kept; a server that says more is not worth waiting for.
constexpr std::size_t most_kept = 1000;

bool is_message(const Alternative& alternative) {
  return std::holds_alternative<ExpectMessage>(alternative.pattern);
}

bool fits_a_session(const Action& action) {
  if (const auto* const expect = std::get_if<Expect>(&action))
    return std::ranges::all_of(expect->alternatives, is_message);
  return std::holds_alternative<SendFrame>(action) || std::holds_alternative<Pause>(action);
}

}  // namespace

std::optional<diag::Diagnostic> check_session(const Script& script) {
  for (const Step& step : script.steps) {
    if (step.connection.empty() && fits_a_session(step.action)) continue;
    diag::Diagnostic wrong;
    wrong.column = step.place.offset + 1;
    wrong.message = "a session can send frames, pause, and await messages, on its own connection";
    return wrong;
  }
  return std::nullopt;
}

struct LoadSession::State {
  State(const Script& the_script, loadgen::SessionPeer& the_peer, ws::Lookup the_services, std::uint64_t seed)
      : script(the_script),
        peer(the_peer),
        services(std::move(the_services)),
        random(seed),
        timer(the_peer.loop()) {}

  void go_on();
  bool run(const Step& step);
  bool await(const Expect& expect);
  bool fits(const Alternative& alternative, const Observation& seen);
  ws::Scope scope();
  std::optional<std::string> value_of(std::string_view name) const;
  void fail(const Step& step);

  const Script& script;
  loadgen::SessionPeer& peer;
  ws::Lookup services;
  ws::Random random;
  net::Timer timer;
  Variables captures;
  std::deque<Observation> inbox;
  std::size_t position = 0;
  bool is_over = false;
};

/// Runs steps until one has to wait.
void LoadSession::State::go_on() {
  while (!is_over && position < script.steps.size()) {
    if (!run(script.steps[position])) return;
    ++position;
  }
  if (std::exchange(is_over, true)) return;
  timer.start({}, [this] { peer.session_done(); });
}

bool LoadSession::State::run(const Step& step) {
  return std::visit(Overload{[&](const SendFrame& send) {
                               const auto frame = ws::resolve(send.frame, scope());
                               frame ? peer.send(*frame) : fail(step);
                               return true;
                             },
                             [&](const Pause& pause) {
                               ++position;
                               timer.start(pause.duration, [this] { go_on(); });
                               return false;
                             },
                             [&](const Expect& expect) {
                               if (await(expect)) return true;
                               const auto within = expect.alternatives.front().within.value_or(patience);
                               timer.start(within, [this, &step] { fail(step); });
                               return false;
                             },
                             [](const auto&) { return true; }},
                    step.action);
}

/// Is it there already? A message that fits nothing is one that the server sends of its own accord.
bool LoadSession::State::await(const Expect& expect) {
  while (!inbox.empty()) {
    const Observation seen = std::move(inbox.front());
    inbox.pop_front();
    const bool found =
        std::ranges::any_of(expect.alternatives, [&](const Alternative& one) { return fits(one, seen); });
    if (found) return true;
  }
  return false;
}

bool LoadSession::State::fits(const Alternative& alternative, const Observation& seen) {
  const ws::Scope values = scope();
  const Oracle oracle;
  auto found = match(alternative.pattern, seen, {.scope = &values, .oracle = &oracle, .key = {}});
  if (!found || !found->matched) return false;
  for (auto& capture : found->captures) captures.push_back(std::move(capture));
  return true;
}

ws::Scope LoadSession::State::scope() {
  return {.lookup = [this](std::string_view name) { return value_of(name); },
          .random = [this](ws::MutableBytes out) { random.fill(out); }};
}

std::optional<std::string> LoadSession::State::value_of(std::string_view name) const {
  const auto found =
      std::find_if(captures.rbegin(), captures.rend(), [&](const auto& one) { return one.first == name; });
  if (found != captures.rend()) return found->second;
  if (auto value = services(name)) return value;
  return peer.value_of(name);
}

void LoadSession::State::fail(const Step& step) {
  if (std::exchange(is_over, true)) return;
  timer.start({}, [this, text = step.place.text] { peer.session_failed(text); });
}

LoadSession::LoadSession(const Script& script, loadgen::SessionPeer& peer, ws::Lookup services,
                         std::uint64_t seed)
    : state_(std::make_unique<State>(script, peer, std::move(services), seed)) {}
LoadSession::~LoadSession() = default;

void LoadSession::start() { state_->go_on(); }

void LoadSession::on_message(const ws::Message& message) {
  if (state_->is_over) return;
  if (state_->inbox.size() >= most_kept) return;
  const SawMessage seen{message.opcode, std::string(ws::as_text(message.payload)), message.frames,
                        message.compressed};
  state_->inbox.push_back({seen, {}});
  const auto& steps = state_->script.steps;
  const bool awaits =
      state_->position < steps.size() && std::holds_alternative<Expect>(steps[state_->position].action);
  if (awaits) state_->go_on();
}

std::optional<std::string> LoadSession::captured(std::string_view name) const {
  const auto& captures = state_->captures;
  const auto found =
      std::find_if(captures.rbegin(), captures.rend(), [&](const auto& one) { return one.first == name; });
  return found == captures.rend() ? std::nullopt : std::optional(found->second);
}

}  // namespace wsrig::engine
