#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "diag/diagnostic.hpp"
#include "report/result.hpp"

namespace wsrig::engine {

/// What an RFC asks for, in its own words. Cases name the requirements that they cover; a requirement names
/// no case.
struct Requirement {
  std::string id;  ///< R098
  report::Level level = report::Level::must;
  std::string section;           ///< "RFC 6455 §8.1"
  std::vector<std::string> who;  ///< server, client, proxy
  std::string about;
  std::string quote;   ///< of that section
  std::string reason;  ///< why no case covers it; empty where one does, or where no server is bound
};

/// Reads a file of requirements (`scenarios/requirements.yaml` shows the form). Gives the first mistake.
diag::Result<std::vector<Requirement>> load_requirements(const std::string& name, std::string text);
/// Those of the standard suite, which are compiled in.
const std::vector<Requirement>& requirements();

}  // namespace wsrig::engine
