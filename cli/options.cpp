#include "cli/options.hpp"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <sstream>

#include <boost/program_options/cmdline.hpp>
#include <boost/program_options/errors.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/value_semantic.hpp>

#include "cli/config_file.hpp"
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

const std::vector<Written>& Values::written(std::string_view name) const {
  static const std::vector<Written> nothing;
  const auto found = written_.find(name);
  return found == written_.end() ? nothing : found->second;
}

const std::vector<Section>& Values::sections(std::string_view name) const {
  static const std::vector<Section> nothing;
  const auto found = sections_.find(name);
  return found == sections_.end() ? nothing : found->second;
}

Diagnostic Values::place(std::string_view name, Diagnostic mistake) const {
  const auto& values = written(name);
  return values.empty() ? mistake : values.back().place(std::move(mistake));
}

std::optional<std::string> process_environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>{value};
}

namespace {

Diagnostic without_place(Mistake mistake) {
  return {.message = std::move(mistake.message), .hint = std::move(mistake.hint)};
}

Mistake missing_value(const Option& option) {
  return {fmt::format("option '--{}' needs a value: --{}={}", option.name, option.name, placeholder(option))};
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
    auto file = read_file(*flags, *variables);
    if (!file) return file.error();
    for (const Option& option : options_) take_first(option, {&*flags, &*variables, &*file});
    if (auto wrong = check_positionals()) return *std::move(wrong);
    return std::move(values_);
  }

 private:
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
    if (nameless != end) return without_place(unknown_option(options_, *nameless, "--"));
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
    const Option* option = find_option(options_, name);
    if (option == nullptr) return unknown_option(options_, written, "--");
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
    const Option* option = given.unregistered ? nullptr : find_option(options_, given.string_key);
    if (option == nullptr) return unknown_option(options_, name_in(given), "--");
    const std::string value = option->is_flag() ? "true" : given.value.at(0);
    // `--listen --json`: the value was forgotten; a value that does begin so is written `--listen=--json`.
    if (given.original_tokens.size() > 1 && value.starts_with("--")) return missing_value(*option);
    if (auto mistake = check_choice(*option, value)) return mistake;
    layer.values[option->name].push_back({value});
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
        if (auto mistake = check_written(option, line)) {
          mistake->message = variable + ": " + mistake->message;
          return without_place(*std::move(mistake));
        }
        layer.values[option.name].push_back({line});
      }
    }
    return layer;
  }

  Result<Layer> read_file(const Layer& flags, const Layer& variables) const {
    const Layer& named_by = flags.values.contains("config") ? flags : variables;
    const auto found = named_by.values.find("config");
    if (found == named_by.values.end()) return Layer{};
    const std::string& path = found->second.back().text;
    auto text = read_text_file(path);
    if (!text) return text.error();
    return read_config(options_, std::make_shared<const diag::Source>(path, *std::move(text)));
  }

  void take_first(const Option& option, std::initializer_list<const Layer*> layers) {
    for (const Layer* layer : layers) {
      const auto found = layer->values.find(option.name);
      const auto section = layer->sections.find(option.name);
      if (found == layer->values.end() && section == layer->sections.end()) continue;
      if (found != layer->values.end()) take(option, found->second);
      if (section != layer->sections.end()) values_.sections_[option.name] = section->second;
      values_.given_.insert(option.name);
      return;
    }
    if (!option.default_value.empty()) take(option, {{option.default_value}});
  }

  void take(const Option& option, const std::vector<Written>& written) {
    values_.written_[option.name] = written;
    for (const Written& value : written) values_.values_[option.name].push_back(value.text);
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
