#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/options.hpp"

namespace wsrig::cli {

/// A command and what runs it. The body returns an exit code, or a Diagnostic for what it was asked wrongly
/// (printed, exit code 2).
struct Program {
  Command command;
  std::function<diag::Result<int>(const Values&)> run;
  /// The arguments are handed on unread, as positionals (one of which must be repeatable): for a sibling
  /// program.
  bool takes_raw_arguments = false;
};

/// Runs a program without subcommands: reads its options, answers --help, --version and --generate, prints
/// what is wrong as `program: message`, and turns an exception into exit code 4.
int run_program(const Program& program, int argc, char** argv);

/// Runs a program of which the first argument names a subcommand, each with its own option table.
/// `overview` describes the program itself; its --help lists the subcommands.
int run_program(const Command& overview, const std::vector<Program>& subcommands, int argc, char** argv);

}  // namespace wsrig::cli
