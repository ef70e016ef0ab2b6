#include "report/text_table.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace wsrig::report {

namespace {

/// In characters, not octets: a table has µ and ….
std::size_t width_of(const std::string& cell) {
  return static_cast<std::size_t>(
      std::ranges::count_if(cell, [](char c) { return (static_cast<unsigned char>(c) & 0xc0u) != 0x80u; }));
}

std::string print_row(const std::vector<std::string>& row, const std::vector<std::size_t>& widths) {
  std::string line = "  ";
  for (std::size_t i = 0; i < row.size(); ++i) {
    const std::string padding(widths[i] - width_of(row[i]), ' ');
    line += i == 0 ? row[i] + padding : "   " + padding + row[i];
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

std::string TextTable::print(bool color) const {
  std::vector<std::size_t> widths(rows_.front().size(), 0);
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::string out;
  for (const auto& row : rows_) {
    const bool faint = color && &row == &rows_.front();
    out += (faint ? "\x1b[2m" : "") + print_row(row, widths) + (faint ? "\x1b[0m" : "") + '\n';
  }
  return out;
}

}  // namespace wsrig::report
