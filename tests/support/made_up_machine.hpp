#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "stats/comparison.hpp"
#include "stats/recorder.hpp"
#include "ws/random.hpp"

namespace wsrig::tests {

using stats::Histogram, stats::MeasuredRun, stats::Recorder;

/// Made-up measurements with the faults of real ones: latencies with a long tail; a level that wanders from
/// second to second and remembers where it was; another one in each run; and a machine that slows down while
/// all of it goes on.
class Machine {
 public:
  explicit Machine(std::uint64_t seed) : random_(seed) {}

  struct Noise {
    double run = 0.03;     ///< spread of a run's level
    double second = 0.05;  ///< spread of a second's
    double memory = 0.6;   ///< how much of a second's is the last one's
    std::size_t seconds = 10;
    std::size_t rate = 500;
  };

  MeasuredRun run(double slowdown, const Noise& noise) {
    const double level = slowdown * std::exp(noise.run * normal() + drift_);
    drift_ += 0.002;
    double wander = noise.second * normal();
    MeasuredRun run;
    for (std::size_t second = 0; second < noise.seconds; ++second) {
      run.push_back({.samples = one_second(level * std::exp(wander), noise.rate)});
      wander = noise.memory * wander + std::sqrt(1 - noise.memory * noise.memory) * noise.second * normal();
    }
    return run;
  }

  /// Two sides, taken in turn.
  std::pair<std::vector<MeasuredRun>, std::vector<MeasuredRun>> pairs(std::size_t count, double slowdown,
                                                                      const Noise& noise) {
    std::vector<MeasuredRun> a, b;
    for (std::size_t i = 0; i < count; ++i) {
      a.push_back(run(1, noise));
      b.push_back(run(slowdown, noise));
    }
    return {std::move(a), std::move(b)};
  }

 private:
  Histogram one_second(double level, std::size_t rate) {
    for (std::size_t i = 0; i < rate; ++i) {
      recorder_.record(static_cast<std::uint64_t>(200'000 * level * std::exp(0.5 * normal())));
    }
    return recorder_.take();
  }

  /// Box and Muller's.
  double normal() {
    const double radius = std::sqrt(-2 * std::log(1 - random_.next_fraction()));
    return radius * std::cos(2 * 3.14159265358979 * random_.next_fraction());
  }

  ws::Random random_;
  Recorder recorder_;
  double drift_ = 0;
};

}  // namespace wsrig::tests
