#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace wsrig::pcap {

/// A line of JSON with a bounded number of short members, put together without a look at the heap: most
/// captures have millions of them. What has no bound, such as text of a peer, does not belong here.
class JsonLine {
 public:
  void put(std::string_view text) {
    std::memcpy(text_.data() + size_, text.data(), text.size());
    size_ += text.size();
  }
  void put(std::uint64_t value) {
    char* const begin = text_.data() + size_;
    size_ += static_cast<std::size_t>(std::to_chars(begin, begin + longest_number, value).ptr - begin);
  }
  /// `,"name":value`; `name` comes with its quotes, comma and colon.
  void put(std::string_view name, std::uint64_t value) {
    put(name);
    put(value);
  }
  std::string_view text() const { return {text_.data(), size_}; }

 private:
  static constexpr std::size_t longest_number = 20;

  std::array<char, 1024> text_;
  std::size_t size_ = 0;
};

}  // namespace wsrig::pcap
