#pragma once

#include <string_view>
#include <vector>

#include "scenarios/engine/format/model.hpp"

namespace wsrig::engine {

/// A scenario file that is compiled in.
struct BuiltinFile {
  std::string_view name;  ///< below scenarios/conformance
  std::string_view text;
};
/// All of scenarios/conformance, sorted by name. The build generates it.
std::vector<BuiltinFile> builtin_files();
/// scenarios/requirements.yaml.
std::string_view builtin_requirements();

}  // namespace wsrig::engine
