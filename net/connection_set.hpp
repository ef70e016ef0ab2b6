#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <utility>
#include <vector>

namespace wsrig::net {

/// The connections of a server, each in one of its parts: found, added and removed in constant time. A
/// `Connection` has a public member `std::size_t index` for this, and begin().
template <class Connection>
class ConnectionSet {
 public:
  std::size_t size() const { return connections_.size(); }
  bool empty() const { return connections_.empty(); }

  /// Adds one and begins it, which may remove it.
  void add(std::unique_ptr<Connection> connection) {
    connection->index = connections_.size();
    connections_.push_back(std::move(connection));
    connections_.back()->begin();
  }

  /// Destroys it.
  void remove(Connection& connection) {
    const std::size_t index = connection.index;
    const auto removed = std::move(connections_[index]);
    connections_[index] = std::move(connections_.back());
    connections_.pop_back();
    if (index < connections_.size()) connections_[index]->index = index;
  }

  /// Destroys it, and puts another in its place, which is begun.
  void replace(Connection& connection, std::unique_ptr<Connection> next) {
    next->index = connection.index;
    const auto replaced = std::exchange(connections_[next->index], nullptr);
    Connection& current = *next;
    connections_[next->index] = std::move(next);
    current.begin();
  }

  /// Calls `visit` for each; it may remove or replace that one. Backwards: who is removed makes room for the
  /// last one, which was visited already.
  template <class Visit>
  void for_each(Visit visit) {
    for (std::size_t i = connections_.size(); i-- > 0;) visit(*connections_[i]);
  }
  template <class Visit>
  void for_each(Visit visit) const {
    for (const auto& connection : connections_) visit(std::as_const(*connection));
  }

  void clear() { connections_.clear(); }

 private:
  std::vector<std::unique_ptr<Connection>> connections_;
};

/// How often a server without a timer for each connection looks at their deadlines: each is met within a
/// quarter of the shortest, and within a second. Zeros do not count.
inline std::chrono::microseconds sweep_interval(std::initializer_list<std::chrono::microseconds> timeouts) {
  using namespace std::chrono_literals;
  std::chrono::microseconds shortest = 4s;
  for (const auto timeout : timeouts) {
    if (timeout.count() > 0) shortest = std::min(shortest, timeout);
  }
  return std::max<std::chrono::microseconds>(shortest / 4, 1ms);
}

}  // namespace wsrig::net
