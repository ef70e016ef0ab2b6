#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace wsrig::stats {

/// How many samples lie in a bucket of `bucket_layout`.
struct Bucket {
  std::uint32_t index = 0;
  std::uint64_t count = 0;

  std::uint64_t lowest() const;   ///< smallest value that belongs here
  std::uint64_t highest() const;  ///< largest value that belongs here
  friend bool operator==(const Bucket&, const Bucket&) = default;
};

/// What a Recorder has seen: the buckets that hold something, by value, with the exact least and greatest
/// sample. Histograms add up: a sum of shards is the histogram of all their samples, whatever the order. What
/// is computed from buckets is off by less than `bucket_layout::relative_error` (0.1 %) of the value.
class Histogram {
 public:
  Histogram() = default;
  /// Expects `buckets` in the order of their indices, none of them empty, with `min` in the first and `max`
  /// in the last.
  Histogram(std::vector<Bucket> buckets, std::uint64_t min, std::uint64_t max);

  std::uint64_t count() const { return count_; }
  bool empty() const { return count_ == 0; }
  std::uint64_t min() const { return min_; }  ///< exact; 0 when empty
  std::uint64_t max() const { return max_; }  ///< exact; 0 when empty
  double mean() const;                        ///< 0 when empty
  double stddev() const;                      ///< of the samples themselves, not an estimate for more of them
  /// The smallest value that at least `percent` (0..100) of the samples do not exceed, rounded up to the end
  /// of its bucket; 0 when empty.
  std::uint64_t percentile(double percent) const;
  /// How many samples lie in buckets that do not reach above `value`.
  std::uint64_t count_at_most(std::uint64_t value) const;
  std::span<const Bucket> buckets() const { return buckets_; }

  void merge(const Histogram& other);
  friend bool operator==(const Histogram&, const Histogram&) = default;

 private:
  std::vector<Bucket> buckets_;
  std::uint64_t count_ = 0;
  std::uint64_t min_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace wsrig::stats
