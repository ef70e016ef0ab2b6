#pragma once

#include <cstddef>
#include <deque>

#include "net/loop.hpp"
#include "proxy/stage.hpp"

namespace wsrig::proxy {

/// Says when octets go on: a pure function of time, sizes and a seed.
class Pacer {
 public:
  using TimePoint = net::Clock::time_point;
  /// The first `size` of the octets that are there, and when they leave.
  struct Slice {
    std::size_t size;
    TimePoint due;
    friend bool operator==(const Slice&, const Slice&) = default;
  };

  virtual ~Pacer() = default;
  /// For `available` octets (more than 0) that came at `now`, which never goes back; asked again for those
  /// behind the slice. Asked with 0, it tells when a FIN leaves. `due` never goes back either.
  virtual Slice next(TimePoint now, std::size_t available) = 0;
};

/// Holds octets until their pacer lets them go. What is under way counts as held only beyond a bound, like
/// what is on a long line: else nothing could follow it.
class PacedStage : public ByteStage {
 public:
  PacedStage(ByteSink& next, const StageContext& context, std::unique_ptr<Pacer> pacer)
      : ByteStage(next, context), pacer_(std::move(pacer)), timer_(context.loop) {}

  void write(ws::Bytes data) override;
  void end() override;
  void reset() override;
  std::size_t pending() const override;
  void flush() override;

 private:
  static constexpr std::size_t line_capacity = std::size_t{64} * 1024;

  void release();
  void wait();

  std::unique_ptr<Pacer> pacer_;
  net::Timer timer_;
  std::deque<Pacer::Slice> slices_;
  ws::ByteBuffer held_;
  bool end_wanted_ = false;
};

}  // namespace wsrig::proxy
