#include "loadgen/template.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "cli/options.hpp"
#include "loadgen/text_scan.hpp"

namespace wsrig::loadgen {
namespace {

constexpr std::string_view row_prefix = "row.";

std::optional<diag::Diagnostic> check_name(std::string_view name, const TemplateNames& names) {
  if (name == "seq" || name == "connection") return std::nullopt;
  if (std::ranges::find(names.captured, name) != names.captured.end()) return std::nullopt;
  if (!name.starts_with(row_prefix)) {
    return mistake(fmt::format("unknown name '${{{}}}'", name),
                   "known are ${seq}, ${connection}, ${row.COLUMN}, ${env:NAME} and ${file:PATH}");
  }
  if (names.data == nullptr) return mistake(fmt::format("'${{{}}}' needs a file of data", name));
  const std::string_view column = name.substr(row_prefix.size());
  if (names.data->column(column)) return std::nullopt;
  const std::vector<std::string_view> columns(names.data->columns().begin(), names.data->columns().end());
  return mistake(fmt::format("the data have no column '{}'", column), diag::did_you_mean(column, columns));
}

}  // namespace

diag::Result<ws::Expression> settle_template(ws::Expression expression, const TemplateNames& names) {
  for (auto& part : expression.parts) {
    const auto* const variable = std::get_if<ws::Variable>(&part);
    if (variable == nullptr || !cli::is_secret(variable->name)) continue;
    auto value = cli::expand_secrets("${" + variable->name + "}");
    if (!value) return value.error();
    part = std::move(*value);
  }
  for (const ws::Variable& variable : ws::variables(expression)) {
    if (auto wrong = check_name(variable.name, names)) return *wrong;
  }
  return expression;
}

diag::Result<ws::Expression> read_template(std::string_view text, const TemplateNames& names) {
  auto expression = ws::parse_template(text);
  if (!expression) return expression.error();
  return settle_template(std::move(*expression), names);
}

}  // namespace wsrig::loadgen
