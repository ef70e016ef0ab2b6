#include "ws/frame_parser.hpp"

namespace wsrig::ws {

bool FrameParser::read_header(Bytes data, std::size_t& taken) {
  if (pending_size_ != 0) return read_split_header(data, taken);
  const std::size_t size = decode_header(data.subspan(taken), header_);
  taken += size;
  return size != 0 || read_split_header(data, taken);
}

bool FrameParser::skip(std::uint64_t size) {
  if (!in_payload_ || size > remaining_) return false;
  remaining_ -= size;
  in_payload_ = remaining_ > 0;
  return true;
}

bool FrameParser::read_split_header(Bytes data, std::size_t& taken) {
  while (taken < data.size()) {
    pending_[pending_size_++] = data[taken++];
    if (decode_header({pending_.data(), pending_size_}, header_) == 0) continue;
    pending_size_ = 0;
    return true;
  }
  return false;
}

}  // namespace wsrig::ws
