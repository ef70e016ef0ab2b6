#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "diag/diagnostic.hpp"
#include "loadgen/csv_table.hpp"
#include "ws/notation.hpp"

namespace wsrig::loadgen {

/// The names that a text of the user's own may use: ${seq} (number of the message on its connection),
/// ${connection}, ${row.COLUMN} of the data, and what a session captures.
struct TemplateNames {
  const CsvTable* data = nullptr;  ///< null: no rows
  std::span<const std::string> captured{};
};
/// Reads a text with `${…}` in it. ${env:NAME} and ${file:PATH} are replaced at once; any other name must be
/// known.
diag::Result<ws::Expression> read_template(std::string_view text, const TemplateNames& names);
/// The same for an expression that was read elsewhere.
diag::Result<ws::Expression> settle_template(ws::Expression expression, const TemplateNames& names);

}  // namespace wsrig::loadgen
