#pragma once

#include <string>
#include <vector>

#include "cli/options.hpp"

/// What parsing, help, man page and completions have in common when they read an option table.
namespace wsrig::cli {

/// The options this library adds: --help, --version and --color; --config where a command runs (not for a
/// program that only chooses one); --generate for a program, not for its subcommands.
std::vector<Option> common_options(const Command& command);
/// The command's own options, then the common ones.
std::vector<Option> all_options(const Command& command);

/// "URL", "auto|always|never", or empty for a flag.
std::string placeholder(const Option& option);
/// "wsrig run [OPTION]… [URL] PATH…"
std::string synopsis(const Command& command);
/// "WSRIG_MAX_MESSAGE" for "max-message"; empty for the options that make no sense there (--help and the
/// like).
std::string environment_name(const Option& option);
/// "wsrig" of "wsrig run"
std::string program_name(const Command& command);
/// "run" of "wsrig run", empty for the program itself.
std::string subcommand_name(const Command& command);

}  // namespace wsrig::cli
