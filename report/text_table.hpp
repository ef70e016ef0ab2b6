#pragma once

#include <string>
#include <vector>

namespace wsrig::report {

/// Rows of words under each other: the first column to the left, the others to the right. Lines are indented
/// by two blanks and have none at their end.
class TextTable {
 public:
  /// All rows have as many cells as the first, the heading.
  explicit TextTable(std::vector<std::string> heading) : rows_{std::move(heading)} {}
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  bool has_rows() const { return rows_.size() > 1; }
  /// `color`: the heading is faint.
  std::string print(bool color = false) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace wsrig::report
