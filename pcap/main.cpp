#include "cli/program.hpp"
#include "pcap/options.hpp"
#include "pcap/run.hpp"

namespace {

using namespace wsrig;

diag::Result<int> dissect(const cli::Values& values) {
  const auto config = pcap::read_options(values);
  if (!config) return config.error();
  return pcap::run(*config);
}

}  // namespace

int main(int argc, char** argv) {
  return cli::run_program({.command = pcap::command(), .run = dissect}, argc, argv);
}
