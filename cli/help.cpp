#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>
#include <utility>

#include "cli/option_table.hpp"
#include "cli/options.hpp"

namespace wsrig::cli {

namespace {

/// One row of two columns.
struct Row {
  std::string left, right;
};
struct Heading {
  std::string title;
  std::vector<Row> rows;
};

constexpr std::size_t indent = 2;
constexpr std::size_t widest_left = 30;  ///< a longer left column gets a line of its own

/// Characters, not octets: continuation octets of UTF-8 take no room.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0u) != 0x80u; }));
}

/// The words of one paragraph in lines of at most `width` characters; a longer word stands alone.
std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  std::string line;
  for (std::size_t at = 0; (at = text.find_first_not_of(" \n", at)) != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(" \n", at), text.size());
    const std::string_view word = text.substr(at, end - at);
    if (!line.empty() && width_of(line) + 1 + width_of(word) > width)
      lines.push_back(std::exchange(line, {}));
    if (!line.empty()) line += ' ';
    line += word;
    at = end;
  }
  if (!line.empty()) lines.push_back(std::move(line));
  return lines;
}

std::vector<std::string> paragraphs(std::string_view text) {
  std::vector<std::string> result;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find("\n\n"), text.size());
    result.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  return result;
}

std::string option_left(const Option& option) {
  const std::string letter = option.letter == 0 ? "    " : fmt::format("-{}, ", option.letter);
  const std::string value = option.is_flag() ? "" : " " + placeholder(option);
  return fmt::format("{}--{}{}", letter, option.name, value);
}

std::string option_right(const Option& option) {
  std::string text = option.help;
  if (!option.choices.empty() && !option.value.empty())
    text += fmt::format(" [{}]", fmt::join(option.choices, ", "));
  if (option.repeatable) text += " (repeatable)";
  if (!option.default_value.empty()) text += fmt::format(" (default: {})", option.default_value);
  return text;
}

/// The subcommands, the arguments, then the options by group, in the order of the table.
std::vector<Heading> sections(const Command& command, const std::vector<Command>& subcommands) {
  std::vector<Heading> result;
  if (!subcommands.empty()) result.push_back({"Commands", {}});
  for (const Command& subcommand : subcommands) {
    result.back().rows.push_back({subcommand_name(subcommand), subcommand.summary});
  }
  if (!command.positionals.empty()) result.push_back({"Arguments", {}});
  for (const Positional& positional : command.positionals) {
    result.back().rows.push_back({positional.name, positional.help});
  }
  std::map<std::string, std::size_t> place;
  for (const Option& option : all_options(command)) {
    const std::string title = option.group.empty() ? "Options" : option.group;
    const auto [found, is_new] = place.try_emplace(title, result.size());
    if (is_new) result.push_back({title, {}});
    result[found->second].rows.push_back({option_left(option), option_right(option)});
  }
  return result;
}

std::size_t left_width(const std::vector<Heading>& all) {
  std::size_t width = 0;
  for (const Heading& section : all) {
    for (const Row& row : section.rows) {
      if (width_of(row.left) <= widest_left) width = std::max(width, width_of(row.left));
    }
  }
  return width;
}

void write_row(std::string& out, const Row& row, std::size_t left, std::size_t width) {
  const std::size_t column = indent + left + 2;
  const std::vector<std::string> lines = wrap(row.right, std::max<std::size_t>(width, column + 20) - column);
  out += fmt::format("{:{}}{}", "", indent, row.left);
  std::size_t at = indent + width_of(row.left);
  if (width_of(row.left) > left) {
    out += '\n';
    at = 0;
  }
  for (const std::string& line : lines) {
    out += fmt::format("{:{}}{}\n", "", column - at, line);
    at = 0;
  }
  if (lines.empty()) out += '\n';
}

void write_paragraph(std::string& out, std::string_view text, std::size_t width) {
  for (const std::string& line : wrap(text, width)) out += line + '\n';
}

std::string heading(std::string_view title, const HelpStyle& style) {
  return style.color ? fmt::format("\x1b[1m{}:\x1b[0m", title) : fmt::format("{}:", title);
}

std::string closing_remark(const Command& command) {
  if (command.has_subcommands)
    return fmt::format("'{} COMMAND --help' explains one of them.", command.program);
  return "Each option can also be given in the environment, --like-this as WSRIG_LIKE_THIS, or in the "
         "--config "
         "file.";
}

}  // namespace

std::string help(const Command& command, const HelpStyle& style, const std::vector<Command>& subcommands) {
  std::string out = fmt::format("{}: {}\n\n{} {}\n", command.program, command.summary,
                                heading("Usage", style), synopsis(command));
  for (const std::string& paragraph : paragraphs(command.description)) {
    out += '\n';
    write_paragraph(out, paragraph, style.width);
  }
  const std::vector<Heading> all = sections(command, subcommands);
  const std::size_t left = left_width(all);
  for (const Heading& section : all) {
    out += fmt::format("\n{}\n", heading(section.title, style));
    for (const Row& row : section.rows) write_row(out, row, left, style.width);
  }
  if (!command.examples.empty()) out += fmt::format("\n{}\n", heading("Examples", style));
  for (const std::string& example : command.examples) out += fmt::format("{:{}}{}\n", "", indent, example);
  out += '\n';
  write_paragraph(out, closing_remark(command), style.width);
  return out;
}

}  // namespace wsrig::cli
