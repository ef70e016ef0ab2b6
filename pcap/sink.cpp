#include "pcap/sink.hpp"

namespace wsrig::pcap {

void Sink::flush() {
  if (!failed_ && !buffer_.empty()) {
    failed_ = std::fwrite(buffer_.data(), 1, buffer_.size(), file_) != buffer_.size();
    failed_ = std::fflush(file_) != 0 || failed_;
  }
  buffer_.clear();
}

}  // namespace wsrig::pcap
