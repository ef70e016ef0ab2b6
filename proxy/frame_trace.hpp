#pragma once

#include <cstdint>
#include <string>

#include "proxy/counters.hpp"
#include "proxy/frame_reader.hpp"
#include "proxy/log.hpp"
#include "ws/frame.hpp"
#include "ws/masker.hpp"

namespace wsrig::proxy {

/// Writes down each frame that passes, in the notation (--trace), and hands everything on. Of a payload only
/// the beginning is kept.
class FrameTrace final : public FrameEvents {
 public:
  /// `next` outlives the trace.
  FrameTrace(FrameEvents& next, const Log& log, std::uint64_t tunnel, Direction direction)
      : next_(next), log_(log), tunnel_(tunnel), direction_(direction) {}

 private:
  void on_data_frame(const ws::FrameHeader& header, ws::Bytes raw) override;
  void on_data_payload(ws::MutableBytes chunk) override;
  void on_data_frame_end() override;
  void on_control(const ws::FrameHeader& header, ws::MutableBytes payload, ws::Bytes raw) override;
  void on_violation(const ws::Violation& violation) override;

  FrameEvents& next_;
  Log log_;
  std::uint64_t tunnel_;
  Direction direction_;
  ws::Frame frame_;  ///< the data frame at hand
  ws::Masker masker_{ws::MaskKey{}};
};

/// Writes down one frame, unmasked. A long payload is cut.
void trace_frame(const Log& log, std::uint64_t tunnel, Direction direction, const ws::FrameHeader& header,
                 ws::Bytes payload);

}  // namespace wsrig::proxy
