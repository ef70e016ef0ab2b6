#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "net/loop.hpp"
#include "proxy/counters.hpp"
#include "ws/bytes.hpp"
#include "ws/frame.hpp"

/// Where faults and rewriting plug into a relay. Each side of a tunnel has an outlet: a chain of stages that
/// ends in its channel. A relay without stages has the shortest chain and no branch for them.
namespace wsrig::proxy {

/// Takes the octets that go to one side, in order.
class ByteSink {
 public:
  virtual ~ByteSink() = default;
  virtual void write(ws::Bytes data) = 0;
  /// FIN behind what was written.
  virtual void end() = 0;
  /// RST now; what is held is lost. The relay ends by itself, in a later turn.
  virtual void reset() = 0;
  /// Octets held here and behind. While there are any, the relay reads nothing more for this side.
  virtual std::size_t pending() const = 0;
};

/// Takes the frames that go to one side (inspect mode), in pieces as they come: nothing is reassembled.
/// Headers carry no masking key and payloads are unmasked; the end of the chain masks towards an upstream.
/// `header.payload_length` is what the frame will claim; a stage that changes a payload's size holds the
/// frame back until it knows.
class FrameSink {
 public:
  virtual ~FrameSink() = default;
  virtual void begin_frame(const ws::FrameHeader& header) = 0;
  /// Never empty; may be changed in place.
  virtual void payload(ws::MutableBytes chunk) = 0;
  virtual void end_frame() = 0;
  /// The octets behind this sink: for faults that break the frame itself.
  virtual ByteSink& bytes() = 0;
};

/// What a stage is told of its relay; everything in it outlives the stage.
struct StageContext {
  net::Loop& loop;
  Direction direction = Direction::to_upstream;
  std::uint64_t seed = 0;  ///< differs from tunnel to tunnel, the same in a rerun
  std::function<void()>
      drained{};                ///< to be called, from the loop, when a stage that held octets has none left
  std::function<void()> cut{};  ///< ends the tunnel: FIN to both sides; nothing is destroyed in the call
};

/// A sink with another one behind it; passes everything on. Faults override what they change.
class ByteStage : public ByteSink {
 public:
  /// Both outlive the stage.
  ByteStage(ByteSink& next, const StageContext& context) : next_(next), context_(context) {}
  void write(ws::Bytes data) override { next_.write(data); }
  void end() override { next_.end(); }
  void reset() override { next_.reset(); }
  std::size_t pending() const override { return next_.pending(); }
  /// Passes on at once what is held: the stage is about to be taken out.
  virtual void flush() {}

 protected:
  ByteSink& next_;
  const StageContext& context_;
};

/// The same for frames.
class FrameStage : public FrameSink {
 public:
  FrameStage(FrameSink& next, const StageContext& context) : next_(next), context_(context) {}
  void begin_frame(const ws::FrameHeader& header) override { next_.begin_frame(header); }
  void payload(ws::MutableBytes chunk) override { next_.payload(chunk); }
  void end_frame() override { next_.end_frame(); }
  ByteSink& bytes() override { return next_.bytes(); }
  /// As that of ByteStage; called between two frames.
  virtual void flush() {}

 protected:
  FrameSink& next_;
  const StageContext& context_;
};

/// Makes the stages of one kind of fault, or of rewriting, for each new tunnel. A value of the route, shared
/// by its tunnels. The default of both is no stage.
class StageMaker {
 public:
  virtual ~StageMaker() = default;
  /// For the octets towards `context.direction`; null where it has nothing to do.
  virtual std::unique_ptr<ByteStage> make(ByteSink&, const StageContext&) const { return nullptr; }
  /// For the frames; needs mode inspect.
  virtual std::unique_ptr<FrameStage> make(FrameSink&, const StageContext&) const { return nullptr; }
  /// Do its frame stages need messages as they were before compression? Then they get them so.
  virtual bool reads_messages() const { return false; }
  /// Does it make frame stages? Then its route must be in mode inspect.
  virtual bool needs_frames() const { return false; }
};

}  // namespace wsrig::proxy
