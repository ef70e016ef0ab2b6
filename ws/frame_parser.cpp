#include "ws/frame_parser.hpp"

namespace wsrig::ws {

std::optional<FrameHeader> FrameParser::read_header(Bytes data, std::size_t& taken) {
  if (pending_size_ == 0) {
    if (const auto decoded = decode_header(data.subspan(taken))) {
      taken += decoded->size;
      return decoded->header;
    }
  }
  return read_split_header(data, taken);
}

std::optional<FrameHeader> FrameParser::read_split_header(Bytes data, std::size_t& taken) {
  while (taken < data.size()) {
    pending_[pending_size_++] = data[taken++];
    const auto decoded = decode_header({pending_.data(), pending_size_});
    if (!decoded) continue;
    pending_size_ = 0;
    return decoded->header;
  }
  return {};
}

}  // namespace wsrig::ws
