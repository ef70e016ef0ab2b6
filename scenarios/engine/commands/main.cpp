#include "scenarios/engine/commands/commands.hpp"

int main(int argc, char** argv) {
  return wsrig::cli::run_program(wsrig::engine::wsrig_overview(), wsrig::engine::wsrig_commands(), argc,
                                 argv);
}
