#pragma once

#include <array>
#include <optional>

#include "pcap/frame_search.hpp"
#include "ws/frame.hpp"

namespace wsrig::pcap {

/// Follows headers from one place on, as long as each could be one, and adds up what speaks for them.
class FrameChain {
 public:
  /// `search` must outlive it.
  FrameChain(const FrameSearch& search, const FrameSearch::Wanted& wanted)
      : search_(search), wanted_(wanted) {}

  /// Evidence beyond this changes nothing.
  static constexpr double enough_bits = 200;
  /// Of a payload, what is looked at.
  static constexpr std::size_t most_characters = 32;

  /// Empty where the octets are no frames. A first frame for which nothing speaks but its header is passed
  /// over, unless a segment begins with it and that tells something: what precedes a frame often ends where
  /// the frame begins.
  std::optional<FrameSearch::Found> follow(std::uint64_t offset, bool at_chunk);

  /// A cheap look at the first two octets, which one in forty passes.
  static bool may_begin(std::uint8_t first, std::uint8_t second, bool masked);
  /// Up to most_characters octets of a payload, unmasked into `room`.
  static ws::Bytes sample_of(const ws::FrameHeader& header, ws::Bytes payload,
                             std::array<std::uint8_t, most_characters>& room);

 private:
  enum class Open : std::uint8_t { unknown, no, yes };

  bool is_plausible(const ws::FrameHeader& header);
  bool weigh(const ws::FrameHeader& header, ws::Bytes payload);
  bool weigh_text(ws::Bytes sample, bool whole);
  bool weigh_close(const ws::FrameHeader& header, ws::Bytes sample);
  void weigh_end(const ws::FrameHeader& header, std::uint64_t end);

  const FrameSearch& search_;
  FrameSearch::Wanted wanted_;
  FrameSearch::Found found_;
  bool compressed_ = false, text_ = false;
  Open open_ = Open::unknown;
};

}  // namespace wsrig::pcap
