#include "loadgen/pacer.hpp"

#include <algorithm>
#include <cmath>

#include "ws/random.hpp"

namespace wsrig::loadgen {
namespace {

__extension__ using Wide = unsigned __int128;

/// Thousandths of events a second, times nanoseconds, are units of 10^-12 events.
constexpr std::uint64_t units_per_event = 1'000'000'000'000;

long double units_in(nanoseconds length, Rate from, Rate to) {
  const auto mean =
      (static_cast<long double>(from.thousandths) + static_cast<long double>(to.thousandths)) / 2;
  return mean * static_cast<long double>(length.count());
}

nanoseconds to_nanoseconds(long double value) {
  if (!(value < static_cast<long double>(nanoseconds::max().count()))) return nanoseconds::max();
  return nanoseconds(static_cast<nanoseconds::rep>(std::ceil(value)));
}

}  // namespace

Pacer::Pacer(const RatePlan& plan, nanoseconds duration, std::uint64_t seed)
    : seed_(seed), is_poisson_(plan.is_poisson) {
  const auto& rates = plan.rates;
  if (plan.shape == RatePlan::Shape::ramp) {
    add_segment({}, duration, rates[0], rates[1]);
  } else if (plan.shape == RatePlan::Shape::steps) {
    const auto count = static_cast<nanoseconds::rep>(rates.size());
    for (nanoseconds::rep i = 0; i < count; ++i) {
      const Rate rate = rates[static_cast<std::size_t>(i)];
      const nanoseconds begin = duration * i / count;
      add_segment(begin, duration * (i + 1) / count - begin, rate, rate);
    }
  }
  add_segment(segments_.empty() ? nanoseconds{} : duration, nanoseconds::max(), plan.last(), plan.last());
}

void Pacer::add_segment(nanoseconds begin, nanoseconds length, Rate from, Rate to) {
  long double before = 0;
  if (!segments_.empty()) {
    const Segment& last = segments_.back();
    before = last.events + units_in(last.length, last.from, last.to);
  }
  segments_.push_back({begin, length, from, to, before});
}

nanoseconds Pacer::due(std::uint64_t n) const {
  if (is_poisson_) return due_at(poisson_events(n) * units_per_event);
  if (segments_.size() == 1) return exact_due(n);
  return due_at(static_cast<long double>(n) * units_per_event);
}

/// At a constant rate: n events take n / rate, rounded up.
nanoseconds Pacer::exact_due(std::uint64_t n) const {
  const Wide rate = segments_.front().from.thousandths;
  const Wide due = (Wide{n} * units_per_event + rate - 1) / rate;
  const auto most = static_cast<std::uint64_t>(nanoseconds::max().count());
  return nanoseconds(static_cast<nanoseconds::rep>(std::min<Wide>(due, most)));
}

const Pacer::Segment& Pacer::segment_of(long double events) const {
  const auto behind =
      std::upper_bound(segments_.begin() + 1, segments_.end(), events,
                       [](long double wanted, const Segment& one) { return wanted < one.events; });
  return *(behind - 1);
}

/// Inside a segment events(t) = from·t + (to − from)·t²/2·length; the root is taken in the form that loses no
/// digits when the rates are nearly equal.
nanoseconds Pacer::due_at(long double events) const {
  const Segment& segment = segment_of(events);
  const long double rest = events - segment.events;
  if (rest <= 0) return segment.begin;
  const auto from = static_cast<long double>(segment.from.thousandths);
  const auto slope = (static_cast<long double>(segment.to.thousandths) - from) /
                     static_cast<long double>(segment.length.count());
  const long double root = std::sqrt(std::max(0.0L, from * from + 2 * slope * rest));
  const long double inside = 2 * rest / (from + root);
  return to_nanoseconds(static_cast<long double>(segment.begin.count()) + inside);
}

/// The sum of n + 1 independent exponential gaps of mean 1, each keyed by its number.
long double Pacer::poisson_events(std::uint64_t n) const {
  const auto gap = [this](std::uint64_t number) {
    ws::Random random(seed_ ^ (number + 1) * 0x9e3779b97f4a7c15U);
    return -std::log(1.0L - static_cast<long double>(random.next_fraction()));
  };
  if (last_events_ == 0 || n < last_n_) {
    last_n_ = 0;
    last_events_ = gap(0);
  }
  while (last_n_ < n) last_events_ += gap(++last_n_);
  return last_events_;
}

std::uint64_t Pacer::count_before(nanoseconds end) const {
  if (is_poisson_) return count_on(end);
  std::uint64_t low = 0;
  std::uint64_t high = 1;
  while (due(high) < end) high *= 2;
  if (due(0) >= end) return 0;
  while (high - low > 1) {  // due(low) < end <= due(high)
    const std::uint64_t middle = low + (high - low) / 2;
    (due(middle) < end ? low : high) = middle;
  }
  return high;
}

/// One by one from the last answer, where that lies before the end: looking back would begin at the first.
std::uint64_t Pacer::count_on(nanoseconds end) const {
  std::uint64_t n = due(last_n_) < end ? last_n_ : 0;
  while (due(n) < end) ++n;
  return n;
}

}  // namespace wsrig::loadgen
