#pragma once

#include <chrono>
#include <cmath>
#include <string>

#include "loadgen/result.hpp"
#include "stats/recorder.hpp"
#include "ws/random.hpp"

namespace wsrig::test {

using namespace loadgen;  // whose figures these are

/// Made-up latencies around `middle` nanoseconds with a long tail.
inline stats::Histogram latencies(ws::Random& random, std::uint64_t count, double middle) {
  stats::Recorder recorder;
  for (std::uint64_t i = 0; i < count; ++i) {
    const double away = random.next_fraction() + random.next_fraction() + random.next_fraction() - 1.5;
    const bool is_slow = random.next_below(200) == 0;
    recorder.record(static_cast<std::uint64_t>(middle * std::exp(away) * (is_slow ? 20 : 1)));
  }
  return recorder.snapshot();
}

/// A second in which `rate` messages went to and fro.
inline Figures second_of_traffic(ws::Random& random, std::uint64_t rate, double middle) {
  Figures figures{.duration = std::chrono::seconds(1)};
  figures.timings[Timing::rtt] = latencies(random, rate, middle);
  figures.timings[Timing::rtt_uncorrected] = latencies(random, rate, middle * 0.8);
  figures.timings[Timing::send_lag] = latencies(random, rate, 2'000);
  figures.rtt_by_message["text 128B"] = figures.timings[Timing::rtt];
  figures.counters = {.messages_sent = rate,
                      .messages_received = rate,
                      .frames_sent = rate * 2,
                      .frames_received = rate,
                      .octets_sent = rate * 134,
                      .octets_received = rate * 130,
                      .scheduled = rate};
  figures.processor_time = std::chrono::milliseconds(340);
  return figures;
}

/// A run with a warm-up and a recorded phase, some errors, a service and two thresholds; the same for the
/// same seed.
inline Result sample_result(std::uint64_t seed = 1, std::size_t seconds = 12) {
  ws::Random random(seed);
  Result result{.meta = {.version = "0.1.0",
                         .argv = {"wsrig-load", "ws://127.0.0.1:9001/", "-c", "1000", "-r", "500"},
                         .seed = 42,
                         .url = "ws://127.0.0.1:9001/",
                         .start = std::chrono::seconds(1'767'323'045) + std::chrono::milliseconds(250),
                         .clock_resolution = std::chrono::nanoseconds(1),
                         .shards = {{.host = "alpha", .start = std::chrono::seconds(1'767'323'045)}},
                         .thresholds = {"load rtt p99 < 50ms", "errors == 0"}}};
  Phase warm_up{.name = "warm-up",
                .model = Model::open,
                .asked = "0..1000 connections, 500/s, 2 s",
                .asked_rate = 500,
                .recorded = false,
                .connections = 1000};
  warm_up.figures.http_statuses[101] = 1000;
  Phase load{.name = "load",
             .model = Model::open,
             .asked = "1000 connections, 500/s",
             .asked_rate = 500,
             .connections = 1000};
  for (std::uint32_t number = 0; number < seconds; ++number) {
    Phase& phase = number < 2 ? warm_up : load;
    Second second{.number = number,
                  .figures = second_of_traffic(random, 500, number == 7 ? 900'000 : 200'000),
                  .connections = number == 0 ? 500u : 1000u};
    if (number < 2) {
      second.figures.counters.connects_attempted = second.figures.counters.connects_opened = 500;
      second.figures.timings[Timing::connect] = latencies(random, 500, 80'000);
      second.figures.timings[Timing::upgrade] = latencies(random, 500, 150'000);
    }
    if (number == 7) {
      second.figures.counters.late = 3;
      second.figures.counters.missed_sends = 2;
      second.figures.errors["read: connection reset by peer"] = 1;
      second.figures.close_codes[1006] = 1;
    }
    phase.figures.append(second.figures);
    phase.seconds.push_back(std::move(second));
  }
  result.phases = {std::move(warm_up), std::move(load)};
  result.services = {{.name = "echo",
                      .samples = {{std::chrono::seconds(1), 3'000'000, std::chrono::milliseconds(400)},
                                  {std::chrono::seconds(2), 4'500'000, std::chrono::milliseconds(900)}}}};
  return result;
}

}  // namespace wsrig::test
