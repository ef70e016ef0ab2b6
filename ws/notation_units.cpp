#include <array>
#include <fmt/format.h>
#include <limits>
#include <utility>

#include "ws/notation.hpp"
#include "ws/number.hpp"

namespace wsrig::ws {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};
constexpr std::array<Unit, 4> size_units{{{"GiB", 1u << 30}, {"MiB", 1u << 20}, {"KiB", 1u << 10}, {"B", 1}}};
constexpr std::array<Unit, 4> duration_units{{{"us", 1}, {"ms", 1'000}, {"s", 1'000'000}, {"m", 60'000'000}}};

std::optional<std::uint64_t> scaled(std::string_view text, std::span<const Unit> units) {
  const std::size_t split = text.find_first_not_of("0123456789");
  if (split == std::string_view::npos) return {};
  const auto number = to_integer<std::uint64_t>(text.substr(0, split));
  for (const Unit& unit : units) {
    if (unit.name != text.substr(split)) continue;
    if (!number || *number > std::numeric_limits<std::uint64_t>::max() / unit.factor) return {};
    return *number * unit.factor;
  }
  return {};
}

}  // namespace

std::optional<std::uint64_t> parse_number(std::string_view text, std::uint64_t max) {
  const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
  const auto value = to_integer<std::uint64_t>(hexadecimal ? text.substr(2) : text, hexadecimal ? 16 : 10);
  return value && *value <= max ? value : std::nullopt;
}

std::optional<std::uint64_t> parse_size(std::string_view text, bool unit_required) {
  if (auto size = scaled(text, size_units)) return size;
  return unit_required ? std::nullopt : to_integer<std::uint64_t>(text);
}

std::optional<std::uint64_t> parse_duration_us(std::string_view text) { return scaled(text, duration_units); }

std::string print_size(std::uint64_t bytes) {
  for (const Unit& unit : size_units) {
    if (bytes >= unit.factor && bytes % unit.factor == 0)
      return fmt::format("{}{}", bytes / unit.factor, unit.name);
  }
  return "0B";
}

}  // namespace wsrig::ws
