#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/option_table.hpp"
#include "cli/options.hpp"

namespace wsrig::cli {

namespace {

/// Text that roff prints as it stands: no escapes, no requests at the start of a line, hyphens that can be
/// copied.
std::string roff(std::string_view text) {
  std::string out;
  bool at_line_start = true;
  for (const char c : text) {
    if (at_line_start && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
    at_line_start = c == '\n';
  }
  return out;
}

/// Paragraphs are separated by empty lines, which roff writes as .PP.
std::string roff_paragraphs(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find("\n\n"), text.size());
    if (!out.empty()) out += ".PP\n";
    out += roff(text.substr(0, end)) + '\n';
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  return out;
}

std::string item(std::string_view tag, std::string_view text) {
  return fmt::format(".TP\n{}\n{}\n", tag, text.empty() ? "\\&" : roff(text));
}

std::string option_item(const Option& option) {
  const std::string letter = option.letter == 0 ? "" : fmt::format("\\fB\\-{}\\fR, ", option.letter);
  const std::string value = option.is_flag() ? "" : fmt::format(" \\fI{}\\fR", roff(placeholder(option)));
  std::string text = option.help + '.';
  if (!option.choices.empty() && !option.value.empty()) {
    text += fmt::format("\nOne of {}.", fmt::join(option.choices, ", "));
  }
  if (option.repeatable) text += "\nMay be given more than once.";
  if (!option.default_value.empty()) text += fmt::format("\nDefault: {}.", option.default_value);
  return item(fmt::format("{}\\fB\\-\\-{}\\fR{}", letter, roff(option.name), value), text);
}

std::string option_items(const std::vector<Option>& options) {
  std::string out;
  for (const Option& option : options) out += option_item(option);
  return out;
}

std::string positional_items(const Command& command) {
  std::string out;
  for (const Positional& positional : command.positionals) {
    out += item(fmt::format("\\fI{}\\fR", roff(positional.name)), positional.help);
  }
  return out;
}

std::string examples(const std::vector<Command>& commands) {
  std::string out;
  for (const Command& command : commands) {
    for (const std::string& example : command.examples)
      out += fmt::format(".PP\n.nf\n{}\n.fi\n", roff(example));
  }
  return out.empty() ? out : ".SH EXAMPLES\n" + out;
}

/// One subsection a subcommand: what it is for, its synopsis, its own arguments and options.
std::string subcommand_section(const Command& command) {
  return fmt::format(".SS {}\n{}.\n.PP\n.B {}\n", roff(command.program), roff(command.summary),
                     roff(synopsis(command))) +
         (command.description.empty() ? "" : ".PP\n" + roff_paragraphs(command.description)) +
         positional_items(command) + option_items(command.options);
}

constexpr std::string_view environment_section =
    ".SH ENVIRONMENT\n"
    "Each option can be given in the environment: \\fB\\-\\-like\\-this\\fR as \\fBWSRIG_LIKE_THIS\\fR.\n"
    "A flag takes true or false, a repeatable option one value a line.\n"
    "An option on the command line comes before the environment, and that before the \\fB\\-\\-config\\fR "
    "file.\n"
    ".PP\n"
    "\\fBNO_COLOR\\fR switches colours off.\n";

constexpr std::string_view exit_section =
    ".SH EXIT STATUS\n"
    ".TP\n0\nAll as expected.\n"
    ".TP\n1\nAn expectation or threshold failed, or nothing that was selected could be judged.\n"
    ".TP\n2\nBad options or scenario file, or an empty selection.\n"
    ".TP\n3\nThe environment failed: no connection was ever made, a service did not start, a port is taken, "
    "a "
    "file is missing.\n"
    ".TP\n4\nAn internal error.\n"
    ".TP\n130\nInterrupted.\n";

std::string uppercase(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

}  // namespace

std::string man_page(const std::vector<Command>& commands) {
  const Command& program = commands.front();
  std::string out = fmt::format(
      "'\\\" -*- coding: utf-8 -*-\n.TH {} 1 \"\" \"{}\" \"User Commands\"\n.SH NAME\n{} \\- {}\n.SH "
      "SYNOPSIS\n.B {}\n",
      roff(uppercase(program.program)), version(), roff(program.program), roff(program.summary),
      roff(synopsis(program)));
  if (!program.description.empty()) out += ".SH DESCRIPTION\n" + roff_paragraphs(program.description);
  out += program.positionals.empty() ? "" : ".SH ARGUMENTS\n" + positional_items(program);
  out += ".SH OPTIONS\n" + option_items(all_options(program));
  if (program.has_subcommands) {
    out += ".SH COMMANDS\nEach command also takes these options.\n";
    out += option_items(common_options(commands.back()));
  }
  for (std::size_t i = 1; i < commands.size(); ++i) out += subcommand_section(commands[i]);
  return out.append(environment_section).append(exit_section) + examples(commands);
}

}  // namespace wsrig::cli
