#include "proxy/faults/strike.hpp"

#include <algorithm>
#include <utility>

namespace wsrig::proxy {

StrikeStage::StrikeStage(ByteSink& next, const StageContext& context, const FaultArguments& arguments,
                         Blow blow)
    : ByteStage(next, context),
      blow_(std::move(blow)),
      timer_(context.loop),
      left_(arguments.has("octets") ? arguments.number("octets") : UINT64_MAX) {
  if (!arguments.has("time")) return;
  timer_.start(arguments.duration("time"), [this] {
    strike();
    context_.drained();  // may destroy this stage
  });
}

void StrikeStage::write(ws::Bytes data) {
  if (struck_) return;
  const auto passing = static_cast<std::size_t>(std::min<std::uint64_t>(left_, data.size()));
  if (passing > 0) next_.write(data.first(passing));
  left_ -= passing;
  if (left_ == 0) strike();
}

void StrikeStage::end() {
  if (!struck_) next_.end();
}

void StrikeStage::strike() {
  if (!std::exchange(struck_, true)) blow_(next_, context_);
}

FrameStrikeStage::FrameStrikeStage(FrameSink& next, const StageContext& context,
                                   const FaultArguments& arguments, Blow blow)
    : FrameStage(next, context), blow_(std::move(blow)), left_(arguments.number("frames")) {}

void FrameStrikeStage::begin_frame(const ws::FrameHeader& header) {
  if (left_ > 0) next_.begin_frame(header);
}

void FrameStrikeStage::payload(ws::MutableBytes chunk) {
  if (left_ > 0) next_.payload(chunk);
}

void FrameStrikeStage::end_frame() {
  if (left_ == 0) return;
  next_.end_frame();
  if (--left_ == 0) blow_(bytes(), context_);
}

FaultKind strike_fault(std::string_view name, std::string_view about, const Blow& blow) {
  using enum FaultParameter::Kind;
  FaultKind kind{name,
                 about,
                 {{.name = "octets", .kind = size, .default_value = {}, .about = "behind so many octets"},
                  {.name = "frames",
                   .kind = count,
                   .default_value = {},
                   .about = "behind so many frames [mode=inspect]",
                   .least = 1},
                  {.name = "time",
                   .kind = duration,
                   .default_value = {},
                   .about = "so long after the tunnel opened",
                   .most = 86'400'000'000}}};
  kind.needs_frames = [](const FaultArguments& arguments) { return arguments.has("frames"); };
  kind.make_bytes = [blow](ByteSink& next, const StageContext& context, const FaultArguments& arguments) {
    return std::make_unique<StrikeStage>(next, context, arguments, blow);
  };
  kind.make_frames = [blow](FrameSink& next, const StageContext& context, const FaultArguments& arguments) {
    return std::make_unique<FrameStrikeStage>(next, context, arguments, blow);
  };
  kind.check = [](const FaultArguments& arguments) -> std::string {
    const int given = static_cast<int>(arguments.has("octets")) + static_cast<int>(arguments.has("frames")) +
                      static_cast<int>(arguments.has("time"));
    return given == 1 ? "" : "takes exactly one of octets, frames and time";
  };
  return kind;
}

}  // namespace wsrig::proxy
