#include <fmt/format.h>

#include "cli/program.hpp"
#include "echo/misbehaviour.hpp"
#include "echo/options.hpp"
#include "echo/run.hpp"

namespace {

using namespace wsrig;

diag::Result<int> serve(const cli::Values& values) {
  if (values.flag("list-misbehaviours")) {
    fmt::print("{}", echo::print_table(echo::misbehaviours()));
    return cli::exit_code::ok;
  }
  if (values.flag("list-quirks")) {
    fmt::print("{}", echo::print_table(echo::quirks()));
    return cli::exit_code::ok;
  }
  const auto config = echo::read_options(values);
  if (!config) return config.error();
  return echo::run(*config);
}

}  // namespace

int main(int argc, char** argv) {
  return cli::run_program({.command = echo::command(), .run = serve}, argc, argv);
}
