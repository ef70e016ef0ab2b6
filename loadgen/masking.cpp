#include "loadgen/masking.hpp"

#include <fmt/format.h>

#include "loadgen/text_scan.hpp"
#include "ws/notation_reader.hpp"
#include "ws/random.hpp"

namespace wsrig::loadgen {
namespace {

class FixedKey final : public ws::MaskKeySource {
 public:
  explicit FixedKey(const ws::MaskKey& key) : key_(key) {}
  ws::MaskKey next() override { return key_; }

 private:
  ws::MaskKey key_;
};

}  // namespace

diag::Result<Masking> parse_masking(std::string_view text) {
  if (text == "random") return Masking{};
  if (text == "zero") return Masking{.mode = Masking::Mode::zero};
  if (text == "none") return Masking{.mode = Masking::Mode::none};
  const auto octets = ws::octets_of(text);
  Masking masking{.mode = Masking::Mode::fixed};
  if (!octets || octets->size() != masking.key.size()) {
    return mistake(fmt::format("'{}' is not a way to mask", text),
                   "write random, zero, none or a key like 37fa213d");
  }
  for (std::size_t i = 0; i < masking.key.size(); ++i)
    masking.key[i] = static_cast<std::uint8_t>((*octets)[i]);
  return masking;
}

std::unique_ptr<ws::MaskKeySource> make_mask_keys(const Masking& masking, std::uint64_t seed) {
  const bool is_fixed = masking.mode == Masking::Mode::fixed || masking.mode == Masking::Mode::zero;
  if (is_fixed) return std::make_unique<FixedKey>(masking.key);
  return std::make_unique<ws::Random>(seed);
}

}  // namespace wsrig::loadgen
