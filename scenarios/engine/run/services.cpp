#include "scenarios/engine/run/services.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <list>
#include <map>
#include <optional>
#include <utility>

#include <boost/json.hpp>
#include <boost/regex.hpp>

#include "net/url.hpp"
#include "scenarios/engine/run/child_process.hpp"
#include "scenarios/engine/run/port_lease.hpp"
#include "scenarios/engine/run/ready_probe.hpp"
#include "scenarios/engine/run/temporary_folder.hpp"

namespace wsrig::engine {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds stop_grace{5000};

/// `${name}` replaced from the variables; what is unknown stays, and was refused when the file was read.
std::string substitute(std::string text, const Variables& variables) {
  for (const auto& [name, value] : variables) {
    const std::string reference = "${" + name + "}";
    for (auto at = text.find(reference); at != std::string::npos;
         at = text.find(reference, at + value.size())) {
      text.replace(at, reference.size(), value);
    }
  }
  return text;
}

}  // namespace

struct ServiceSet::State : std::enable_shared_from_this<State> {
  explicit State(net::Loop& on_loop) : loop(on_loop), timer(on_loop) {}

  void start_next() {
    if (next == services.size()) return finish_start("");
    Service& service = services[next];
    if (!service.url.empty()) {
      define(service.name, service.url);
      return await_ready(service);
    }
    start_process(service);
  }

  void start_process(const Service& service) {
    if (service.use.empty()) {
      leases.push_back(PortLease::take());
      define(service.name, fmt::format("{}://127.0.0.1:{}", service.listen, leases.back().port()));
    }
    if (std::string problem = write_files(service); !problem.empty())
      return finish_start(fmt::format("service '{}' did not start: {}", service.name, problem));
    ChildProcess::Options options;
    options.argv = command_line(service);
    for (const auto& [name, value] : service.env) options.environment[name] = substitute(value, variables);
    options.on_line = [this](std::string_view line) { on_line(line); };
    options.on_exit = [this] { on_exit(); };
    auto started = ChildProcess::start(loop, std::move(options));
    if (!started) {
      return finish_start(fmt::format("service '{}' did not start: {}", service.name, started.error()));
    }
    processes.push_back(std::move(*started));
    process_of[service.name] = processes.back().get();
    await_ready(service);
  }

  /// The text is empty, or says why a file could not be written.
  std::string write_files(const Service& service) {
    if (service.files.empty()) return {};
    folders.emplace_back();
    if (!folders.back().is_there()) return "a temporary folder cannot be made";
    variables.emplace_back(service.name + ".folder", folders.back().path());
    for (const auto& [name, text] : service.files) {
      const std::string path = folders.back().path() + "/" + name;
      std::ofstream file(path, std::ios::binary);
      file << substitute(text, variables);
      file.close();
      if (!file) return "cannot write " + path;
    }
    return {};
  }

  std::vector<std::string> command_line(const Service& service) const {
    std::vector<std::string> argv;
    if (service.use.empty()) {
      argv = service.exec;
    } else {
      argv = {sibling_program("wsrig-" + service.use), "--listen", service.listen + "://127.0.0.1:0"};
    }
    argv.insert(argv.end(), service.args.begin(), service.args.end());
    for (auto& argument : argv) argument = substitute(argument, variables);
    return argv;
  }

  void await_ready(const Service& service) {
    waiting = true;
    ready = service.ready;
    ready.value = substitute(ready.value, variables);
    timer.start(ready.timeout, [this] { finish_start(not_ready("was not ready in time")); });
    using Kind = Ready::Kind;
    if (ready.kind == Kind::port || ready.kind == Kind::http || ready.kind == Kind::ws) {
      probe = std::make_unique<ReadyProbe>(loop, ready, [this] { on_ready(); });
    } else if (ready.kind == Kind::none && service.use.empty()) {
      on_ready();
    }
  }

  void on_line(std::string_view line) {
    if (!waiting) return;
    if (!services[next].use.empty()) return on_ready_line(line);
    if (ready.kind != Ready::Kind::log) return;
    if (boost::regex_search(line.begin(), line.end(), boost::regex(ready.value))) on_ready();
  }

  /// Our programs say where they listen: one JSON object a listener.
  void on_ready_line(std::string_view line) {
    boost::json::error_code bad;
    const auto value = boost::json::parse(boost::json::string_view(line.data(), line.size()), bad);
    if (bad || !value.is_object()) return;
    const auto& object = value.get_object();
    const auto* event = object.if_contains("event");
    const auto* url = object.if_contains("url");
    if (event == nullptr || url == nullptr || !event->is_string() || !url->is_string()) return;
    if (event->get_string() != "listening") return;
    define(services[next].name, std::string(url->get_string()));
    on_ready();
  }

  void on_exit() {
    if (waiting) {
      return finish_start(not_ready(fmt::format("ended with {}", processes.back()->exit_text())));
    }
    if (stopping) finish_stop_when_gone();
  }

  std::string not_ready(std::string_view what) const {
    std::string text = fmt::format("service '{}' {}", services[next].name, what);
    if (!processes.empty() && !processes.back()->last_lines().empty()) {
      text += fmt::format("; its last line: {}", processes.back()->last_lines().back());
    }
    return text;
  }

  /// Never from inside the probe, which is destroyed here.
  void on_ready() {
    if (!std::exchange(waiting, false)) return;
    timer.cancel();
    loop.post([self = shared_from_this()] {
      self->probe.reset();
      ++self->next;
      self->start_next();
    });
  }

  void finish_start(std::string error) {
    waiting = false;
    timer.cancel();
    loop.post([self = shared_from_this(), error = std::move(error)]() mutable {
      self->probe.reset();
      if (auto done = std::exchange(self->on_started, nullptr)) done(std::move(error));
    });
  }

  void define(const std::string& name, const std::string& url) {
    const auto parsed = net::parse_url(url);
    if (!parsed) return;
    std::erase_if(variables, [&](const auto& one) {
      return one.first.starts_with(name + ".") && one.first != name + ".folder";
    });
    variables.emplace_back(name + ".url", url);
    variables.emplace_back(name + ".address", parsed->address());
    variables.emplace_back(name + ".host", parsed->host);
    variables.emplace_back(name + ".port", std::to_string(parsed->port));
  }

  void stop() {
    stopping = true;
    waiting = false;
    for (auto process = processes.rbegin(); process != processes.rend(); ++process) (*process)->terminate();
    timer.start(stop_grace, [this] { finish_stop(); });
    finish_stop_when_gone();
  }

  void finish_stop_when_gone() {
    const bool gone =
        std::none_of(processes.begin(), processes.end(), [](const auto& one) { return one->is_running(); });
    if (gone) finish_stop();
  }

  void finish_stop() {
    timer.cancel();
    loop.post([self = shared_from_this()] {
      self->process_of.clear();
      self->processes.clear();
      if (auto done = std::exchange(self->on_stopped, nullptr)) done();
    });
  }

  net::Loop& loop;
  net::Timer timer;
  std::vector<Service> services;
  std::size_t next = 0;
  Ready ready;
  bool waiting = false;
  bool stopping = false;
  std::unique_ptr<ReadyProbe> probe;
  std::vector<PortLease> leases;       ///< of the ports of `exec`
  std::list<TemporaryFolder> folders;  ///< outlive the processes that use them
  std::vector<std::unique_ptr<ChildProcess>> processes;
  std::map<std::string, ChildProcess*> process_of;  ///< by the service's name
  Variables variables;
  std::function<void(std::string)> on_started;
  std::function<void()> on_stopped;
};

ServiceSet::ServiceSet(net::Loop& loop, std::vector<Service> services, Variables given)
    : state_(std::make_shared<State>(loop)) {
  state_->variables = std::move(given);
  state_->services = std::move(services);
}

ServiceSet::~ServiceSet() = default;

void ServiceSet::start(std::function<void(std::string)> done) {
  state_->on_started = std::move(done);
  auto ordered = order_of_need(state_->services);
  if (!ordered) return state_->finish_start(ordered.error());
  state_->services = std::move(*ordered);
  state_->start_next();
}

void ServiceSet::stop(std::function<void()> done) {
  state_->on_stopped = std::move(done);
  state_->stop();
}

const Variables& ServiceSet::variables() const { return state_->variables; }

std::string ServiceSet::url_of(std::string_view program) const {
  const auto found = find_subject(state_->services, program);
  if (found == state_->services.end()) {
    return {};
  }
  const auto url = std::find_if(state_->variables.begin(), state_->variables.end(),
                                [&](const auto& one) { return one.first == found->name + ".url"; });
  return url == state_->variables.end() ? "" : url->second;
}

ChildProcess* ServiceSet::process(const std::string& name) const {
  const auto found = state_->process_of.find(name);
  return found == state_->process_of.end() ? nullptr : found->second;
}

std::string sibling_program(const std::string& name) {
  std::error_code bad;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", bad);
  const auto beside = self.parent_path() / name;
  return !bad && std::filesystem::exists(beside, bad) ? beside.string() : name;
}

std::vector<Service>::iterator find_subject(std::vector<Service>& services, std::string_view program) {
  const auto uses = std::find_if(services.begin(), services.end(),
                                 [&](const Service& service) { return service.use == program; });
  if (uses != services.end()) return uses;
  return std::find_if(services.begin(), services.end(),
                      [&](const Service& service) { return service.name == program; });
}

boost::system::result<std::vector<Service>, std::string> order_of_need(const std::vector<Service>& services) {
  std::vector<Service> ordered;
  std::vector<Service> rest = services;
  const auto is_started = [&](const std::string& name) {
    return std::any_of(ordered.begin(), ordered.end(), [&](const Service& one) { return one.name == name; });
  };
  while (!rest.empty()) {
    const auto ready = std::find_if(rest.begin(), rest.end(), [&](const Service& one) {
      return std::all_of(one.needs.begin(), one.needs.end(), is_started);
    });
    if (ready == rest.end()) {
      return fmt::format("service '{}' needs '{}', which is missing or needs it in turn", rest.front().name,
                         fmt::join(rest.front().needs, "', '"));
    }
    ordered.push_back(std::move(*ready));
    rest.erase(ready);
  }
  return ordered;
}

}  // namespace wsrig::engine
