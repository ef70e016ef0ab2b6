#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "diag/diagnostic.hpp"

namespace wsrig::loadgen {

/// Data for connections, one row each, from a CSV file (RFC 4180) whose first line names the columns. There
/// is at least one row, and each has as many fields as there are columns.
class CsvTable {
 public:
  /// A mistake has its place in the file.
  static diag::Result<CsvTable> parse(const std::string& name, std::string text);

  std::size_t row_count() const { return rows_.size(); }
  std::optional<std::size_t> column(std::string_view name) const;
  const std::string& field(std::size_t row, std::size_t column) const { return rows_[row][column]; }
  const std::vector<std::string>& columns() const { return columns_; }

 private:
  using Row = std::vector<std::string>;
  std::vector<std::string> columns_;
  std::vector<Row> rows_;
};

}  // namespace wsrig::loadgen
