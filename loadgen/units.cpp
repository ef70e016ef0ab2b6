#include "loadgen/units.hpp"

#include <array>
#include <cmath>
#include <fmt/format.h>
#include <span>

namespace wsrig::loadgen {

namespace {

struct Unit {
  double size;
  std::string_view name;
};

std::string three_digits(double number) {
  const double size = std::abs(number);
  return fmt::format("{:.{}f}", number, size < 9.995 ? 2 : size < 99.95 ? 1 : 0);
}

/// In the largest of `units` (ascending, the first one whole) that the number fills.
std::string scaled(double number, std::span<const Unit> units) {
  std::size_t chosen = 0;
  // Not quite a whole unit: what would be rounded to 1000 of the smaller one is 1.00 of this.
  while (chosen + 1 < units.size() && std::abs(number) >= units[chosen + 1].size * 0.9995) ++chosen;
  const Unit& unit = units[chosen];
  const std::string digits = chosen == 0 && number == std::floor(number) ? fmt::format("{:.0f}", number)
                                                                         : three_digits(number / unit.size);
  return unit.name.empty() ? digits : fmt::format("{} {}", digits, unit.name);
}

}  // namespace

std::string print_time(double nanoseconds) {
  static constexpr std::array<Unit, 4> units{{{1, "ns"}, {1e3, "µs"}, {1e6, "ms"}, {1e9, "s"}}};
  return scaled(nanoseconds, units);
}

std::string print_count(std::uint64_t count) {
  std::string digits = fmt::format("{}", count);
  for (std::size_t from_end = 3; from_end < digits.size(); from_end += 4) {
    digits.insert(digits.size() - from_end, 1, ',');
  }
  return digits;
}

std::string print_short(double number) {
  static constexpr std::array<Unit, 4> units{{{1, ""}, {1e3, "k"}, {1e6, "M"}, {1e9, "G"}}};
  const bool is_small = std::abs(number) < 9'999.5;
  return scaled(number, is_small ? std::span(units).first(1) : std::span(units));
}

std::string print_octets(double octets) {
  static constexpr std::array<Unit, 4> units{{{1, "B"}, {0x1p10, "KiB"}, {0x1p20, "MiB"}, {0x1p30, "GiB"}}};
  return scaled(octets, units);
}

std::string print_percent(double share) { return three_digits(share * 100) + " %"; }

}  // namespace wsrig::loadgen
