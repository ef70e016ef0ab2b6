#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "diag/diagnostic.hpp"

/// What the readers of short texts (rates, sizes, mixes) share.
namespace wsrig::loadgen {

std::string_view trim(std::string_view text);
/// Cuts at each `separator` outside parentheses; the parts are trimmed.
std::vector<std::string_view> split_outside_parentheses(std::string_view text, char separator);
/// "name(inner)" as its two parts; empty when the text has not that shape.
struct Call {
  std::string_view name;
  std::string_view inner;
};
std::optional<Call> parse_call(std::string_view text);
/// "a..b" as its two parts, trimmed; empty without "..".
std::optional<std::pair<std::string_view, std::string_view>> parse_range(std::string_view text);
diag::Diagnostic mistake(std::string message, std::string hint = {});

}  // namespace wsrig::loadgen
