#include "loadgen/csv_table.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace wsrig::loadgen {
namespace {

struct CsvMistake {
  std::size_t offset;
  std::string message;
};

/// Walks over the text, record by record. Throws CsvMistake.
class CsvReader {
 public:
  explicit CsvReader(std::string_view text) : text_(text) {}

  bool at_end() const { return next_ >= text_.size(); }
  std::size_t offset() const { return next_; }

  /// One record and its line end. An empty line is a record of one empty field.
  std::vector<std::string> record() {
    std::vector<std::string> fields{field()};
    while (accept(',')) fields.push_back(field());
    accept('\r');
    if (at_end()) return fields;
    if (!accept('\n'))
      throw CsvMistake{next_, "a quoted field ends here: ',' or the end of the line must follow"};
    return fields;
  }

 private:
  bool accept(char wanted) {
    if (at_end() || text_[next_] != wanted) return false;
    ++next_;
    return true;
  }

  std::string field() { return accept('"') ? quoted() : plain(); }

  std::string plain() {
    const std::size_t end = std::min(text_.find_first_of(",\n", next_), text_.size());
    std::string_view value = text_.substr(next_, end - next_);
    if (value.ends_with('\r') && (end == text_.size() || text_[end] == '\n')) value.remove_suffix(1);
    next_ += value.size();
    return std::string(value);
  }

  std::string quoted() {
    const std::size_t begin = next_ - 1;
    std::string value;
    for (;;) {
      const std::size_t quote = text_.find('"', next_);
      if (quote == std::string_view::npos) throw CsvMistake{begin, "this quote is never closed"};
      value += text_.substr(next_, quote - next_);
      next_ = quote + 1;
      if (!accept('"')) return value;
      value += '"';
    }
  }

  std::string_view text_;
  std::size_t next_ = 0;
};

bool is_empty_line(const std::vector<std::string>& record) {
  return record.size() == 1 && record.front().empty();
}

}  // namespace

std::optional<std::size_t> CsvTable::column(std::string_view name) const {
  const auto found = std::ranges::find(columns_, name);
  if (found == columns_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - columns_.begin());
}

diag::Result<CsvTable> CsvTable::parse(const std::string& name, std::string text) {
  if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);  // a byte order mark is no part of a name
  const diag::Source source(name, text);
  CsvReader reader(text);
  CsvTable table;
  try {
    table.columns_ = reader.record();
    while (!reader.at_end()) {
      const std::size_t offset = reader.offset();
      Row row = reader.record();
      if (is_empty_line(row) && table.columns_.size() > 1) continue;
      if (row.size() != table.columns_.size()) {
        throw CsvMistake{offset, fmt::format("this row has {} fields, and there are {} columns", row.size(),
                                             table.columns_.size())};
      }
      table.rows_.push_back(std::move(row));
    }
    if (table.rows_.empty()) throw CsvMistake{0, "there is no row behind the line that names the columns"};
  } catch (const CsvMistake& mistake) {
    return source.at(mistake.offset, 1, mistake.message);
  }
  return table;
}

}  // namespace wsrig::loadgen
