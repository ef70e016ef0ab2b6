#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/option_table.hpp"
#include "cli/options.hpp"

namespace wsrig::cli {

namespace {

/// `text` with `escape` before each of `special`.
std::string escaped(std::string_view text, std::string_view special, char escape) {
  std::string out;
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) out += escape;
    out += c;
  }
  return out;
}

/// One word for a POSIX shell, whatever it holds.
std::string single_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string{"'\\''"} : std::string(1, c);
  return out + "'";
}

/// The shell function's name: "_wsrig_echo" for "wsrig-echo".
std::string function_name(const Command& program) {
  std::string name = "_" + program.program;
  for (char& c : name) {
    if (c == '-') c = '_';
  }
  return name;
}

std::vector<std::string> option_words(const Command& command) {
  std::vector<std::string> words;
  for (const Option& option : all_options(command)) words.push_back("--" + option.name);
  return words;
}

std::vector<std::string> subcommand_words(const std::vector<Command>& commands) {
  std::vector<std::string> words;
  for (std::size_t i = 1; i < commands.size(); ++i) words.push_back(subcommand_name(commands[i]));
  return words;
}

// ---- bash ----

/// `--color) choices …` for each option with a fixed set of values; a file name for the others that take one.
std::string bash_values(const Command& command, std::string_view margin) {
  std::string out;
  for (const Option& option : all_options(command)) {
    if (option.is_flag()) continue;
    const std::string letter = option.letter == 0 ? "" : fmt::format("|-{}", option.letter);
    const std::string reply =
        option.choices.empty() ? std::string{"compgen -f -- \"$cur\""}
                               : fmt::format("compgen -W '{}' -- \"$cur\"", fmt::join(option.choices, " "));
    out += fmt::format("{}--{}{}) mapfile -t COMPREPLY < <({}); return ;;\n", margin, option.name, letter,
                       reply);
  }
  return out;
}

std::string bash_branch(const Command& command, std::string_view pattern) {
  return fmt::format("    {})\n      case \"$prev\" in\n{}      esac\n      words='{}' ;;\n", pattern,
                     bash_values(command, "        "), fmt::join(option_words(command), " "));
}

}  // namespace

std::string bash_completion(const std::vector<Command>& commands) {
  const Command& program = commands.front();
  const std::string function = function_name(program);
  std::string out = fmt::format(
      "# bash completion for {}\n{}() {{\n  local cur=${{COMP_WORDS[COMP_CWORD]}} prev= words= command=\n"
      "  ((COMP_CWORD > 0)) && prev=${{COMP_WORDS[COMP_CWORD - 1]}}\n"
      "  # bash cuts --name=value into three words.\n"
      "  if [[ $cur == = ]]; then cur=\n"
      "  elif [[ $prev == = ]]; then prev=${{COMP_WORDS[COMP_CWORD - 2]}}; fi\n",
      program.program, function);
  if (program.has_subcommands) out += "  ((COMP_CWORD > 1)) && command=${COMP_WORDS[1]}\n";
  out += "  case \"$command\" in\n";
  for (std::size_t i = 1; i < commands.size(); ++i)
    out += bash_branch(commands[i], subcommand_name(commands[i]));
  out += bash_branch(program, "*") + "  esac\n";
  if (program.has_subcommands) {
    out += fmt::format("  [[ -z $command ]] && words+=' {}'\n", fmt::join(subcommand_words(commands), " "));
  }
  return out + fmt::format(
                   "  [[ $cur == -* || -z $command ]] && mapfile -t COMPREPLY < <(compgen -W \"$words\" -- "
                   "\"$cur\")\n"
                   "}}\ncomplete -o default -F {} {}\n",
                   function, program.program);
}

namespace {

// ---- zsh ----

/// `'(-j --jobs)'{-j,--jobs}'[help]:N:'`: one argument of _arguments for an option.
std::string zsh_option(const Option& option) {
  const std::string text = escaped(option.help, "[]:\\", '\\');
  std::string value;
  if (!option.choices.empty()) {
    value = fmt::format(":{}:({})", option.name, fmt::join(option.choices, " "));
  } else if (!option.is_flag()) {
    value = fmt::format(":{}:_files", escaped(option.value, ":\\", '\\'));
  }
  const std::string star = option.repeatable ? "*" : "";
  const std::string equals = option.is_flag() ? "" : "=";
  std::string out =
      "    " + single_quoted(fmt::format("{}--{}{}[{}]{}", star, option.name, equals, text, value));
  if (option.letter != 0) {
    const std::string plus = option.is_flag() ? "" : "+";
    out += " \\\n    " + single_quoted(fmt::format("{}-{}{}[{}]{}", star, option.letter, plus, text, value));
  }
  return out;
}

std::string zsh_arguments(const Command& command) {
  std::string out = "  _arguments -s -S \\\n";
  for (const Option& option : all_options(command)) out += zsh_option(option) + " \\\n";
  return out + "    '*: :_files'\n";
}

/// Chooses the subcommand by the second word and shifts it away, as _arguments wants.
std::string zsh_subcommands(const std::vector<Command>& commands) {
  std::string out =
      "  if ((CURRENT > 2)); then\n    local command=$words[2]\n    shift words\n    ((CURRENT--))\n";
  out += "    case $command in\n";
  for (std::size_t i = 1; i < commands.size(); ++i) {
    const std::string name = subcommand_name(commands[i]);
    out += fmt::format("    {}) {}_{} ;;\n", name, function_name(commands.front()), name);
  }
  out += "    *) _files ;;\n    esac\n    return\n  fi\n  local -a subcommands=(\n";
  for (std::size_t i = 1; i < commands.size(); ++i) {
    out += "    " +
           single_quoted(subcommand_name(commands[i]) + ":" + escaped(commands[i].summary, ":\\", '\\')) +
           "\n";
  }
  return out + "  )\n  _describe command subcommands\n";
}

}  // namespace

std::string zsh_completion(const std::vector<Command>& commands) {
  const Command& program = commands.front();
  const std::string function = function_name(program);
  std::string out = fmt::format("#compdef {}\n", program.program);
  for (std::size_t i = 1; i < commands.size(); ++i) {
    out +=
        fmt::format("{}_{}() {{\n{}}}\n", function, subcommand_name(commands[i]), zsh_arguments(commands[i]));
  }
  out += fmt::format("{}() {{\n", function);
  if (program.has_subcommands) out += zsh_subcommands(commands);
  return out + fmt::format("{}}}\n{} \"$@\"\n", zsh_arguments(program), function);
}

namespace {

// ---- fish ----

/// Fish knows two escapes inside single quotes: of the quote and of the backslash.
std::string fish_quoted(std::string_view text) { return "'" + escaped(text, "'\\", '\\') + "'"; }

std::string fish_option(const std::string& program, const std::string& condition, const Option& option) {
  const std::string letter = option.letter == 0 ? "" : fmt::format(" -s {}", option.letter);
  std::string value;
  if (!option.choices.empty()) {
    value = fmt::format(" -x -a {}", fish_quoted(fmt::format("{}", fmt::join(option.choices, " "))));
  } else if (!option.is_flag()) {
    value = " -r";
  }
  return fmt::format("complete -c {}{}{} -l {}{} -d {}\n", program, condition, letter, option.name, value,
                     fish_quoted(option.help));
}

}  // namespace

std::string fish_completion(const std::vector<Command>& commands) {
  const Command& program = commands.front();
  std::string out = fmt::format("# fish completion for {}\n", program.program);
  const std::string at_start = program.has_subcommands ? " -n __fish_use_subcommand" : "";
  for (const Option& option : all_options(program)) out += fish_option(program.program, at_start, option);
  for (std::size_t i = 1; i < commands.size(); ++i) {
    const std::string name = subcommand_name(commands[i]);
    out += fmt::format("complete -c {}{} -f -a {} -d {}\n", program.program, at_start, name,
                       fish_quoted(commands[i].summary));
    const std::string condition = fmt::format(" -n '__fish_seen_subcommand_from {}'", name);
    for (const Option& option : all_options(commands[i]))
      out += fish_option(program.program, condition, option);
  }
  return out;
}

}  // namespace wsrig::cli
