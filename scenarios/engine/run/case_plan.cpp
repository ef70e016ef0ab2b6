#include "scenarios/engine/run/case_plan.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "scenarios/engine/run/services.hpp"
#include "ws/handshake.hpp"
#include "ws/notation.hpp"

namespace wsrig::engine {

namespace {

/// Steps of the runner, written like anybody's.
std::vector<Task> runner_steps(Stage stage, const std::string& connection, std::string_view text) {
  static const diag::Source runner("runner", "");
  std::vector<Task> tasks;
  Script script = parse_script(text, {.file = &runner}).value();
  for (auto& step : script.steps) {
    step.connection = connection;
    tasks.push_back({stage, std::move(step)});
  }
  return tasks;
}

/// What does not come from the scenario file stands for itself in a template.
std::string as_template(std::string text) {
  for (auto at = text.find("${"); at != std::string::npos; at = text.find("${", at + 3))
    text.insert(at, 1, '\\');
  return text;
}

/// The runner's handshake; what the case says of target, offer and headers may hold `${name}`.
ws::Expression request_for(const CaseSettings& settings, const Case& definition, std::string_view key) {
  ws::ClientRequest request;
  request.target = definition.target.value_or(as_template(settings.subject.url.target));
  request.host = settings.subject.url.authority();
  request.key = key;
  request.subprotocols = definition.offer.subprotocols;
  request.extensions = definition.offer.extensions;
  for (const auto& [name, value] : settings.subject.headers)
    request.headers.emplace_back(name, as_template(value));
  request.headers.insert(request.headers.end(), definition.headers.begin(), definition.headers.end());
  return ws::parse_template(ws::build_request(request)).value();
}

/// Waits without judging: nothing the subject might send here is known.
constexpr std::string_view passive_wait = "< silence 500ms";

bool is_message(const Alternative& alternative) {
  return std::holds_alternative<ExpectMessage>(alternative.pattern);
}

void add(std::vector<Task>& tasks, std::vector<Task> more) {
  std::move(more.begin(), more.end(), std::back_inserter(tasks));
}

Alternative first_alternative(const Task& task) {
  return std::get<Expect>(task.step.action).alternatives.front();
}

/// `< text "x" | close 1009` becomes `> ping NONCE`, `< pong NONCE | close 1009`.
void add_alive_instead_of_echo(std::vector<Task>& tasks, const Step& step, std::size_t number) {
  const std::string nonce = ws::quote(fmt::format("wsrig still alive {}", number));
  auto probe = runner_steps(Stage::body, step.connection, fmt::format("> ping {0}\n< pong {0}", nonce));
  const Alternative pong = first_alternative(probe.back());
  Step awaited = step;
  for (auto& alternative : std::get<Expect>(awaited.action).alternatives) {
    if (is_message(alternative)) alternative.pattern = pong.pattern;
  }
  tasks.push_back(std::move(probe.front()));
  tasks.push_back({Stage::body, std::move(awaited)});
}

void add_silence_instead_of_echo(std::vector<Task>& tasks, const Step& step) {
  const auto& alternatives = std::get<Expect>(step.action).alternatives;
  if (std::all_of(alternatives.begin(), alternatives.end(), is_message)) return;
  const Alternative silence = first_alternative(runner_steps(Stage::body, "", passive_wait).front());
  Step awaited = step;
  for (auto& alternative : std::get<Expect>(awaited.action).alternatives) {
    if (is_message(alternative)) alternative.pattern = silence.pattern;
  }
  tasks.push_back({Stage::body, std::move(awaited)});
}

/// A message each way.
std::vector<Task> proxy_proof(const std::string& client, const std::string& backend, bool is_raw,
                              const std::string& nonce) {
  const std::string_view there = is_raw ? "raw" : "text";
  const std::string_view back = is_raw ? "binary" : "text";
  std::vector<Task> tasks = runner_steps(Stage::proof, client, fmt::format("> {} {}", back, nonce));
  add(tasks, runner_steps(Stage::proof, backend, fmt::format("< {0} {1}\n> {0} {1}", there, nonce)));
  add(tasks, runner_steps(Stage::proof, client, fmt::format("< {} {}", back, nonce)));
  return tasks;
}

bool awaits_echo(const Step& step) {
  const auto* expect = std::get_if<Expect>(&step.action);
  return expect != nullptr &&
         std::any_of(expect->alternatives.begin(), expect->alternatives.end(), is_message);
}

}  // namespace

std::vector<Task> plan_opening(const CaseSettings& settings, const CaseInstance& instance,
                               const std::string& connection, std::string_view key,
                               std::optional<std::string> nonce) {
  const Case& definition = *instance.definition;
  std::vector<Task> tasks;
  Step connect;
  connect.connection = connection;
  connect.action = Reconnect{};
  connect.place.text = "connect";
  tasks.push_back({Stage::handshake, std::move(connect)});
  if (definition.manual_handshake) return tasks;

  auto handshake = runner_steps(Stage::handshake, connection, "> http \"\"\n< http 101");
  std::get<SendHttp>(handshake.front().step.action).text = request_for(settings, definition, key);
  add(tasks, std::move(handshake));

  const auto oracle = settings.subject.oracle.kind;
  if (!nonce || oracle == Oracle::Kind::passive) return tasks;
  const std::string_view format =
      oracle == Oracle::Kind::ping ? "> ping {0}\n< pong {0}" : "> text {0}\n< text {0}";
  add(tasks, runner_steps(Stage::proof, connection, fmt::format(fmt::runtime(format), ws::quote(*nonce))));
  return tasks;
}

bool is_backend(std::string_view connection) { return connection.starts_with("backend"); }

std::vector<Task> plan_proxy_opening(const CaseSettings& settings, const CaseInstance& instance,
                                     const std::function<std::string(const std::string& client)>& key_of,
                                     std::optional<std::string> nonce) {
  const Case& definition = *instance.definition;
  const bool is_raw = definition.backend == BackendKind::tcp;
  std::vector<std::string> clients;
  std::vector<std::string> backends;
  for (const auto& name : definition.script.connections)
    (is_backend(name) ? backends : clients).push_back(name);
  std::vector<Task> tasks;
  for (std::size_t index = 0; index < clients.size(); ++index) {
    auto opening = plan_opening(settings, instance, clients[index], key_of(clients[index]), std::nullopt);
    if (definition.manual_handshake || index >= backends.size()) {
      add(tasks, std::move(opening));
      continue;
    }
    const std::string& backend = backends[index];
    tasks.push_back(std::move(opening[0]));
    tasks.push_back(std::move(opening[1]));
    if (!is_raw) add(tasks, runner_steps(Stage::handshake, backend, "< http GET\n> http \"${response}\""));
    tasks.push_back(std::move(opening[2]));
    if (nonce) add(tasks, proxy_proof(clients[index], backend, is_raw, ws::quote(*nonce)));
  }
  return tasks;
}

std::vector<Task> plan_body(const CaseSettings& settings, const CaseInstance& instance) {
  const Oracle& oracle = settings.subject.oracle;
  const bool as_written = oracle.echoes() || instance.definition->subject == SubjectKind::proxy;
  std::vector<Task> tasks;
  for (const auto& step : instance.definition->script.steps) {
    if (as_written || !awaits_echo(step)) {
      tasks.push_back({Stage::body, step});
    } else if (oracle.kind == Oracle::Kind::ping) {
      add_alive_instead_of_echo(tasks, step, tasks.size());
    } else {
      add_silence_instead_of_echo(tasks, step);
    }
  }
  return tasks;
}

std::vector<Task> plan_closing(const std::string& connection, const ClosingState& state) {
  std::string text;
  if (!state.close_sent && !state.close_received && !state.shut_down) text += "> close 1000\n";
  if (!state.close_received && !state.shut_down) text += "< close 1000\n| close -> continue non-strict\n";
  text += "< eof\n";
  return runner_steps(Stage::closing, connection, text);
}

std::vector<Task> plan_proxy_closing(const std::string& client, const std::string& backend, bool is_raw) {
  std::vector<Task> tasks = runner_steps(Stage::closing, client, "> close 1000");
  add(tasks, runner_steps(Stage::closing, backend, is_raw ? "< eof\n> shutdown" : "< close 1000"));
  add(tasks, runner_steps(Stage::closing, client, "< close 1000\n< eof"));
  if (!is_raw) add(tasks, runner_steps(Stage::closing, backend, "< eof"));
  return tasks;
}

std::optional<std::string> missing_capability(const CaseSettings& settings, const CaseInstance& instance) {
  if (instance.definition->subject == SubjectKind::client) return "a client under test (wsrig serve)";
  const bool is_proxy_case = instance.definition->subject == SubjectKind::proxy;
  if (is_proxy_case && settings.backend == nullptr) return "a proxy under test, with both of its ends ours";
  for (const auto& service : instance.definition->script.services) {
    const bool runs = settings.processes != nullptr && settings.processes->process(service) != nullptr;
    if (!runs) return fmt::format("the process of the service '{}'", service);
  }
  const Subject& subject = settings.subject;
  for (const auto& need : instance.definition->needs) {
    const bool missing =
        (need == "echo" && !subject.oracle.echoes()) || (need == "deflate" && !subject.deflate) ||
        (need == "subprotocol" && subject.subprotocol.empty()) || (need == "limit" && !subject.max_message) ||
        (need == "tls" && !subject.url.is_tls()) || (need == "plain" && subject.url.is_tls());
    if (missing) return need;
  }
  return std::nullopt;
}

bool sends_close(const Script& script, const std::string& connection) {
  return std::any_of(script.steps.begin(), script.steps.end(), [&](const Step& step) {
    const auto* send = std::get_if<SendFrame>(&step.action);
    return step.connection == connection && send != nullptr && send->frame.kind == "close";
  });
}

bool awaits_ping(const Script& script, const std::string& connection) {
  const auto is_ping = [](const Alternative& alternative) {
    return std::holds_alternative<ExpectPing>(alternative.pattern);
  };
  return std::any_of(script.steps.begin(), script.steps.end(), [&](const Step& step) {
    const auto* expect = std::get_if<Expect>(&step.action);
    return step.connection == connection && expect != nullptr &&
           std::any_of(expect->alternatives.begin(), expect->alternatives.end(), is_ping);
  });
}

}  // namespace wsrig::engine
