#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/options.hpp"

/// What the sources of options have in common, and the one of them that is a file.
namespace wsrig::cli {

/// What one source (arguments, environment, file) gave, by option name.
struct Layer {
  std::map<std::string, std::vector<Written>, std::less<>> values;
  std::map<std::string, std::vector<Section>, std::less<>> sections;
};

/// A mistake before it is known where it stands.
struct Mistake {
  std::string message;
  std::string hint{};
};

const Option* find_option(const std::vector<Option>& options, std::string_view name);
/// `prefix` is what stands before a name in this source: "--" or nothing.
Mistake unknown_option(const std::vector<Option>& options, std::string_view written, std::string_view prefix);
std::optional<Mistake> check_choice(const Option& option, const std::string& value);
/// The text of a value that is written outside the command line, where flags have values too: checked, and
/// "true" or "false" for a flag.
std::optional<Mistake> check_written(const Option& option, std::string& text);

/// Reads `name = value` lines (a bare `name` for a flag; lines that begin with '#' are none). A line
/// `[name title]` begins a section of an option that has some: up to the next one, the lines are its
/// settings. Mistakes have their place.
diag::Result<Layer> read_config(const std::vector<Option>& options, std::shared_ptr<const diag::Source> file);

}  // namespace wsrig::cli
