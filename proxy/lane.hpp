#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "proxy/frame_reader.hpp"
#include "proxy/frame_trace.hpp"
#include "proxy/stage.hpp"
#include "ws/masker.hpp"

namespace wsrig::proxy {

/// Whom a lane belongs to.
class LaneOwner {
 public:
  virtual ~LaneOwner() = default;
  virtual void on_violation(Direction direction, const ws::Violation& violation) = 0;
  virtual ByteSink& lane_outlet(Direction direction) = 0;
};

/// What was agreed of permessage-deflate, if anything.
using Deflate = std::optional<ws::DeflateParams>;

/// One direction of mode inspect: reads and judges frames, and passes on those that are in order.
class Lane : protected FrameEvents {
 public:
  Lane(LaneOwner& owner, Direction direction, const ws::Limits& limits, const Deflate& deflate)
      : owner_(owner),
        reader_(direction == Direction::to_upstream ? ws::Role::server : ws::Role::client, limits, deflate),
        direction_(direction) {}

  /// From here on each frame is written down.
  void trace_to(const Log& log, std::uint64_t tunnel);
  /// Frames before a violation have gone on when this returns.
  void feed(ws::MutableBytes data);
  std::uint64_t frames() const { return reader_.frames(); }
  bool close_received() const { return reader_.close_received(); }
  /// 1005 for a Close without one.
  std::optional<std::uint16_t> close_code() const { return close_code_; }
  /// May another frame stand here?
  bool at_boundary() const { return !reader_.in_data_frame(); }
  void stop() { reader_.stop(); }

 protected:
  ByteSink& outlet() { return owner_.lane_outlet(direction_); }
  Direction direction() const { return direction_; }
  virtual void begin_feed(ws::MutableBytes) {}
  virtual void end_feed() = 0;
  virtual void pass_control(const ws::FrameHeader& header, ws::MutableBytes payload, ws::Bytes raw) = 0;

 private:
  void on_control(const ws::FrameHeader& header, ws::MutableBytes payload, ws::Bytes raw) final;
  void on_violation(const ws::Violation& violation) final { violation_ = violation; }

  LaneOwner& owner_;
  std::unique_ptr<FrameTrace> trace_;
  FrameReader reader_;
  std::optional<ws::Violation> violation_;
  std::optional<std::uint16_t> close_code_;
  Direction direction_;
};

/// Passes frames on as the octets that they came in, masking keys included: what stands together in one read
/// leaves in one write, and is not copied.
class VerbatimLane final : public Lane {
 public:
  VerbatimLane(LaneOwner& owner, Direction direction, const ws::Limits& limits, const Deflate& deflate,
               ws::ByteBuffer& gathered)
      : Lane(owner, direction, limits, deflate), gathered_(gathered) {}

 private:
  void begin_feed(ws::MutableBytes data) override { data_ = data; }
  void end_feed() override;
  void on_data_frame(const ws::FrameHeader&, ws::Bytes raw) override { pass(raw); }
  void on_data_payload(ws::MutableBytes chunk) override { pass(chunk); }
  void on_data_frame_end() override {}
  void pass_control(const ws::FrameHeader&, ws::MutableBytes, ws::Bytes raw) override { pass(raw); }

  void pass(ws::Bytes octets);
  bool lies_in_data(ws::Bytes octets) const;

  ws::ByteBuffer& gathered_;  ///< the loop's; empty outside of feed()
  ws::Bytes data_;            ///< of the feed at hand
  ws::Bytes run_;             ///< the last octets passed, as they stand in `data_`
};

/// The end of a chain of frame stages: makes octets of frames, masked with keys of its own towards an
/// upstream.
class FrameWriter final : public FrameSink {
 public:
  FrameWriter(LaneOwner& owner, Direction direction, ws::MaskKeySource& keys, ws::ByteBuffer& gathered)
      : owner_(owner), keys_(keys), gathered_(gathered), direction_(direction) {}
  void begin_frame(const ws::FrameHeader& header) override;
  void payload(ws::MutableBytes chunk) override;
  void end_frame() override;
  ByteSink& bytes() override { return owner_.lane_outlet(direction_); }

 private:
  void write(ws::Bytes payload);

  LaneOwner& owner_;
  ws::MaskKeySource& keys_;
  ws::ByteBuffer& gathered_;    ///< the loop's; used within one call
  ws::EncodedHeader header_{};  ///< until it leaves, with the first of the payload
  std::optional<ws::Masker> masker_;
  Direction direction_;
};

/// Passes frames on through stages.
class StagedLane final : public Lane {
 public:
  StagedLane(LaneOwner& owner, Direction direction, const ws::Limits& limits, const Deflate& deflate,
             ws::MaskKeySource& keys, ws::ByteBuffer& gathered)
      : Lane(owner, direction, limits, deflate), writer_(owner, direction, keys, gathered) {}
  /// Where a next stage would write to.
  FrameSink& head() { return stages_.empty() ? static_cast<FrameSink&>(writer_) : *stages_.back(); }
  /// Puts a stage in front of those that are there.
  void plug(std::unique_ptr<FrameStage> stage) { stages_.push_back(std::move(stage)); }

 private:
  void end_feed() override {}
  void on_data_frame(const ws::FrameHeader& header, ws::Bytes) override;
  void on_data_payload(ws::MutableBytes chunk) override;
  void on_data_frame_end() override { head().end_frame(); }
  void pass_control(const ws::FrameHeader& header, ws::MutableBytes payload, ws::Bytes) override;

  FrameWriter writer_;
  std::vector<std::unique_ptr<FrameStage>> stages_;  ///< the last one is the first that a frame meets
  std::optional<ws::Masker> masker_;                 ///< of the data frame at hand
};

}  // namespace wsrig::proxy
