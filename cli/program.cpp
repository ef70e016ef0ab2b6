#include "cli/program.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include "cli/option_table.hpp"

namespace wsrig::cli {

namespace {

/// Says what is wrong: a mistake in a file is shown with its line, one in an option takes a single line.
/// `values` tell about colours; they are empty when the options themselves could not be read.
int refuse(const Command& command, const diag::Diagnostic& mistake, const Values& values = {}) {
  const bool color = use_color(values, STDERR_FILENO);
  if (mistake.file.empty()) {
    const std::string hint = mistake.hint.empty() ? "" : "; " + mistake.hint;
    const std::string_view red = color ? "\x1b[1;31m" : "", plain = color ? "\x1b[0m" : "";
    fmt::print(stderr, "{}{}:{} {}{}\n", red, command.program, plain, mistake.message, hint);
  } else {
    fmt::print(stderr, "{}\n", diag::render(mistake, color));
  }
  return exit_code::usage;
}

std::string generate(const std::string& what, const std::vector<Command>& commands) {
  if (what == "man") return man_page(commands);
  if (what == "bash") return bash_completion(commands);
  if (what == "zsh") return zsh_completion(commands);
  return fish_completion(commands);
}

/// Answers the options that every command has; empty when the command itself is wanted. `commands` are the
/// command and, behind it, its subcommands.
std::optional<int> answer_common(const Values& values, const std::vector<Command>& commands) {
  const Command& command = commands.front();
  if (values.flag("help")) {
    const HelpStyle style{.color = use_color(values, STDOUT_FILENO)};
    fmt::print("{}", help(command, style, {commands.begin() + 1, commands.end()}));
  } else if (values.flag("version")) {
    fmt::print("{} {}\n", program_name(command), version_number());
  } else if (values.has("generate")) {
    fmt::print("{}", generate(values.text("generate"), commands));
  } else {
    return std::nullopt;
  }
  return exit_code::ok;
}

int run_command(const Program& program, std::vector<std::string> arguments) {
  if (program.takes_raw_arguments) arguments.insert(arguments.begin(), "--");
  const auto values = parse(program.command, arguments, process_environment);
  if (!values) return refuse(program.command, values.error());
  if (const auto answered = answer_common(*values, {program.command})) return *answered;
  const auto code = program.run(*values);
  return code ? *code : refuse(program.command, code.error(), *values);
}

/// The command line without a subcommand: --help, --version, --generate, or a mistake.
int run_overview(const Command& overview, const std::vector<Program>& subcommands,
                 const std::vector<std::string>& arguments) {
  std::vector<Command> commands{overview};
  for (const Program& program : subcommands) commands.push_back(program.command);
  const auto values = parse(overview, arguments, process_environment);
  if (!values) return refuse(overview, values.error());
  if (const auto answered = answer_common(*values, commands)) return *answered;
  const HelpStyle style{.color = use_color(*values, STDERR_FILENO)};
  fmt::print(stderr, "{}", help(overview, style, {commands.begin() + 1, commands.end()}));
  return exit_code::usage;
}

int refuse_subcommand(const Command& overview, const std::vector<Program>& subcommands,
                      const std::string& word) {
  std::vector<std::string> names;
  for (const Program& program : subcommands) names.push_back(subcommand_name(program.command));
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  std::string hint = diag::did_you_mean(word, candidates);
  if (hint.empty()) hint = fmt::format("one of {}", fmt::join(names, ", "));
  return refuse(overview, {.message = fmt::format("unknown command '{}'", word), .hint = std::move(hint)});
}

int run_subcommand(const Command& overview, const std::vector<Program>& subcommands,
                   std::vector<std::string> arguments) {
  if (arguments.empty() || arguments.front().starts_with('-'))
    return run_overview(overview, subcommands, arguments);
  const auto chosen = std::ranges::find_if(subcommands, [&](const Program& program) {
    return subcommand_name(program.command) == arguments.front();
  });
  if (chosen == subcommands.end()) return refuse_subcommand(overview, subcommands, arguments.front());
  arguments.erase(arguments.begin());
  return run_command(*chosen, std::move(arguments));
}

/// An exception that reaches this place is a bug.
int guarded(const Command& command, const std::function<int()>& body) {
  try {
    return body();
  } catch (const std::exception& bug) {
    fmt::print(stderr, "{}: internal error: {}\n", command.program, bug.what());
    return exit_code::internal;
  }
}

}  // namespace

int run_program(const Program& program, int argc, char** argv) {
  return guarded(program.command,
                 [&] { return run_command(program, {argv + std::min(argc, 1), argv + argc}); });
}

int run_program(const Command& overview, const std::vector<Program>& subcommands, int argc, char** argv) {
  Command described = overview;
  described.has_subcommands = true;
  return guarded(described, [&] {
    return run_subcommand(described, subcommands, {argv + std::min(argc, 1), argv + argc});
  });
}

}  // namespace wsrig::cli
