#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ws/bytes.hpp"

namespace wsrig::pcap {

/// Reads the header blocks of one direction (RFC 7541), all of them and in order: each changes the table that
/// the next ones refer to.
class HpackReader {
 public:
  using Fields = std::vector<std::pair<std::string, std::string>>;

  HpackReader();
  ~HpackReader();
  HpackReader(HpackReader&&) noexcept;
  HpackReader& operator=(HpackReader&&) noexcept;

  /// Empty when the block is broken: nothing that follows can be read.
  std::optional<Fields> read(ws::Bytes block);
  /// What the reader of these blocks announced as SETTINGS_HEADER_TABLE_SIZE (RFC 9113 §6.5.2).
  void set_table_size(std::uint32_t octets);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace wsrig::pcap
