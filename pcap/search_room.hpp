#pragma once

#include <cstddef>
#include <utility>

namespace wsrig::pcap {

/// How much streams that are not understood yet may keep: some of them much, and the others little, so that
/// many of them at a time do not fill the memory.
class SearchRoom {
 public:
  /// What one stream may keep of each side, for as long as it holds this.
  class Share {
   public:
    explicit Share(SearchRoom& room) : room_(room.large_ > 0 ? &room : nullptr) {
      if (room_ != nullptr) --room_->large_;
    }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;
    ~Share() {
      if (room_ != nullptr) ++room_->large_;
    }
    std::size_t octets() const { return room_ != nullptr ? large : small; }

   private:
    SearchRoom* room_;  ///< that a large share was taken from
  };

 private:
  static constexpr std::size_t large = std::size_t{256} * 1024, small = std::size_t{16} * 1024;
  std::size_t large_ = 32;  ///< shares that are left
};

}  // namespace wsrig::pcap
