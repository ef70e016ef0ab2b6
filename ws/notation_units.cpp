#include <array>
#include <charconv>
#include <fmt/format.h>
#include <limits>
#include <utility>

#include "ws/notation.hpp"

namespace wsrig::ws {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};
constexpr std::array<Unit, 4> size_units{{{"GiB", 1u << 30}, {"MiB", 1u << 20}, {"KiB", 1u << 10}, {"B", 1}}};
constexpr std::array<Unit, 4> duration_units{{{"us", 1}, {"ms", 1'000}, {"s", 1'000'000}, {"m", 60'000'000}}};

std::optional<std::uint64_t> to_number(std::string_view digits, int base) {
  std::uint64_t value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [rest, error] = std::from_chars(digits.data(), end, value, base);
  if (digits.empty() || rest != end || error != std::errc{}) return {};
  return value;
}

std::optional<std::uint64_t> scaled(std::string_view text, std::span<const Unit> units) {
  const std::size_t split = text.find_first_not_of("0123456789");
  if (split == std::string_view::npos) return {};
  const auto number = to_number(text.substr(0, split), 10);
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
  const auto value = hexadecimal ? to_number(text.substr(2), 16) : to_number(text, 10);
  return value && *value <= max ? value : std::nullopt;
}

std::optional<std::uint64_t> parse_size(std::string_view text, bool unit_required) {
  if (auto size = scaled(text, size_units)) return size;
  return unit_required ? std::nullopt : to_number(text, 10);
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
