#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ws/bytes.hpp"
#include "ws/http_head.hpp"

namespace wsrig::ws {

/// Finds the end of a message body (RFC 9112 §6) in the octets behind its head, without keeping or changing
/// any of them.
class BodyReader {
 public:
  /// No body at all.
  BodyReader() = default;
  /// Empty when the framing is ambiguous or not understood (RFC 9112 §6.1, §6.3): such a message must not be
  /// passed on.
  static std::optional<BodyReader> of_request(const HttpHead& request);
  static std::optional<BodyReader> of_response(const HttpHead& response, std::string_view request_method);

  /// How many of these octets belong to the body; fewer than given once it is complete or broken. `content`,
  /// where given, gets what they say without the framing of chunks.
  std::size_t feed(Bytes data, std::string* content = nullptr);
  /// Goes on behind octets that nobody saw, if they are content; else false: the end is not known any more.
  bool skip(std::uint64_t size);
  bool is_complete() const { return state_ == State::complete; }
  /// The chunked coding is not followed.
  bool is_broken() const { return state_ == State::broken; }
  /// Only the end of the connection ends it.
  bool ends_with_connection() const { return state_ == State::until_eof; }

 private:
  enum class State : std::uint8_t {
    complete,
    length,
    until_eof,
    chunk_size,
    chunk_extension,
    chunk_size_end,
    chunk_data,
    chunk_data_cr,
    chunk_data_end,
    trailer_start,
    trailer,
    trailer_end,
    last_end,
    broken
  };

  static std::optional<BodyReader> of_fields(const HttpHead& head, BodyReader without_any);
  std::size_t feed_counted(Bytes data);
  void feed_framing(char c);
  void feed_chunk_size(char c);
  void expect(char c, char wanted, State next) { state_ = c == wanted ? next : State::broken; }

  std::uint64_t left_ = 0;  ///< of the body, or of the chunk
  State state_ = State::complete;
  std::uint8_t digits_ = 0;  ///< of the chunk size so far
};

}  // namespace wsrig::ws
