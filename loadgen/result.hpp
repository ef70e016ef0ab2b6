#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "loadgen/figures.hpp"

/// The document of a run: what the engine hands to everything that reports, compares and merges.
namespace wsrig::loadgen {

/// Which part of a run this process is: `rank` of `world`, from 0.
struct Shard {
  std::uint32_t rank = 0;
  std::uint32_t world = 1;
  std::uint32_t loops = 1;  ///< event loops, one thread each: what 100 % of the generator's processor time is
  std::string host{};
  std::chrono::nanoseconds start{};         ///< since the epoch (CLOCK_REALTIME): when it really began
  std::chrono::nanoseconds agreed_start{};  ///< when all were to begin; 0: nothing was agreed

  std::chrono::nanoseconds skew() const {
    return agreed_start.count() == 0 ? agreed_start : start - agreed_start;
  }

  friend bool operator==(const Shard&, const Shard&) = default;
};

/// What was run, by whom and where.
struct Meta {
  std::string program = "wsrig-load";
  std::string version{};
  std::vector<std::string> argv{};
  std::uint64_t seed = 0;
  std::string name{};                           ///< of the scenario, or empty
  std::string url{};                            ///< of the subject
  std::chrono::nanoseconds start{};             ///< since the epoch, of the first shard
  std::chrono::nanoseconds clock_resolution{};  ///< the step of the clock that was read
  std::vector<Shard> shards{};                  ///< one in a document of one process; sorted by rank
  std::vector<std::string> thresholds{};        ///< as written; judged on the sum of all shards only
  bool interrupted = false;                     ///< Ctrl-C: what follows is what ran until then

  /// Is this one shard of several? Then nothing of it is judged but its sum with the others.
  bool is_part() const { return shards.size() == 1 && shards.front().world > 1; }

  friend bool operator==(const Meta&, const Meta&) = default;
};

/// What happened in a second of a phase.
struct Second {
  std::uint32_t number = 0;  ///< whole seconds from the start of the run to its beginning
  Figures figures{};
  std::uint64_t connections = 0;  ///< open at its end

  friend bool operator==(const Second&, const Second&) = default;
};

/// Who decides when a message is sent.
enum class Model : std::uint8_t {
  open,     ///< a schedule: latency counts from the intended time
  closed,   ///< the reply to the one before: throughput only, its latency flatters a slow server
  blast,    ///< as fast as the peer takes it
  hold,     ///< idle connections with keep-alive pings
  receive,  ///< the server: latency from the sender's time in the payload
};
std::string_view name(Model model);

struct Phase {
  std::string name{};
  Model model = Model::open;
  std::string asked{};                      ///< in the user's words: "1000 connections, 20000/s, 10 s"
  double asked_rate = 0;                    ///< messages/s at its end; 0 when no schedule says
  bool recorded = true;                     ///< false for a warm-up: its messages are not part of the total
  std::chrono::nanoseconds start{};         ///< since the epoch: when its time began; of the first shard
  std::chrono::nanoseconds start_spread{};  ///< from the first shard to the last
  Figures figures{};                        ///< of the whole phase
  std::vector<Second> seconds{};
  std::uint64_t connections = 0;  ///< the most that were open at once

  friend bool operator==(const Phase&, const Phase&) = default;
};

/// A step of the search for the highest rate that meets a criterion.
struct Probe {
  double rate = 0;  ///< messages/s asked for
  Figures figures{};
  bool passed = false;
  std::string why{};  ///< what did not hold

  friend bool operator==(const Probe&, const Probe&) = default;
};

/// Find-the-limit: the whole curve, in the order in which it was measured.
struct LimitSearch {
  std::string criterion{};  ///< "rtt p99 < 10ms, errors == 0"
  double limit = 0;         ///< the highest rate that met it; 0: none did
  std::vector<Probe> probes{};

  friend bool operator==(const LimitSearch&, const LimitSearch&) = default;
};

/// What a service of a scenario used at a moment of the run.
struct UsageSample {
  std::chrono::nanoseconds at{};              ///< since the start of the run
  std::uint64_t memory = 0;                   ///< octets of private memory
  std::chrono::nanoseconds processor_time{};  ///< so far

  friend bool operator==(const UsageSample&, const UsageSample&) = default;
};
struct ServiceUsage {
  std::string name{};
  std::vector<UsageSample> samples{};

  friend bool operator==(const ServiceUsage&, const ServiceUsage&) = default;
};

/// Why the figures may be wrong or worse than the subject deserves.
enum class Concern : std::uint8_t {
  generator,   ///< the generator itself was the limit: fails every threshold
  resource,    ///< ports, descriptors or memory of ours ran out: fails every threshold
  not_steady,  ///< the phase drifted
  note,        ///< anything else a reader has to know
};
std::string_view name(Concern concern);
struct Remark {
  Concern concern = Concern::note;
  std::string phase{};  ///< empty: of the whole run
  std::string text{};

  friend bool operator==(const Remark&, const Remark&) = default;
};

/// A threshold, and what became of it.
struct Judgement {
  std::string threshold{};  ///< as it was written
  bool passed = false;
  std::string observed{};  ///< "4.21 ms"
  std::string why{};       ///< why it failed, where the observed value does not say

  friend bool operator==(const Judgement&, const Judgement&) = default;
};

struct Result {
  Meta meta{};
  std::vector<Phase> phases{};
  std::optional<LimitSearch> search{};
  std::vector<ServiceUsage> services{};
  std::vector<Remark> remarks{};
  std::vector<Judgement> judgements{};

  /// The sum of the phases that are recorded; of a warm-up only its connections and errors.
  Figures total() const;
  /// 130 interrupted, 1 a threshold failed, 3 no connection was ever made, else 0.
  int exit_code() const;
  friend bool operator==(const Result&, const Result&) = default;
};

}  // namespace wsrig::loadgen
