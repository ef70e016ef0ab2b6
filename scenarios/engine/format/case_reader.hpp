#pragma once

#include "scenarios/engine/format/field_reader.hpp"
#include "scenarios/engine/format/model.hpp"
#include "scenarios/engine/format/variable_check.hpp"

namespace wsrig::engine {

/// The largest number of combinations of one case, and of all cases of a file.
inline constexpr std::size_t max_combinations = 100'000;
inline constexpr std::size_t max_combinations_of_file = 1'000'000;
/// The largest number of steps of a case, over all its combinations.
inline constexpr std::size_t max_steps_of_case = 5'000'000;

/// Reads `tls:`, on top of what is already set.
void read_tls(const YamlNode& node, Tls& tls, Findings& findings);

/// Reads one entry of `cases:`. `file` has the suite, the services and the file's `tls`; `services` are the
/// variables that its services give.
Case read_case(const YamlNode& node, const ScenarioFile& file, const KnownVariables& services,
               Findings& findings);

/// Where the text of a block of steps stands, so that a mistake inside can be pointed at; empty, with a
/// finding, when it is no block. `what` is its key.
std::optional<ScriptOrigin> place_steps(const YamlNode& steps, std::string_view what, Findings& findings);

/// A slug: lower-case letters, digits, '-', '_' and '.', with at least one letter.
/// "R067": the number of a requirement.
bool is_requirement_id(std::string_view text);
bool is_slug(std::string_view text);

}  // namespace wsrig::engine
