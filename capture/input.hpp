#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <boost/system/result.hpp>

#include "capture/packet.hpp"
#include "ws/bytes.hpp"

namespace wsrig::capture {

/// Octets of a file or stream, seen through a window that slides forward.
class Input {
 public:
  Input() = default;
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;
  virtual ~Input() = default;

  /// The next octets, without taking them: `size` of them, or all that remain where those are fewer; valid
  /// until the next call. A stream's buffer grows to `size` only as the octets arrive.
  ws::Bytes peek(std::size_t size) {
    if (available() < size) refill(size);
    return {cursor_, size < available() ? size : available()};
  }
  /// Takes octets that peek() has shown.
  void take(std::size_t size) {
    cursor_ += size;
    if (cursor_ >= release_) release_behind();
  }
  /// Takes octets unseen; stops at the end. True when all were there.
  bool skip(std::uint64_t size);

  /// Offset of the next octet.
  std::uint64_t position() const { return offset_of_end_ - available(); }
  /// Of the whole input; 0 where that is not known.
  virtual std::uint64_t size() const { return 0; }
  /// True where octets that were shown stay valid as long as the input.
  virtual bool octets_persist() const { return false; }
  /// Why the input ended, where that was not its end: a read error, damage inside of the compression.
  virtual std::optional<Problem> problem() const { return std::nullopt; }

 protected:
  std::size_t available() const { return static_cast<std::size_t>(end_ - cursor_); }
  /// Makes the window `size` octets long from the cursor on, or as long as the input still is.
  virtual void refill(std::size_t size) = 0;
  /// Called when the cursor has reached `release_`.
  virtual void release_behind() {}

  const std::uint8_t* cursor_ = nullptr;
  const std::uint8_t* end_ = nullptr;
  const std::uint8_t* release_ = reinterpret_cast<const std::uint8_t*>(UINTPTR_MAX);
  std::uint64_t offset_of_end_ = 0;  ///< offset in the input that `end_` stands for
};

/// Octets in memory, which outlive the input.
std::unique_ptr<Input> memory_input(ws::Bytes octets);

/// A file by its path, `-` for standard input: mapped where it is a regular file, else read as a stream, and
/// inflated where it begins as gzip does.
boost::system::result<std::unique_ptr<Input>> open_input(const std::string& path);

/// What inflates from a gzip stream of any number of members (RFC 1952 §2.2).
std::unique_ptr<Input> gzip_input(std::unique_ptr<Input> compressed);

/// True for what begins with the magic number of gzip (RFC 1952 §2.3.1).
bool is_gzip(ws::Bytes beginning);

}  // namespace wsrig::capture
