#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/options.hpp"
#include "scenarios/engine/format/model.hpp"

/// The options by which test, run and list choose cases.
namespace wsrig::engine {

std::vector<cli::Option> selection_options();
diag::Result<Selection> read_selection(const cli::Values& values);

/// The files, expanded and chosen from. The files are kept because the instances refer to them.
struct ChosenCases {
  std::vector<std::shared_ptr<ScenarioFile>> files;
  std::vector<CaseInstance> all;
  std::vector<CaseInstance> chosen;
};
/// No paths: the built-in suite.
diag::Result<ChosenCases> choose_cases(const std::vector<std::string>& paths, const cli::Values& values);

}  // namespace wsrig::engine
