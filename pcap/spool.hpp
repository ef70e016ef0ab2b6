#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pcap/sink.hpp"

namespace wsrig::pcap {

/// Texts that grow side by side, each until it is taken: in memory while they are small together, beyond that
/// in a temporary file without a name. Where no such file can be had, they stay in memory.
class Spool {
 public:
  /// `limit`: octets of all texts together that are kept in memory.
  explicit Spool(std::size_t limit = std::size_t{16} * 1024 * 1024) : limit_(limit) {}

  void append(std::uint64_t key, std::string_view text);
  bool has(std::uint64_t key) const { return texts_.contains(key); }
  /// Hands a text to `sink`, and forgets it. The sink has failed where the text cannot be read again.
  void take(std::uint64_t key, Sink& sink);

 private:
  struct Extent {
    std::int64_t offset = 0;
    std::size_t size = 0;
  };
  struct Text {
    std::vector<Extent> stored;  ///< in the file, in order
    std::string held;            ///< what follows that
  };
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  void spill();
  bool store(Text& text);
  void copy(const Extent& extent, Sink& sink);

  std::size_t limit_;
  std::size_t held_ = 0;  ///< octets in memory
  std::map<std::uint64_t, Text> texts_;
  std::unique_ptr<std::FILE, Close> file_;
  std::int64_t file_size_ = 0;
};

}  // namespace wsrig::pcap
