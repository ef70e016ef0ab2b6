#pragma once

#include <cstdint>

#include "ws/bytes.hpp"

namespace wsrig::net {

/// Decodes the base64 of one message (RFC 4648 §4), over any split of it.
class Base64Decoder {
 public:
  /// Appends what the characters stand for; false at the first that cannot stand where it does.
  bool feed(ws::Bytes text, ws::ByteBuffer& out);
  /// Is the text whole, with its padding?
  bool is_complete() const { return count_ == 0; }
  void reset() { *this = Base64Decoder(); }

 private:
  void take_group(ws::ByteBuffer& out);

  std::uint32_t group_ = 0;   ///< six bits a character
  std::uint8_t count_ = 0;    ///< characters of the group at hand
  std::uint8_t padding_ = 0;  ///< '=' in it
  bool padded_ = false;       ///< nothing may follow
};

}  // namespace wsrig::net
