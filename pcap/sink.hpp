#pragma once

#include <cstdio>
#include <string>
#include <string_view>

namespace wsrig::pcap {

/// Where a view writes: text is gathered, and handed to a file in large pieces.
class Sink {
 public:
  /// The file must outlive the sink, and is not closed by it.
  explicit Sink(std::FILE* file) : file_(file) {}
  ~Sink() { flush(); }
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  void write(std::string_view text) {
    buffer_ += text;
    if (buffer_.size() >= piece) flush();
  }
  /// For formatting in place; `written` afterwards.
  std::string& buffer() { return buffer_; }
  void written() {
    if (buffer_.size() >= piece) flush();
  }
  void flush();
  /// What is written is not whole.
  void fail() { failed_ = true; }
  /// A write failed: the disk is full, or the reader has gone.
  bool failed() const { return failed_; }

 private:
  static constexpr std::size_t piece = std::size_t{64} * 1024;

  std::FILE* file_;
  std::string buffer_;
  bool failed_ = false;
};

}  // namespace wsrig::pcap
