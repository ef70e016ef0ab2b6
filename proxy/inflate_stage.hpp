#pragma once

#include "proxy/stage.hpp"
#include "ws/deflate.hpp"

namespace wsrig::proxy {

/// Passes compressed messages on as they were before compression, which a sender may always choose (RFC 7692
/// §6): so the receiver's window does not depend on what later stages make of them. A frame becomes one frame
/// as long as it inflates to no more than `fragment_size`, and several beyond that.
class InflateStage final : public FrameStage {
 public:
  static constexpr std::size_t fragment_size = std::size_t{64} * 1024;

  /// `inflater`: the sender's.
  InflateStage(FrameSink& next, const StageContext& context, ws::Inflater inflater)
      : FrameStage(next, context), inflater_(std::move(inflater)) {}
  void begin_frame(const ws::FrameHeader& header) override;
  void payload(ws::MutableBytes chunk) override;
  void end_frame() override;

 private:
  void pass_fragment(std::size_t size, bool fin);

  ws::Inflater inflater_;
  ws::ByteBuffer inflated_;               ///< of the frame at hand, not passed on yet
  ws::Opcode opcode_ = ws::Opcode::text;  ///< of the next fragment
  bool message_is_compressed_ = false;
  bool is_inflating_ = false;  ///< the frame at hand is part of such a message
  bool fin_ = false;           ///< of the frame at hand
};

}  // namespace wsrig::proxy
