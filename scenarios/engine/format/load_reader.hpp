#pragma once

#include <memory>
#include <string>

#include "scenarios/engine/format/field_reader.hpp"
#include "scenarios/engine/format/load.hpp"
#include "scenarios/engine/format/variable_check.hpp"

namespace wsrig::engine {

/// Reads `load:` and, where there are some, `thresholds:`. `services` are the variables that the file's
/// services give, `folder` is where the file lies: data are beside it.
std::shared_ptr<const Load> read_load(const YamlNode& load, const YamlNode* thresholds, const Tls& tls,
                                      const KnownVariables& services, const std::string& folder,
                                      Findings& findings);

}  // namespace wsrig::engine
