#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "ws/bytes.hpp"
#include "ws/masker.hpp"

namespace wsrig::ws {

/// Repeatable random octets (SplitMix64), keyed by a run's seed and what else tells one use from another
/// (case, connection): a rerun sends the same bytes whatever the order. Not for secrets: the keys of a tester
/// need to vary, not to be unguessable.
class Random final : public MaskKeySource {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  Random(std::uint64_t seed, std::string_view case_id, std::string_view connection) : state_(seed) {
    mix(case_id);
    mix(connection);
  }

  std::uint64_t next_word() {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t word = state_;
    word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9U;
    word = (word ^ (word >> 27)) * 0x94d049bb133111ebU;
    return word ^ (word >> 31);
  }

  /// In [0, 1), each of 2^53 values as likely as the others.
  double next_fraction() { return static_cast<double>(next_word() >> 11) * 0x1p-53; }
  /// One of `count` values from 0, `count` not 0; what a modulo favours is beyond notice for counts below
  /// 2^32.
  std::uint64_t next_below(std::uint64_t count) { return next_word() % count; }

  void fill(MutableBytes out) {
    for (std::size_t offset = 0; offset < out.size(); offset += sizeof(std::uint64_t)) {
      const std::uint64_t word = next_word();
      const std::size_t rest = out.size() - offset;
      std::memcpy(out.data() + offset, &word, rest < sizeof word ? rest : sizeof word);
    }
  }

  MaskKey next() override {
    MaskKey key;
    const std::uint64_t word = next_word();
    std::memcpy(key.data(), &word, key.size());
    return key;
  }

 private:
  void mix(std::string_view text) {
    for (const char letter : text) {
      state_ = (state_ ^ static_cast<unsigned char>(letter)) * 0x100000001b3U;
    }
    state_ = next_word();
  }

  std::uint64_t state_;
};

}  // namespace wsrig::ws
