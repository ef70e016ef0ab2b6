#include "cli/options.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sstream>

#include <boost/program_options/cmdline.hpp>
#include <boost/program_options/errors.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/value_semantic.hpp>

#include "cli/option_table.hpp"
#include "cli/text_file.hpp"

namespace wsrig::cli {

namespace po = boost::program_options;
using diag::Diagnostic;
using diag::Result;

bool Values::has(std::string_view name) const { return values_.contains(name); }
bool Values::given(std::string_view name) const { return given_.contains(name); }
bool Values::flag(std::string_view name) const { return text(name) == "true"; }

const std::string& Values::text(std::string_view name) const {
  static const std::string nothing;
  const auto& values = list(name);
  return values.empty() ? nothing : values.back();
}

const std::vector<std::string>& Values::list(std::string_view name) const {
  static const std::vector<std::string> nothing;
  const auto found = values_.find(name);
  return found == values_.end() ? nothing : found->second;
}

std::optional<std::string> process_environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>{value};
}

namespace {

/// What one source (arguments, environment, file) gave, by option name.
using Layer = std::map<std::string, std::vector<std::string>, std::less<>>;

/// A mistake before it is known where it stands.
struct Mistake {
  std::string message;
  std::string hint{};
};
Diagnostic without_place(Mistake mistake) {
  return {.message = std::move(mistake.message), .hint = std::move(mistake.hint)};
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view blanks = " \t\r";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// "true" or "false" for the words a flag takes in the environment and in files.
std::optional<std::string> flag_value(std::string_view word) {
  constexpr std::array<std::string_view, 4> on{"true", "yes", "on", "1"};
  constexpr std::array<std::string_view, 4> off{"false", "no", "off", "0"};
  if (std::ranges::find(on, word) != on.end()) return "true";
  if (std::ranges::find(off, word) != off.end()) return "false";
  return std::nullopt;
}

std::optional<Mistake> check_choice(const Option& option, const std::string& value) {
  if (option.choices.empty() || std::ranges::find(option.choices, value) != option.choices.end()) return {};
  const std::vector<std::string_view> choices(option.choices.begin(), option.choices.end());
  return Mistake{fmt::format("'{}' is not a value of '--{}', which takes one of {}", value, option.name,
                             fmt::join(choices, ", ")),
                 diag::did_you_mean(value, choices)};
}

Mistake missing_value(const Option& option) {
  return {fmt::format("option '--{}' needs a value: --{}={}", option.name, option.name, placeholder(option))};
}

Mistake wrong_flag(const Option& option, std::string_view text) {
  return {
      fmt::format("'{}' is not a value of the flag '--{}', which takes true or false", text, option.name)};
}

/// Adds a value written outside the command line, where flags have values too.
std::optional<Mistake> add_written(Layer& layer, const Option& option, std::string_view text) {
  std::string value{text};
  if (option.is_flag()) {
    const auto word = flag_value(text);
    if (!word) return wrong_flag(option, text);
    value = *word;
  }
  if (auto mistake = check_choice(option, value)) return mistake;
  layer[option.name].push_back(std::move(value));
  return {};
}

/// The option's name as it stands in its token: `--x` of `--x=1`, `-x` of `-vx1`.
std::string name_in(const po::option& given) {
  const std::string& token = given.original_tokens.front();
  return token.starts_with("--") ? token.substr(0, token.find('=')) : given.string_key;
}

std::vector<std::string> command_line(const Command& command, const std::vector<std::string>& arguments) {
  std::vector<std::string> words{program_name(command)};
  if (const std::string name = subcommand_name(command); !name.empty()) words.push_back(name);
  std::ranges::copy(arguments, std::back_inserter(words));
  return words;
}

}  // namespace

/// Reads the three sources of one command's options and merges them.
class OptionParser {
 public:
  explicit OptionParser(const Command& command) : command_(command), options_(all_options(command)) {}

  Result<Values> parse(const std::vector<std::string>& arguments, const Environment& environment) {
    auto flags = read_arguments(arguments);
    if (!flags) return flags.error();
    auto variables = read_environment(environment);
    if (!variables) return variables.error();
    auto file = read_config(*flags, *variables);
    if (!file) return file.error();
    for (const Option& option : options_) take_first(option, {&*flags, &*variables, &*file});
    if (auto wrong = check_positionals()) return *std::move(wrong);
    return std::move(values_);
  }

 private:
  const Option* find(std::string_view name) const {
    const auto found = std::ranges::find(options_, name, &Option::name);
    return found == options_.end() ? nullptr : &*found;
  }

  /// `prefix` is what stands before a name in this source: "--" or nothing.
  Mistake unknown(std::string_view written, std::string_view prefix) const {
    std::vector<std::string> names;
    for (const Option& option : options_) names.push_back(fmt::format("{}{}", prefix, option.name));
    const std::vector<std::string_view> candidates(names.begin(), names.end());
    return {fmt::format("unknown option '{}'", written), diag::did_you_mean(written, candidates)};
  }

  /// The table for Boost.Program_options, which cuts the command line into options and positionals.
  po::options_description description() const {
    po::options_description table;
    for (const Option& option : options_) {
      const std::string names =
          option.letter == 0 ? option.name : fmt::format("{},{}", option.name, option.letter);
      if (option.is_flag()) {
        table.add_options()(names.c_str(), "");
      } else {
        table.add_options()(names.c_str(), po::value<std::string>(), "");
      }
    }
    return table;
  }

  Result<Layer> read_arguments(const std::vector<std::string>& arguments) {
    using po::command_line_style::style_t;
    values_.argv_ = command_line(command_, arguments);
    const auto end = std::ranges::find(arguments, "--");
    // Boost takes an option without a name for a positional.
    const auto nameless =
        std::find_if(arguments.begin(), end, [](const std::string& word) { return word.starts_with("--="); });
    if (nameless != end) return without_place(unknown(*nameless, "--"));
    try {
      const po::options_description table = description();
      const auto parsed = po::command_line_parser(arguments)
                              .options(table)
                              .style(style_t::unix_style & ~style_t::allow_guessing)
                              .allow_unregistered()
                              .run();
      return take_arguments(parsed.options);
    } catch (const po::invalid_command_line_syntax& wrong) {
      return without_place(explain(wrong));
    }
  }

  Mistake explain(const po::invalid_command_line_syntax& wrong) const {
    const std::string written = wrong.get_option_name();
    std::string_view name = written;
    name.remove_prefix(std::min(name.find_first_not_of('-'), name.size()));
    const Option* option = find(name);
    if (option == nullptr) return unknown(written, "--");
    if (option->is_flag()) return {fmt::format("option '--{}' takes no value", option->name)};
    return missing_value(*option);
  }

  Result<Layer> take_arguments(const std::vector<po::option>& parsed) {
    Layer layer;
    for (const po::option& given : parsed) {
      if (given.position_key >= 0) {
        std::ranges::copy(given.value, std::back_inserter(values_.positionals_));
      } else if (auto mistake = take_option(layer, given)) {
        return without_place(*std::move(mistake));
      }
    }
    return layer;
  }

  std::optional<Mistake> take_option(Layer& layer, const po::option& given) const {
    const Option* option = given.unregistered ? nullptr : find(given.string_key);
    if (option == nullptr) return unknown(name_in(given), "--");
    const std::string value = option->is_flag() ? "true" : given.value.at(0);
    // `--listen --json`: the value was forgotten; a value that does begin so is written `--listen=--json`.
    if (given.original_tokens.size() > 1 && value.starts_with("--")) return missing_value(*option);
    if (auto mistake = check_choice(*option, value)) return mistake;
    layer[option->name].push_back(value);
    return {};
  }

  Result<Layer> read_environment(const Environment& environment) const {
    Layer layer;
    for (const Option& option : options_) {
      const std::string variable = environment_name(option);
      const auto text = variable.empty() ? std::nullopt : environment(variable);
      if (!text || text->empty()) continue;
      std::istringstream lines(*text);
      for (std::string line; std::getline(lines, line);) {
        if (auto mistake = add_written(layer, option, line)) {
          mistake->message = variable + ": " + mistake->message;
          return without_place(*std::move(mistake));
        }
      }
    }
    return layer;
  }

  Result<Layer> read_config(const Layer& flags, const Layer& variables) const {
    const Layer& named_by = flags.contains("config") ? flags : variables;
    const auto path = named_by.find("config");
    if (path == named_by.end()) return Layer{};
    auto text = read_text_file(path->second.back());
    if (!text) return text.error();
    return read_lines(diag::Source{path->second.back(), *std::move(text)});
  }

  Result<Layer> read_lines(const diag::Source& source) const {
    Layer layer;
    std::istringstream lines{std::string{source.text()}};
    std::string line;
    for (std::size_t number = 1; std::getline(lines, line); ++number) {
      const std::string_view written = trim(line);
      if (written.empty() || written.starts_with('#')) continue;
      if (auto mistake = read_line(layer, written)) {
        const std::size_t column = line.find_first_not_of(" \t") + 1;
        return source.at_line(number, column, written.size(), mistake->message, mistake->hint);
      }
    }
    return layer;
  }

  /// `name = value`, or a bare `name` for a flag.
  std::optional<Mistake> read_line(Layer& layer, std::string_view written) const {
    const std::size_t equals = written.find('=');
    const std::string_view name = trim(written.substr(0, equals));
    const Option* option = find(name);
    if (option == nullptr || environment_name(*option).empty() || option->name == "config") {
      return unknown(name, "");
    }
    const bool has_value = equals != std::string_view::npos;
    if (has_value) return add_written(layer, *option, trim(written.substr(equals + 1)));
    if (option->is_flag()) return add_written(layer, *option, "true");
    return Mistake{fmt::format("option '{}' needs a value: {} = {}", name, name, placeholder(*option))};
  }

  void take_first(const Option& option, std::initializer_list<const Layer*> layers) {
    for (const Layer* layer : layers) {
      const auto found = layer->find(option.name);
      if (found == layer->end()) continue;
      values_.values_[option.name] = found->second;
      values_.given_.insert(option.name);
      return;
    }
    if (!option.default_value.empty()) values_.values_[option.name] = {option.default_value};
  }

  Diagnostic wrong_positionals(std::string message) const {
    return without_place(
        {std::move(message), fmt::format("'{} --help' tells what it takes", command_.program)});
  }

  std::optional<Diagnostic> check_positionals() const {
    if (values_.flag("help") || values_.flag("version") || values_.has("generate")) return {};
    const auto& wanted = command_.positionals;
    const std::size_t given = values_.positionals_.size();
    const bool any_number = std::ranges::any_of(wanted, &Positional::repeatable);
    if (given > wanted.size() && !any_number) {
      return wrong_positionals(fmt::format("unexpected argument '{}'", values_.positionals_[wanted.size()]));
    }
    // Those that may be left out give way: of `[URL] PATH` one argument is the PATH.
    std::size_t needed = 0;
    for (const Positional& positional : wanted) {
      if (positional.required) ++needed;
      if (positional.required && given < needed) {
        return wrong_positionals(fmt::format("{} is missing", positional.name));
      }
    }
    return {};
  }

  const Command& command_;
  std::vector<Option> options_;
  Values values_;
};

Result<Values> parse(const Command& command, const std::vector<std::string>& arguments,
                     const Environment& environment) {
  return OptionParser{command}.parse(arguments, environment);
}

}  // namespace wsrig::cli
