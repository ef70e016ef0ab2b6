#pragma once

#include <vector>

#include "cli/program.hpp"

/// The subcommands of `wsrig`, each an option table and what runs it.
namespace wsrig::engine {

cli::Program test_command();  ///< `wsrig test URL`: the built-in standard suite
cli::Program run_command();   ///< `wsrig run [URL] PATH…`
cli::Program list_command();
cli::Program check_command();
cli::Program explain_command();
cli::Program schema_command();
cli::Program merge_command();    ///< `wsrig merge SHARD…`
cli::Program compare_command();  ///< `wsrig compare A.json B.json`
/// `wsrig echo …`: starts the program beside this one.
cli::Program sibling_command(const std::string& name, const std::string& summary);

cli::Command wsrig_overview();
std::vector<cli::Program> wsrig_commands();

}  // namespace wsrig::engine
