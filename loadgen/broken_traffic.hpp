#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>

#include "loadgen/config.hpp"
#include "loadgen/link.hpp"
#include "net/loop.hpp"

namespace wsrig::loadgen {

/// Sends broken frames beside the load, as many as their share asks for, each on a connection of its own, and
/// sees whether the subject does what it has to.
class BrokenTraffic {
 public:
  using Missed = std::function<void(const std::string& what)>;
  /// `shared` and `config` must outlive it. `missed` is told, in words, where the subject did something else
  /// than it has to.
  BrokenTraffic(LinkShared& shared, const Config& config, Missed missed);
  ~BrokenTraffic();

  /// So many messages of the load have been sent in all.
  void follow(std::uint64_t messages_sent);
  bool is_quiet() const { return probes_.empty(); }

 private:
  class Probe;
  void launch();
  void remove(const Probe& probe);

  LinkShared& shared_;
  const Config& config_;
  Missed missed_;
  std::uint32_t launched_ = 0;
  std::list<std::unique_ptr<Probe>> probes_;
};

}  // namespace wsrig::loadgen
