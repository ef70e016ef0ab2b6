#pragma once

#include <string>
#include <vector>

#include "diag/diagnostic.hpp"

namespace wsrig::engine {

/// The text of a scenario file on disk; a file that cannot be read, or is larger than max_scenario_size, is a
/// diagnostic.
diag::Result<std::string> read_scenario_text(const std::string& path);

/// The files that paths name: a file as it is, of a folder all *.yaml and *.yml below it, sorted by name.
diag::Result<std::vector<std::string>> find_scenario_files(const std::vector<std::string>& paths);

}  // namespace wsrig::engine
