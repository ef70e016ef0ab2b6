#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "ws/bytes.hpp"

namespace wsrig::tcp {

/// Where octets differ.
struct Difference {
  std::uint64_t offset = 0;
  std::uint32_t length = 0;  ///< up to the last octet that differs
};

/// Compares two runs of octets of the same length, of which the first begins at `offset`.
std::optional<Difference> find_difference(ws::Bytes a, ws::Bytes b, std::uint64_t offset);

/// The octets that were delivered last, to hold a retransmission against them. Only those are remembered that
/// stay where they are, in a mapped file: nothing is copied.
class RecentOctets {
 public:
  void remember(std::uint64_t offset, ws::Bytes octets) {
    entries_[next_] = {offset, octets};
    next_ = (next_ + 1) % entries_.size();
  }
  /// The first difference between `octets` and what is remembered of their place.
  std::optional<Difference> compare(std::uint64_t offset, ws::Bytes octets) const;

 private:
  struct Entry {
    std::uint64_t offset = 0;
    ws::Bytes octets{};
  };
  std::array<Entry, 8> entries_{};
  std::size_t next_ = 0;
};

}  // namespace wsrig::tcp
