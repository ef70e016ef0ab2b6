#pragma once

#include <vector>

#include "scenarios/engine/format/field_reader.hpp"
#include "scenarios/engine/format/model.hpp"
#include "scenarios/engine/format/variable_check.hpp"

namespace wsrig::engine {

/// Reads `services:` into the file's list, in the order of need: a service stands behind those it needs.
/// A circle of needs, and a name that no service has, are findings.
void read_services(const YamlNode& node, std::vector<Service>& services, Findings& findings);

/// The variables that services give: `${echo.address}` and the like.
KnownVariables service_variables(const std::vector<Service>& services);

}  // namespace wsrig::engine
