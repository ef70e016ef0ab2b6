#include <fmt/format.h>

#include "cli/program.hpp"
#include "proxy/faults/fault.hpp"
#include "proxy/options.hpp"
#include "proxy/run.hpp"

namespace {

using namespace wsrig;

diag::Result<int> serve(const cli::Values& values) {
  if (values.flag("list-faults")) {
    fmt::print("{}", proxy::print_faults());
    return cli::exit_code::ok;
  }
  const auto config = proxy::read_options(values);
  if (!config) return config.error();
  const std::vector<std::string> arguments(values.argv().begin() + 1, values.argv().end());
  return proxy::run(*config, [arguments]() -> diag::Result<proxy::Config> {
    const auto again = cli::parse(proxy::command(), arguments, cli::process_environment);
    if (!again) return again.error();
    return proxy::read_options(*again);
  });
}

}  // namespace

int main(int argc, char** argv) {
  return cli::run_program({.command = proxy::command(), .run = serve}, argc, argv);
}
