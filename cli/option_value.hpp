#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <string_view>

#include "cli/options.hpp"

/// Options with a number, a size or a duration. All of them expect `values.has(name)`; a value that cannot be
/// read is a Diagnostic that names the option and shows how to write one.
namespace wsrig::cli {

/// A whole number in a range: "--jobs 8".
diag::Result<std::uint64_t> number_option(const Values& values, std::string_view name,
                                          std::uint64_t least = 0,
                                          std::uint64_t most = std::numeric_limits<std::uint64_t>::max());
/// Octets, with their unit: "--max-message 16MiB".
diag::Result<std::uint64_t> size_option(const Values& values, std::string_view name);
/// "--idle-timeout 30s"
diag::Result<std::chrono::microseconds> duration_option(const Values& values, std::string_view name);

}  // namespace wsrig::cli
