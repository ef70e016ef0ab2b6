#include "pcap/text_pieces.hpp"

#include <cstddef>

namespace wsrig::pcap {

namespace {

constexpr std::size_t most = std::size_t{48} * 1024;

/// The octets of UTF-8 behind the first of a character (RFC 3629 §3).
bool is_continuation(char octet) { return (octet & '\xc0') == '\x80'; }

/// A character has at most three of them; where there are more it is not UTF-8, and any place is good.
std::size_t start_of_character(std::string_view text, std::size_t at) {
  for (std::size_t back = 0; back <= 3; ++back) {
    if (!is_continuation(text[at - back])) return at - back;
  }
  return at;
}

}  // namespace

std::string_view take_piece(std::string_view& rest) {
  const std::size_t size = rest.size() <= most ? rest.size() : start_of_character(rest, most);
  const std::string_view piece = rest.substr(0, size);
  rest.remove_prefix(size);
  return piece;
}

}  // namespace wsrig::pcap
