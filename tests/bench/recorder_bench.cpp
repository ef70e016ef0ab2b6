// What recording a sample costs, and what is done once a second.
#include <benchmark/benchmark.h>
#include <cmath>
#include <vector>

#include "stats/hdr_encoding.hpp"
#include "stats/recorder.hpp"
#include "ws/random.hpp"

namespace wsrig::stats {
namespace {

/// Latencies from 20 µs to 2 ms.
std::vector<std::uint64_t> latencies() {
  ws::Random random(1);
  std::vector<std::uint64_t> values(4096);
  for (auto& value : values)
    value = static_cast<std::uint64_t>(20'000 * std::pow(100, random.next_fraction()));
  return values;
}

Histogram one_second() {
  Recorder recorder;
  for (const std::uint64_t value : latencies()) recorder.record(value, 5);
  return recorder.snapshot();
}

void record(benchmark::State& state) {
  const auto values = latencies();
  Recorder recorder;
  for (auto _ : state) {
    for (const std::uint64_t value : values) recorder.record(value);
  }
  benchmark::DoNotOptimize(recorder.snapshot());
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(values.size()));
}
BENCHMARK(record);

void take(benchmark::State& state) {
  const Histogram second = one_second();
  Recorder recorder;
  for (auto _ : state) {
    recorder.merge(second);
    benchmark::DoNotOptimize(recorder.take());
  }
}
BENCHMARK(take);

void merge(benchmark::State& state) {
  const Histogram second = one_second();
  Histogram sum = second;
  for (auto _ : state) sum.merge(second);
  benchmark::DoNotOptimize(sum);
}
BENCHMARK(merge);

void percentile(benchmark::State& state) {
  const Histogram second = one_second();
  for (auto _ : state) benchmark::DoNotOptimize(second.percentile(99));
}
BENCHMARK(percentile);

void encode(benchmark::State& state) {
  const Histogram second = one_second();
  for (auto _ : state) benchmark::DoNotOptimize(encode_hdr(second));
}
BENCHMARK(encode);

}  // namespace
}  // namespace wsrig::stats

BENCHMARK_MAIN();
