#include "scenarios/engine/commands/commands.hpp"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <unistd.h>

#include "scenarios/engine/run/services.hpp"

namespace wsrig::engine {

cli::Program sibling_command(const std::string& name, const std::string& summary) {
  cli::Program program;
  program.command = {
      .program = "wsrig " + name,
      .summary = summary,
      .positionals = {{.name = "ARGUMENT", .help = "as for wsrig-" + name, .repeatable = true}}};
  program.takes_raw_arguments = true;
  program.run = [name](const cli::Values& values) -> diag::Result<int> {
    std::vector<std::string> words{sibling_program("wsrig-" + name)};
    words.insert(words.end(), values.positionals().begin(), values.positionals().end());
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    ::execvp(argv[0], argv.data());
    fmt::print(stderr, "wsrig: {}: {}\n", words[0], std::strerror(errno));
    return cli::exit_code::environment;
  };
  return program;
}

cli::Command wsrig_overview() {
  return {.program = "wsrig",
          .summary = "a test rig for WebSocket servers, clients and proxies",
          .description =
              "Verifies that a WebSocket endpoint obeys RFC 6455 and RFC 7692, by scenario files or by the "
              "standard suite that is built in.",
          .examples = {"wsrig test ws://127.0.0.1:9001", "wsrig run scenarios/conformance",
                       "wsrig explain autobahn-5.6"}};
}

std::vector<cli::Program> wsrig_commands() {
  return {test_command(),
          run_command(),
          list_command(),
          check_command(),
          explain_command(),
          schema_command(),
          merge_command(),
          compare_command(),
          sibling_command("echo", "start wsrig-echo"),
          sibling_command("load", "start wsrig-load"),
          sibling_command("pcap", "start wsrig-pcap")};
}

}  // namespace wsrig::engine
