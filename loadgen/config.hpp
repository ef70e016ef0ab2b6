#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "loadgen/broken_frame.hpp"
#include "loadgen/csv_table.hpp"
#include "loadgen/mix.hpp"
#include "loadgen/rate.hpp"
#include "loadgen/reply_rule.hpp"
#include "loadgen/result.hpp"
#include "loadgen/session.hpp"
#include "loadgen/target.hpp"

namespace wsrig::loadgen {

using std::chrono::nanoseconds;

/// A stretch of a run.
struct PhasePlan {
  std::string name = "load";
  Model model = Model::open;
  std::size_t connections_from = 1;  ///< of this shard, at its start
  std::size_t connections_to = 1;    ///< at its end; in between evenly
  std::optional<RatePlan> rate{};    ///< open: of messages, over all connections of all shards; receive: of
                                     ///< those that are sent for the server to push to all
  nanoseconds duration{};
  bool is_recorded = true;
  std::uint32_t depth = 1;  ///< closed: messages on their way on each connection
  std::string asked{};      ///< of all shards together; empty where this is the only one

  bool is_ramp() const { return connections_from != connections_to; }
  /// "1000 connections, 20000/s, 10 s"
  std::string print() const;
};

/// Find-the-limit: the phase's rate is where the search begins, its duration that of each probe.
struct SearchPlan {
  std::vector<std::string> criterion{};  ///< thresholds that all have to hold
};

/// How a connection that has done its part ends.
enum class Ending : std::uint8_t { close, reset };

/// All that a run depends on: options or a scenario, as values.
struct Config {
  Target target;
  std::vector<MixEntry> mix{MixEntry{}};
  Mix::Order order = Mix::Order::drawn;
  std::optional<CsvTable> data{};  ///< one row a connection, over again where there are more connections
  std::vector<PhasePlan> phases;
  ReplyRule replies;
  BrokenPlan broken;
  std::optional<Rate> connect_rate{};    ///< new connections a second; empty: as fast as they come
  std::optional<std::uint64_t> churn{};  ///< messages of a connection before it is made anew
  Ending ending = Ending::close;
  std::optional<SearchPlan> search{};
  SessionFactory session{};  ///< empty: the load begins as soon as a connection is open
  nanoseconds ping_interval = std::chrono::seconds(10);  ///< hold: between the pings of a connection
  nanoseconds reply_timeout = std::chrono::seconds(5);   ///< a reply that takes longer is late
  nanoseconds drain_timeout = std::chrono::seconds(5);   ///< waiting for replies behind a phase
  std::uint64_t seed = 0;
  bool seed_was_given = false;  ///< by the user
  Shard shard{};
  Meta meta{};  ///< what the run itself cannot know: program, version, argv, name
};

}  // namespace wsrig::loadgen
