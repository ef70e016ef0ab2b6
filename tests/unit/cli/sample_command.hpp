#pragma once

#include <vector>

#include "cli/options.hpp"

namespace wsrig::cli::test {

/// A command that uses every part of an option table.
inline Command sample_command() {
  return {
      .program = "rig",
      .summary = "tests things",
      .description = "The first paragraph.\n\n.The second - it's got \\ and a dot in front.",
      .positionals = {{.name = "URL", .help = "the subject", .required = true},
                      {.name = "PATH", .help = "scenario files", .repeatable = true}},
      .options =
          {{.name = "listen", .value = "URL", .help = "where to listen [ws: or wss:]", .repeatable = true},
           {.name = "jobs", .letter = 'j', .value = "N", .help = "cases at once", .default_value = "8"},
           {.name = "strict", .letter = 's', .help = "count 'non-strict' as failed"},
           {.name = "no-deflate", .help = "offer no extension", .group = "Protocol"},
           {.name = "max-message", .value = "SIZE", .help = "limit", .group = "Protocol"},
           {.name = "mode", .help = "what to do", .default_value = "echo", .choices = {"echo", "sink"}}},
      .examples = {"rig ws://127.0.0.1:9001 -j4"}};
}

/// A program with two subcommands; the program itself comes first.
inline std::vector<Command> sample_program() {
  return {{.program = "kit", .summary = "does it all", .has_subcommands = true},
          {.program = "kit run",
           .summary = "runs scenarios: all of them",
           .positionals = {{.name = "PATH", .help = "files", .repeatable = true}},
           .options = {{.name = "seed", .value = "N", .help = "for the random octets"}}},
          {.program = "kit list",
           .summary = "lists",
           .options = {{.name = "long", .letter = 'l', .help = "more"}}}};
}

}  // namespace wsrig::cli::test
