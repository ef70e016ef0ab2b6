#pragma once

#include <cstdint>

namespace wsrig::proxy {

/// Numbers that only look random (SplitMix64): the same from the same seed, so that a run can be repeated.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    return mixed ^ (mixed >> 31);
  }
  /// 0 to `most`.
  std::uint64_t up_to(std::uint64_t most) { return most == UINT64_MAX ? next() : next() % (most + 1); }

 private:
  std::uint64_t state_;
};

}  // namespace wsrig::proxy
