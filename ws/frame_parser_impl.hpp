#pragma once

#include "ws/frame_parser.hpp"

namespace wsrig::ws {

template <class Octets, class Sink>
std::size_t FrameParser::run(Octets data, Sink& sink) {
  std::size_t taken = 0;
  for (;;) {
    if (!in_payload_) {
      if (taken == data.size() || !read_header(data, taken)) return taken;
      remaining_ = header_.payload_length;
      in_payload_ = true;
      if (!sink.on_header(header_)) return taken;
    }
    const Octets rest = data.subspan(taken);
    const auto chunk = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, rest.size()));
    if (chunk > 0) sink.on_payload(rest.first(chunk));
    taken += chunk;
    remaining_ -= chunk;
    if (remaining_ > 0) return taken;
    in_payload_ = false;
    if (!sink.on_frame_end()) return taken;
  }
}

}  // namespace wsrig::ws
