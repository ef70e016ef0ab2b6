#pragma once

#include "capture/input.hpp"

namespace wsrig::capture {

/// An input that is read into a buffer piece by piece.
class BufferedInput : public Input {
 protected:
  /// Fills `room` from its beginning; the number of octets that came, 0 at the end.
  virtual std::size_t read_some(ws::MutableBytes room) = 0;

 private:
  void refill(std::size_t size) final;

  static constexpr std::size_t initial_size = std::size_t{1024} * 1024;
  ws::ByteBuffer buffer_;
};

}  // namespace wsrig::capture
