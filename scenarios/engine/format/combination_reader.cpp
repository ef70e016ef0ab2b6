#include "scenarios/engine/format/combination_reader.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>
#include <utility>

#include "scenarios/engine/format/scenario_keys.hpp"
#include "ws/notation.hpp"

namespace wsrig::engine {
namespace {

constexpr std::size_t max_combinations = 100'000;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_variable_name(std::string_view name) {
  const auto is_part = [](char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '-'; };
  return !name.empty() && !is_digit(name[0]) && name[0] != '-' &&
         std::all_of(name.begin(), name.end(), is_part);
}

bool is_row_id(std::string_view id) {
  const auto is_part = [](char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '.'; };
  return !id.empty() && std::all_of(id.begin(), id.end(), is_part);
}

/// One combination, with what names it.
struct Row {
  Variables variables{};
  std::string id{};
  std::vector<std::string> aliases{};
};

/// Every row of one list with every row of the other; the first changes slowest.
std::vector<Row> product(const std::vector<Row>& first, const std::vector<Row>& second) {
  std::vector<Row> all;
  all.reserve(first.size() * second.size());
  for (const Row& one : first) {
    for (const Row& other : second) {
      Row row = one;
      row.variables.insert(row.variables.end(), other.variables.begin(), other.variables.end());
      row.id += (row.id.empty() || other.id.empty() ? "" : ",") + other.id;
      row.aliases.insert(row.aliases.end(), other.aliases.begin(), other.aliases.end());
      all.push_back(std::move(row));
    }
  }
  return all;
}

class CombinationReader {
 public:
  CombinationReader(const YamlNode& node, const ScenarioFile& file, Case& into, Findings& findings)
      : node_(node), file_(file), case_(into), findings_(findings) {}

  void run() {
    const YamlNode* const values = node_.find("for");
    const YamlNode* const rows = node_.find("rows");
    if (values && rows) return findings_.add(*rows, "a case has either 'for' or 'rows'");
    if (values) read_values(*values);
    if (rows) read_tables(*rows);
    store();
    refuse_equal_combinations(values ? *values : rows ? *rows : node_);
    give_aliases();
  }

 private:
  bool check_variable_name(const YamlNode& key) {
    const auto is_reserved = [&](const auto& words) {
      return std::find(words.begin(), words.end(), key.value) != words.end();
    };
    if (!is_variable_name(key.value)) {
      findings_.add(key, fmt::format("'{}' is not a name of a variable", key.value),
                    "letters, digits, '_' and '-', not a digit first");
    } else if (is_reserved(keys::runner_variables)) {
      findings_.add(key, fmt::format("'{}' is a variable of the runner", key.value));
    } else {
      return true;
    }
    return false;
  }

  /// Puts more beside what was read before.
  void multiply(const YamlNode& place, const std::vector<Row>& more) {
    if (all_.size() > max_combinations / std::max<std::size_t>(more.size(), 1))
      return findings_.add(place, fmt::format("more than {} combinations", max_combinations));
    all_ = product(all_, more);
  }

  /// Every value of every variable with every other.
  void read_values(const YamlNode& node) {
    if (!node.is_map() || node.members.empty())
      return findings_.add(node, "'for' is a map of variables and their values");
    for (const auto& [key, values] : node.members) {
      const auto texts = read_texts(values, key.value, findings_);
      if (!check_variable_name(key)) continue;
      if (texts.empty()) return findings_.add(values, fmt::format("'{}' has no values", key.value));
      std::vector<Row> column;
      for (const std::string& text : texts) column.push_back({.variables = {{key.value, text}}});
      multiply(key, column);
    }
  }

  /// A list of rows, or of such lists: then every row of one with every row of the others.
  void read_tables(const YamlNode& node) {
    constexpr std::string_view shape = "'rows' is a list of maps, or of lists of maps";
    if (!node.is_sequence() || node.items.empty()) return findings_.add(node, std::string(shape));
    const bool are_tables = std::all_of(node.items.begin(), node.items.end(),
                                        [](const auto& item) { return item.is_sequence(); });
    if (!are_tables) return read_rows(node);
    for (const YamlNode& table : node.items) {
      if (table.items.empty()) return findings_.add(table, std::string(shape));
      read_rows(table);
    }
  }

  void read_rows(const YamlNode& node) {
    if (node.items.size() > max_combinations)
      return findings_.add(node, fmt::format("more than {} rows", max_combinations));
    std::vector<Row> table;
    for (const YamlNode& row : node.items) table.push_back(read_row(row));
    check_row_names(node, table);
    multiply(node, table);
  }

  Row read_row(const YamlNode& node) {
    Row row;
    if (!node.is_map()) findings_.add(node, "a row is a map of variables and their values");
    for (const auto& [key, value] : node.members) {
      if (key.value == "alias") {
        row.aliases = read_texts(value, "alias", findings_);
      } else if (key.value == "id") {
        row.id = read_text(value, "id", findings_).value_or("");
        if (value.is_scalar() && !is_row_id(row.id)) {
          findings_.add(value,
                        fmt::format("the row's id '{}' may hold letters, digits, '-', '_' and '.'", row.id));
        }
      } else if (check_variable_name(key)) {
        row.variables.emplace_back(key.value, read_text(value, key.value, findings_).value_or(""));
      }
    }
    return row;
  }

  /// All rows give the same variables, so that no step lacks a value in one of them.
  void check_row_names(const YamlNode& node, const std::vector<Row>& table) {
    const auto names_of = [](const Variables& variables) {
      std::set<std::string> names;
      for (const auto& [name, value] : variables) names.insert(name);
      return names;
    };
    const auto first = names_of(table.front().variables);
    for (std::size_t i = 1; i < table.size() && !findings_.full(); ++i) {
      if (!node.items[i].is_map() || names_of(table[i].variables) == first) continue;
      findings_.add(node.items[i], fmt::format("this row does not give the same variables as the first: {}",
                                               fmt::join(first, ", ")));
    }
  }

  void store() {
    case_.combinations.clear();
    for (Row& row : all_) {
      case_.combinations.push_back(std::move(row.variables));
      case_.row_ids.push_back(std::move(row.id));
      case_.row_aliases.push_back(std::move(row.aliases));
    }
  }

  void refuse_equal_combinations(const YamlNode& place) {
    std::set<std::string> ids;
    for (std::size_t i = 0; i < case_.combinations.size(); ++i) {
      const auto [id, is_new] = ids.insert(full_id(file_, case_, i));
      if (!is_new) return findings_.add(place, fmt::format("two combinations have the id '{}'", *id));
    }
  }

  /// An alias with variables in it names each combination by its own.
  void give_aliases() {
    const auto with_variables =
        std::stable_partition(case_.aliases.begin(), case_.aliases.end(),
                              [](const std::string& alias) { return alias.find("${") == std::string::npos; });
    for (auto alias = with_variables; alias != case_.aliases.end(); ++alias) {
      for (std::size_t i = 0; i < case_.combinations.size(); ++i) {
        if (!give_alias(*alias, i)) break;
      }
    }
    case_.aliases.erase(with_variables, case_.aliases.end());
  }

  bool give_alias(const std::string& alias, std::size_t combination) {
    const Variables& values = case_.combinations[combination];
    const ws::Scope scope{.lookup = [&](std::string_view name) -> std::optional<std::string> {
      const auto found =
          std::find_if(values.begin(), values.end(), [&](const auto& one) { return one.first == name; });
      return found == values.end() ? std::nullopt : std::optional(found->second);
    }};
    const auto written = ws::parse_template(alias);
    const auto text = written ? ws::evaluate(*written, scope) : written.error();
    if (text) {
      case_.row_aliases[combination].push_back(*text);
    } else {
      findings_.add(*node_.find("alias"), "alias: " + text.error().message);
    }
    return text.has_value();
  }

  const YamlNode& node_;
  const ScenarioFile& file_;
  Case& case_;
  Findings& findings_;
  std::vector<Row> all_{{}};
};

}  // namespace

void read_combinations(const YamlNode& node, const ScenarioFile& file, Case& into, Findings& findings) {
  CombinationReader(node, file, into, findings).run();
}

}  // namespace wsrig::engine
