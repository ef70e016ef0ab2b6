#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "diag/diagnostic.hpp"
#include "loadgen/fragmentation.hpp"
#include "loadgen/size_distribution.hpp"
#include "ws/notation.hpp"
#include "ws/random.hpp"

namespace wsrig::loadgen {

/// One kind of message of a load.
struct MixEntry {
  enum class Kind : std::uint8_t {
    text,
    binary,
    ping,
    close,  ///< a closing handshake, behind which the connection is opened anew
  } kind = Kind::binary;
  std::uint32_t weight = 1;
  SizeDistribution sizes = SizeDistribution::constant(32);
  Fragmentation fragmentation{};
  std::size_t cut = 0;                      ///< octets per write call; 0: as it comes
  std::optional<ws::Expression> payload{};  ///< a text of the user's own, in place of one of ours

  /// "text 128B": what names it in reports.
  std::string label() const;
};

/// What a load consists of. Which message comes next is drawn by weight, or they come one after the other and
/// over again.
class Mix {
 public:
  enum class Order : std::uint8_t { drawn, in_turn };
  explicit Mix(std::vector<MixEntry> entries, Order order = Order::drawn);

  const std::vector<MixEntry>& entries() const { return entries_; }
  const MixEntry& operator[](std::size_t index) const { return entries_[index]; }
  /// The index of message `number` of a connection.
  std::size_t choose(std::uint64_t number, ws::Random& random) const {
    if (entries_.size() == 1) return 0;
    return order_ == Order::in_turn ? static_cast<std::size_t>(number % entries_.size()) : draw(random);
  }
  /// What stands for an entry in reports: all messages that come in turn are one.
  std::uint16_t label_of(std::size_t index) const {
    return order_ == Order::in_turn ? 0 : static_cast<std::uint16_t>(index);
  }
  std::vector<std::string> labels() const;
  /// There are messages of the user's own, which carry no envelope.
  bool has_own_payloads() const { return has_own_payloads_; }

 private:
  std::size_t draw(ws::Random& random) const;

  std::vector<MixEntry> entries_;
  std::uint64_t weights_ = 0;
  Order order_;
  bool has_own_payloads_ = false;
};

/// "text 128B", "80 text lognormal(p50=128B, p99=4KiB)", "15 binary 16KiB frag=4KiB cut=100B", "5 ping 8B",
/// "close": weight (1 when it is not given), kind, size, attributes.
diag::Result<MixEntry> parse_mix_entry(std::string_view text);
std::optional<MixEntry::Kind> parse_message_kind(std::string_view word);
/// What contradicts itself: a ping larger than §5.5 allows, or cut into frames.
std::optional<diag::Diagnostic> check(const MixEntry& entry);

}  // namespace wsrig::loadgen
