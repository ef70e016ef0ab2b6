#include "loadgen/meter.hpp"

#include <ctime>
#include <utility>

namespace wsrig::loadgen {
namespace {

nanoseconds process_time() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + nanoseconds(time.tv_nsec);
}

}  // namespace

Meter::Meter(std::vector<std::string> labels)
    : labels_(std::move(labels)),
      by_entry_(labels_.size() > 1 ? labels_.size() : 0),
      since_(std::chrono::steady_clock::now()),
      processor_time_(process_time()) {}

void Meter::record_reply(std::uint16_t entry, nanoseconds corrected, nanoseconds uncorrected) {
  const Same reply{to_count(corrected), to_count(uncorrected), 1, entry};
  if (same_.times > 0 && same_.corrected == reply.corrected && same_.uncorrected == reply.uncorrected &&
      same_.entry == entry) {
    ++same_.times;
    return;
  }
  flush_replies();
  same_ = reply;
}

void Meter::flush_replies() {
  recorder(Timing::rtt).record(same_.corrected, same_.times);
  recorder(Timing::rtt_uncorrected).record(same_.uncorrected, same_.times);
  if (same_.entry < by_entry_.size()) by_entry_[same_.entry].record(same_.corrected, same_.times);
  same_.times = 0;
}

Figures Meter::take(std::chrono::steady_clock::time_point now) {
  flush_replies();
  Figures figures = std::exchange(others_, {});
  figures.duration = now - std::exchange(since_, now);
  for (std::size_t i = 0; i < timing_count; ++i)
    figures.timings[static_cast<Timing>(i)] = recorders_[i].take();
  for (std::size_t i = 0; i < by_entry_.size(); ++i) {
    if (!by_entry_[i].empty()) figures.rtt_by_message[labels_[i]].merge(by_entry_[i].take());
  }
  taken_messages_ += counters.messages_sent;
  figures.counters = std::exchange(counters, {});
  const nanoseconds used = process_time();
  figures.processor_time = used - std::exchange(processor_time_, used);
  return figures;
}

}  // namespace wsrig::loadgen
