#include "stats/recorder.hpp"

#include <algorithm>
#include <cstdlib>
#include <new>
#include <vector>

namespace wsrig::stats {

using namespace bucket_layout;

void Recorder::Free::operator()(std::uint64_t* counts) const { std::free(counts); }

/// calloc and not a vector: it hands out pages that nobody has touched yet.
Recorder::Recorder()
    : counts_(static_cast<std::uint64_t*>(std::calloc(bucket_count, sizeof(std::uint64_t)))) {
  if (counts_ == nullptr) throw std::bad_alloc();
}

Histogram Recorder::snapshot() const {
  if (empty()) return {};
  std::vector<Bucket> buckets;
  const std::size_t last = index_of(max_);
  for (std::size_t index = index_of(min_); index <= last; ++index) {
    if (counts_[index] != 0) buckets.push_back({static_cast<std::uint32_t>(index), counts_[index]});
  }
  return {std::move(buckets), min_, max_};
}

Histogram Recorder::take() {
  Histogram seen = snapshot();
  if (!empty()) std::fill(&counts_[index_of(min_)], &counts_[index_of(max_)] + 1, 0);
  min_ = ~std::uint64_t{0};
  max_ = 0;
  return seen;
}

void Recorder::merge(const Histogram& histogram) {
  if (histogram.empty()) return;
  for (const Bucket& bucket : histogram.buckets()) counts_[bucket.index] += bucket.count;
  min_ = std::min(min_, histogram.min());
  max_ = std::max(max_, histogram.max());
}

}  // namespace wsrig::stats
