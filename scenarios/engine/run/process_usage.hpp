#pragma once

#include <chrono>
#include <cstdint>
#include <sys/types.h>

namespace wsrig::engine {

/// What the processes of a group hold at a moment.
struct ProcessUsage {
  std::uint64_t memory = 0;                   ///< octets of their own memory, without what is backed by files
  std::chrono::nanoseconds processor_time{};  ///< so far, user and system, in steps of a clock tick
  std::uint64_t connections = 0;              ///< open sockets, listening ones included
};

/// Reads /proc; a process that ends meanwhile counts as far as it was read. A service with children (a
/// worker, a fork for each connection) is one group.
ProcessUsage usage_of_group(pid_t group);

}  // namespace wsrig::engine
