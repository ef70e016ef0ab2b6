#include "scenarios/engine/run/child_process.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <optional>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include "net/socket.hpp"

namespace wsrig::engine {

namespace {

constexpr std::size_t kept_lines = 20;
constexpr std::size_t max_line = std::size_t{64} * 1024;

using net::Descriptor;

struct Pipe {
  Descriptor read_end, write_end;
};

std::optional<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (auto& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

std::vector<std::string> merged_environment(const std::map<std::string, std::string>& added) {
  std::vector<std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (!added.contains(std::string(text.substr(0, text.find('='))))) result.emplace_back(text);
  }
  for (const auto& [name, value] : added) result.push_back(fmt::format("{}={}", name, value));
  return result;
}

/// Between fork and exec: only calls that are safe there. Tells the parent what failed by `report`.
[[noreturn]] void become(char** argv, char** environment, int output, int report, pid_t parent) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);
  const int null = ::open("/dev/null", O_RDONLY);
  ::dup2(null, STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execvpe(argv[0], argv, environment);
  const int error = errno;
  [[maybe_unused]] const auto written = ::write(report, &error, sizeof error);
  ::_exit(127);
}

}  // namespace

struct ChildProcess::State final : net::Watcher {
  State(net::Loop& on_loop, Options with) : loop(on_loop), options(std::move(with)) {}
  ~State() override {
    if (output.get() >= 0) loop.unwatch(output.get(), *this);
    if (exit_event.get() >= 0) loop.unwatch(exit_event.get(), exit_watcher);
    if (running) {
      ::kill(-pid, SIGKILL);
      ::waitpid(pid, nullptr, 0);
    }
  }

  void on_ready(std::uint32_t) override {
    std::array<char, 4096> buffer{};
    while (output.get() >= 0) {
      const ssize_t size = ::read(output.get(), buffer.data(), buffer.size());
      if (size > 0) {
        add_output({buffer.data(), static_cast<std::size_t>(size)});
      } else if (size == 0 || errno != EINTR) {
        if (size == 0) stop_reading();
        return;
      }
    }
  }

  void stop_reading() {
    loop.unwatch(output.get(), *this);
    output.close();
    if (!partial.empty()) end_line();
  }

  void add_output(std::string_view text) {
    for (const char letter : text) {
      if (letter == '\n' || partial.size() >= max_line) end_line();
      if (letter != '\n') partial += letter;
    }
  }

  void end_line() {
    const std::string line = std::exchange(partial, {});
    lines.push_back(line);
    if (lines.size() > kept_lines) lines.pop_front();
    if (options.on_line) options.on_line(line);
  }

  void on_exited() {
    if (!running || ::waitpid(pid, &status, WNOHANG) != pid) return;
    running = false;
    on_ready(0);
    ::kill(-pid, SIGKILL);  // what it left behind
    if (options.on_exit) options.on_exit();
  }

  struct ExitWatcher final : net::Watcher {
    explicit ExitWatcher(State& owner) : state(owner) {}
    void on_ready(std::uint32_t) override { state.on_exited(); }
    State& state;
  };

  net::Loop& loop;
  Options options;
  Descriptor output, exit_event;
  ExitWatcher exit_watcher{*this};
  pid_t pid = -1;
  int status = 0;
  bool running = false;
  std::string partial;
  std::deque<std::string> lines;
};

ChildProcess::ChildProcess(std::unique_ptr<State> state) : state_(std::move(state)) {}
ChildProcess::~ChildProcess() = default;

boost::system::result<std::unique_ptr<ChildProcess>, std::string> ChildProcess::start(net::Loop& loop,
                                                                                      Options options) {
  const auto failed = [&](int error) {
    return fmt::format("{}: {}", options.argv.empty() ? "" : options.argv[0], ::strerror(error));
  };
  auto output = make_pipe();
  auto report = make_pipe();
  if (!output || !report) return failed(errno);
  auto environment = merged_environment(options.environment);
  const auto argv = pointers(options.argv);
  const auto envp = pointers(environment);

  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return failed(errno);
  if (pid == 0) {
    become(const_cast<char**>(argv.data()), const_cast<char**>(envp.data()), output->write_end.get(),
           report->write_end.get(), parent);
  }
  report->write_end.close();
  output->write_end.close();
  int error = 0;
  if (::read(report->read_end.get(), &error, sizeof error) == sizeof error) {
    ::waitpid(pid, nullptr, 0);
    return failed(error);
  }

  auto state = std::make_unique<State>(loop, std::move(options));
  state->pid = pid;
  state->running = true;
  state->output = std::move(output->read_end);
  ::fcntl(state->output.get(), F_SETFL, O_NONBLOCK);
  state->exit_event = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (auto bad = loop.watch(state->output.get(), *state)) return failed(bad.value());
  if (auto bad = loop.watch(state->exit_event.get(), state->exit_watcher)) return failed(bad.value());
  return std::unique_ptr<ChildProcess>(new ChildProcess(std::move(state)));
}

bool ChildProcess::is_running() const { return state_->running; }

std::optional<int> ChildProcess::exit_status() const {
  if (state_->running || !WIFEXITED(state_->status)) return std::nullopt;
  return WEXITSTATUS(state_->status);
}

std::string ChildProcess::exit_text() const {
  if (state_->running) {
    return {};
  }
  if (WIFSIGNALED(state_->status)) {
    return fmt::format("signal {}", WTERMSIG(state_->status));
  }
  return fmt::format("exit status {}", WEXITSTATUS(state_->status));
}

const std::deque<std::string>& ChildProcess::last_lines() const { return state_->lines; }
pid_t ChildProcess::pid() const { return state_->pid; }

void ChildProcess::send_signal(int number) {
  if (state_->running) ::kill(state_->pid, number);
}

void ChildProcess::terminate() {
  if (state_->running) ::kill(-state_->pid, SIGTERM);
}

}  // namespace wsrig::engine
