#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/loop.hpp"
#include "scenarios/engine/model.hpp"

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
  /// The URL of the first service that uses this program of ours; empty without one.
  std::string url_of(std::string_view program) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// "/path/of/this/program/wsrig-echo" when that is beside us, else the bare name.
std::string sibling_program(const std::string& name);

/// Services in an order in which each comes behind its needs; a cycle or an unknown name is a text.
boost::system::result<std::vector<Service>, std::string> order_of_need(const std::vector<Service>& services);

}  // namespace wsrig::engine
