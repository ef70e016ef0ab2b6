#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "capture/tcp_segment.hpp"

namespace wsrig::tcp {

/// The two ends of a connection and its network, the same for both directions.
class FlowKey {
 public:
  FlowKey() = default;
  explicit FlowKey(const capture::TcpSegment& segment);
  /// For each packet: without a branch, or a call of memcmp.
  friend bool operator==(const FlowKey& a, const FlowKey& b) {
    std::uint64_t difference = 0;
    for (std::size_t i = 0; i < a.words_.size(); ++i) difference |= a.words_[i] ^ b.words_[i];
    return difference == 0;
  }

  std::uint64_t hash(std::uint64_t seed) const;

 private:
  std::array<std::uint64_t, 5> words_{};
};

/// Finds connections by their key: open addressing with linear probing, at most half full. The hash has a
/// random seed, so that no capture can be made to fill one place.
template <class Value>
class FlowIndex {
 public:
  explicit FlowIndex(std::uint64_t seed) : seed_(seed), slots_(initial_slots) {}

  /// Null where the key is not there.
  Value* find(const FlowKey& key) const {
    for (std::size_t at = place(key);; at = next(at)) {
      if (!slots_[at].value) return nullptr;
      if (slots_[at].key == key) return slots_[at].value;
    }
  }
  /// The key is not there yet; `value` outlives its entry.
  void insert(const FlowKey& key, Value* value) {
    if (++size_ * 2 > slots_.size()) grow();
    put({key, value});
  }
  /// The key is there.
  void erase(const FlowKey& key) {
    std::size_t hole = place(key);
    while (slots_[hole].key != key || !slots_[hole].value) hole = next(hole);
    --size_;
    // What was pushed behind its own place by the entry moves up, so that no mark of it remains.
    for (std::size_t at = next(hole); slots_[at].value; at = next(at)) {
      const std::size_t home = place(slots_[at].key);
      if (distance(home, at) < distance(hole, at)) continue;
      slots_[hole] = slots_[at];
      hole = at;
    }
    slots_[hole].value = nullptr;
  }
  std::size_t size() const { return size_; }

 private:
  struct Slot {
    FlowKey key{};
    Value* value = nullptr;
  };
  static constexpr std::size_t initial_slots = 1024;

  std::size_t place(const FlowKey& key) const { return key.hash(seed_) & (slots_.size() - 1); }
  std::size_t next(std::size_t at) const { return (at + 1) & (slots_.size() - 1); }
  std::size_t distance(std::size_t from, std::size_t to) const { return (to - from) & (slots_.size() - 1); }
  void put(const Slot& slot) {
    std::size_t at = place(slot.key);
    while (slots_[at].value) at = next(at);
    slots_[at] = slot;
  }
  void grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old)
      if (slot.value) put(slot);
  }

  std::uint64_t seed_;
  std::vector<Slot> slots_;  ///< a power of two of them
  std::size_t size_ = 0;
};

}  // namespace wsrig::tcp
