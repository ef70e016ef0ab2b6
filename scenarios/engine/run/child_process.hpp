#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include <boost/system/result.hpp>

#include "net/loop.hpp"

namespace wsrig::engine {

/// A program that runs beside us, in a process group of its own that dies with us. Its output is read line by
/// line; the last lines are kept for messages.
class ChildProcess {
 public:
  struct Options {
    std::vector<std::string> argv;                   ///< argv[0] is looked up in PATH unless it has a slash
    std::map<std::string, std::string> environment;  ///< added to ours
    std::function<void(std::string_view)> on_line;   ///< of stdout or stderr, without its end
    std::function<void()> on_exit;                   ///< once, from the loop
  };
  /// The error is one line: "nginx: No such file or directory".
  static boost::system::result<std::unique_ptr<ChildProcess>, std::string> start(net::Loop& loop,
                                                                                 Options options);
  /// Kills what still runs, group and all, and waits for it.
  ~ChildProcess();

  bool is_running() const;
  /// What it ended with; nothing while it runs, and when a signal ended it.
  std::optional<int> exit_status() const;
  /// "exit status 1", "signal 11"; empty while it runs.
  std::string exit_text() const;
  const std::deque<std::string>& last_lines() const;
  pid_t pid() const;
  /// To the process alone, as a user does it with `kill`.
  void send_signal(int number);
  /// SIGTERM to the group.
  void terminate();

 private:
  struct State;
  explicit ChildProcess(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace wsrig::engine
