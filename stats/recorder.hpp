#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "stats/bucket_layout.hpp"
#include "stats/histogram.hpp"

namespace wsrig::stats {

/// Counts samples (nanoseconds, or any other whole number) in the buckets of `bucket_layout`: any value of 64
/// bits, 3 significant digits, without allocation and in constant time. It has 440 KiB of addresses, of which
/// only the pages where values fall are ever touched. What it has seen is a Histogram.
class Recorder {
 public:
  Recorder();

  void record(std::uint64_t value, std::uint64_t times = 1) {
    if (times == 0) return;
    counts_[bucket_layout::index_of(value)] += times;
    if (value < min_) min_ = value;
    if (value > max_) max_ = value;
  }
  bool empty() const { return min_ > max_; }
  /// All that was recorded since the start, or since the last `take`.
  Histogram snapshot() const;
  /// The snapshot, after which nothing is recorded: for what is kept by second.
  Histogram take();
  /// Adds what another recorder has seen.
  void merge(const Histogram& histogram);

 private:
  struct Free {
    void operator()(std::uint64_t* counts) const;
  };
  std::unique_ptr<std::uint64_t[], Free> counts_;
  std::uint64_t min_ = ~std::uint64_t{0};  ///< above max_ while there is nothing
  std::uint64_t max_ = 0;
};

}  // namespace wsrig::stats
