#include "cli/option_value.hpp"

#include <fmt/format.h>

#include "ws/notation.hpp"
#include "ws/number.hpp"

namespace wsrig::cli {

namespace {

diag::Diagnostic refuse(const Values& values, std::string_view name, std::string_view wanted) {
  return values.place(name, {.message = fmt::format("'{}' is not a value of '--{}', which takes {}",
                                                    values.text(name), name, wanted)});
}

}  // namespace

diag::Result<std::uint64_t> number_option(const Values& values, std::string_view name, std::uint64_t least,
                                          std::uint64_t most) {
  const std::string& text = values.text(name);
  const auto number = ws::to_integer<std::uint64_t>(text);
  if (number && *number >= least && *number <= most) return *number;
  const bool bounded = most != std::numeric_limits<std::uint64_t>::max();
  return refuse(values, name,
                bounded ? fmt::format("a whole number from {} to {}", least, most)
                        : fmt::format("a whole number from {}", least));
}

diag::Result<std::uint64_t> size_option(const Values& values, std::string_view name) {
  if (const auto size = ws::parse_size(values.text(name))) return *size;
  return refuse(values, name, "a size with its unit, such as 512B, 64KiB or 16MiB");
}

diag::Result<std::chrono::microseconds> duration_option(const Values& values, std::string_view name) {
  if (const auto microseconds = ws::parse_duration_us(values.text(name))) {
    return std::chrono::microseconds{static_cast<std::int64_t>(*microseconds)};
  }
  return refuse(values, name, "a duration with its unit, such as 200ms, 30s or 2m");
}

}  // namespace wsrig::cli
