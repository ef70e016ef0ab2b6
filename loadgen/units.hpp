#pragma once

#include <chrono>
#include <cstdint>
#include <string>

/// Figures for people, each with its unit and three significant digits.
namespace wsrig::loadgen {

/// "850 ns", "12.3 µs", "4.21 ms", "1.23 s", "90.0 s"
std::string print_time(double nanoseconds);
inline std::string print_time(std::uint64_t nanoseconds) {
  return print_time(static_cast<double>(nanoseconds));
}
inline std::string print_time(std::chrono::nanoseconds time) {
  return print_time(static_cast<double>(time.count()));
}
/// "1,234,567"
std::string print_count(std::uint64_t count);
/// "12.3 k", "4.56 M": for rates and axes; below 10,000 as it is.
std::string print_short(double number);
/// "1.50 GiB", "820 B"
std::string print_octets(double octets);
/// "0.12 %"
std::string print_percent(double share);

}  // namespace wsrig::loadgen
