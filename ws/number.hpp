#pragma once

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace wsrig::ws {

/// The integer that a text is, all of it: digits of the base, behind a '-' where the type has a sign. Nothing
/// for an empty text, for any other character, and for a number that the type cannot hold.
template <class Integer>
std::optional<Integer> to_integer(std::string_view text, int base = 10) {
  Integer value{};
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  return error == std::errc{} && rest == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

/// The decimal number that a text is, all of it, without sign and exponent: "2.5". Nothing for any other.
inline std::optional<double> to_decimal(std::string_view text) {
  const auto is_part = [](char c) { return (c >= '0' && c <= '9') || c == '.'; };
  double value = 0;
  const auto [rest, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  const bool is_number =
      error == std::errc{} && rest == text.data() + text.size() && std::ranges::all_of(text, is_part);
  return is_number ? std::optional(value) : std::nullopt;
}

}  // namespace wsrig::ws
