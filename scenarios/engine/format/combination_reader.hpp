#pragma once

#include "scenarios/engine/format/field_reader.hpp"
#include "scenarios/engine/format/model.hpp"

namespace wsrig::engine {

/// Reads `for` and `rows` of a case into its combinations, with the ids and aliases of rows. Aliases of the
/// case that hold `${name}` become aliases of each combination. A mistake is a finding.
void read_combinations(const YamlNode& node, const ScenarioFile& file, Case& into, Findings& findings);

}  // namespace wsrig::engine
