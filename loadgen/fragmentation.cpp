#include "loadgen/fragmentation.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "loadgen/text_scan.hpp"
#include "ws/notation.hpp"

namespace wsrig::loadgen {
namespace {

constexpr std::uint64_t most_frames = 1'000'000;

std::size_t frame_count(const Fragmentation& fragmentation, std::size_t size, ws::Random& random) {
  const std::size_t number = fragmentation.number;
  switch (fragmentation.kind) {
    case Fragmentation::Kind::none: return 1;
    case Fragmentation::Kind::size: return std::max<std::size_t>(1, (size + number - 1) / number);
    case Fragmentation::Kind::count: return number;
    case Fragmentation::Kind::random: return 1 + static_cast<std::size_t>(random.next_below(number));
  }
  return 1;
}

}  // namespace

diag::Result<Fragmentation> parse_fragmentation(std::string_view text) {
  text = trim(text);
  if (text == "none") return Fragmentation{};
  const auto call = parse_call(text);
  if (!call) {
    const auto size = ws::parse_size(text);
    if (size && *size > 0) return Fragmentation{Fragmentation::Kind::size, static_cast<std::size_t>(*size)};
  } else if (call->name == "count" || call->name == "random") {
    const auto number = ws::parse_number(call->inner, most_frames);
    const auto kind = call->name == "count" ? Fragmentation::Kind::count : Fragmentation::Kind::random;
    if (number && *number > 0) return Fragmentation{kind, static_cast<std::size_t>(*number)};
  }
  return mistake(fmt::format("'{}' is not a way to cut messages into frames", text),
                 "write it as none, 4KiB, count(4) or random(8)");
}

FrameSizes::FrameSizes(const Fragmentation& fragmentation, std::size_t message_size, ws::Random& random)
    : fragmentation_(fragmentation),
      random_(random),
      octets_left_(message_size),
      frames_left_(frame_count(fragmentation, message_size, random)) {}

std::size_t FrameSizes::next() {
  std::size_t size = octets_left_;
  if (frames_left_ > 1) {
    switch (fragmentation_.kind) {
      case Fragmentation::Kind::none: break;
      case Fragmentation::Kind::size: size = fragmentation_.number; break;
      case Fragmentation::Kind::count: size = octets_left_ / frames_left_; break;
      case Fragmentation::Kind::random:
        size = static_cast<std::size_t>(random_.next_below(octets_left_ + 1));
        break;
    }
  }
  octets_left_ -= size;
  --frames_left_;
  return size;
}

}  // namespace wsrig::loadgen
