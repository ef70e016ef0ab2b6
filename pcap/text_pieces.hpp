#pragma once

#include <string_view>

namespace wsrig::pcap {

/// Takes a piece from the front of `rest`: of at most 48 KiB, of UTF-8 cut between characters. A large
/// message is written by pieces, for as JSON it may be six times as long.
std::string_view take_piece(std::string_view& rest);

}  // namespace wsrig::pcap
