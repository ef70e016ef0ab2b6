#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/loop.hpp"
#include "scenarios/engine/format/model.hpp"
#include "scenarios/engine/run/child_process.hpp"

namespace wsrig::engine {

/// Starts the services of a file in order of need, each ready before the next, and stops them all, whatever
/// happened. Defines `${X.address}`, `${X.host}`, `${X.port}` and `${X.url}` for each.
class ServiceSet {
 public:
  /// `given` are variables that services may use besides each other's.
  ServiceSet(net::Loop& loop, std::vector<Service> services, Variables given = {});
  ~ServiceSet();

  /// Called once: with an empty text when all are ready, else with one line that says which is not, and why.
  void start(std::function<void(std::string error)> done);
  /// SIGTERM in reverse order, SIGKILL after 5 s. Called once all are gone.
  void stop(std::function<void()> done);

  const Variables& variables() const;
  /// The URL of what `find_subject` finds; empty without one.
  std::string url_of(std::string_view program) const;
  /// The process of a service; null where it has none (`url`), and for an unknown name.
  ChildProcess* process(const std::string& name) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// The subject among the services of a file: the first that uses this program of ours, or else the one that
/// has its name (`proxy: { exec: … }`); the end without one.
std::vector<Service>::iterator find_subject(std::vector<Service>& services, std::string_view program);

/// "/path/of/this/program/wsrig-echo" when that is beside us, else the bare name.
std::string sibling_program(const std::string& name);

/// Services in an order in which each comes behind its needs; a cycle or an unknown name is a text.
boost::system::result<std::vector<Service>, std::string> order_of_need(const std::vector<Service>& services);

}  // namespace wsrig::engine
