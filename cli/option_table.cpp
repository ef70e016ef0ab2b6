#include "cli/option_table.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wsrig::cli {

namespace {
constexpr auto common_group = "General";
}

std::vector<Option> common_options(const Command& command) {
  std::vector<Option> options{
      {.name = "help", .letter = 'h', .help = "print this help", .group = common_group},
      {.name = "version", .help = "print the version", .group = common_group}};
  if (!command.has_subcommands) {
    options.push_back({.name = "config",
                       .value = "FILE",
                       .help = "read options from FILE, which has name = value lines",
                       .group = common_group});
  }
  options.push_back({.name = "color",
                     .value = "WHEN",
                     .help = "colours; auto: on a terminal, unless NO_COLOR is set",
                     .default_value = "auto",
                     .choices = {"auto", "always", "never"},
                     .group = common_group});
  if (subcommand_name(command).empty()) {
    options.push_back({.name = "generate",
                       .value = "WHAT",
                       .help = "print the man page or a shell's completions",
                       .choices = {"man", "bash", "zsh", "fish"},
                       .group = common_group});
  }
  return options;
}

std::vector<Option> all_options(const Command& command) {
  std::vector<Option> options = command.options;
  std::ranges::move(common_options(command), std::back_inserter(options));
  return options;
}

std::string placeholder(const Option& option) {
  return option.value.empty() ? fmt::format("{}", fmt::join(option.choices, "|")) : option.value;
}

std::string synopsis(const Command& command) {
  if (command.has_subcommands) return command.program + " COMMAND [ARGUMENT]…";
  std::vector<std::string> parts{command.program, "[OPTION]…"};
  for (const Positional& positional : command.positionals) {
    const std::string name = positional.name + (positional.repeatable ? "…" : "");
    parts.push_back(positional.required ? name : "[" + name + "]");
  }
  return fmt::format("{}", fmt::join(parts, " "));
}

std::string environment_name(const Option& option) {
  if (option.name == "help" || option.name == "version" || option.name == "generate") return {};
  std::string name = "WSRIG_" + option.name;
  std::ranges::transform(name, name.begin(), [](char c) {
    return c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return name;
}

std::string program_name(const Command& command) {
  return command.program.substr(0, command.program.find(' '));
}

std::string subcommand_name(const Command& command) {
  const std::size_t blank = command.program.find(' ');
  return blank == std::string::npos ? std::string{} : command.program.substr(blank + 1);
}

}  // namespace wsrig::cli
