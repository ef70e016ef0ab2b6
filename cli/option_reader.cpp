#include "cli/option_reader.hpp"

#include <fmt/format.h>
#include <utility>

namespace wsrig::cli {

diag::Diagnostic mistake(std::string message, std::string hint) {
  return {.message = std::move(message), .hint = std::move(hint)};
}

void OptionReader::check(std::string_view name, const std::string& problem) {
  if (problem.empty()) return;
  fail(values_.place(name, mistake(fmt::format("'--{}': {}", name, problem))));
}

void OptionReader::check(std::string_view name, const Written& value, const std::string& problem) {
  if (!problem.empty()) fail(value.place(mistake(fmt::format("'--{}': {}", name, problem))));
}

void OptionReader::fail(diag::Diagnostic mistake) {
  if (!mistake_) mistake_ = std::move(mistake);
}

void OptionReader::refuse_zero(std::string_view name, bool is_zero) {
  if (is_zero) fail(values_.place(name, mistake(fmt::format("'--{}' cannot be zero", name))));
}

}  // namespace wsrig::cli
