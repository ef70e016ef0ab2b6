#include "stats/histogram.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "stats/bucket_layout.hpp"

namespace wsrig::stats {

namespace {

double middle(const Bucket& bucket) {
  const auto lowest = static_cast<double>(bucket.lowest());
  return lowest + (static_cast<double>(bucket.highest()) - lowest) / 2;
}

/// Both lists are in the order of their indices, and so is the result.
std::vector<Bucket> add(std::span<const Bucket> a, std::span<const Bucket> b) {
  std::vector<Bucket> sum;
  sum.reserve(std::max(a.size(), b.size()));
  auto left = a.begin(), right = b.begin();
  while (left != a.end() && right != b.end()) {
    if (left->index == right->index) {
      sum.push_back({left->index, left->count + right->count});
      ++left, ++right;
    } else {
      sum.push_back(left->index < right->index ? *left++ : *right++);
    }
  }
  sum.insert(sum.end(), left, a.end());
  sum.insert(sum.end(), right, b.end());
  return sum;
}

}  // namespace

std::uint64_t Bucket::lowest() const { return bucket_layout::lowest_of(index); }
std::uint64_t Bucket::highest() const { return bucket_layout::highest_of(index); }

Histogram::Histogram(std::vector<Bucket> buckets, std::uint64_t min, std::uint64_t max)
    : buckets_(std::move(buckets)), min_(min), max_(max) {
  for (const Bucket& bucket : buckets_) count_ += bucket.count;
}

double Histogram::mean() const {
  if (empty()) return 0;
  double sum = 0;
  for (const Bucket& bucket : buckets_) sum += middle(bucket) * static_cast<double>(bucket.count);
  return std::clamp(sum / static_cast<double>(count_), static_cast<double>(min_), static_cast<double>(max_));
}

double Histogram::stddev() const {
  if (empty()) return 0;
  const double average = mean();
  double squares = 0;
  for (const Bucket& bucket : buckets_) {
    const double distance = middle(bucket) - average;
    squares += distance * distance * static_cast<double>(bucket.count);
  }
  return std::sqrt(squares / static_cast<double>(count_));
}

std::uint64_t Histogram::percentile(double percent) const {
  if (empty()) return 0;
  // A product like 99.9 % of 1000 may come out a little above 999: that must not ask for one sample more.
  const double below = std::nextafter(std::clamp(percent, 0.0, 100.0), 0.0) / 100;
  const double rank = std::max(1.0, std::ceil(below * static_cast<double>(count_)));
  double seen = 0;
  for (const Bucket& bucket : buckets_) {
    seen += static_cast<double>(bucket.count);
    if (seen >= rank) return std::clamp(bucket.highest(), min_, max_);
  }
  return max_;
}

std::uint64_t Histogram::count_at_most(std::uint64_t value) const {
  std::uint64_t seen = 0;
  for (const Bucket& bucket : buckets_) {
    if (bucket.highest() > value && max_ > value) break;
    seen += bucket.count;
  }
  return seen;
}

void Histogram::merge(const Histogram& other) {
  if (other.empty()) return;
  min_ = empty() ? other.min_ : std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  buckets_ = add(buckets_, other.buckets_);
  count_ += other.count_;
}

}  // namespace wsrig::stats
