#pragma once

#include <optional>
#include <span>

#include "diag/diagnostic.hpp"
#include "scenarios/engine/steps/script.hpp"

/// The `session:` of a load: a script for each of its connections.
namespace wsrig::engine {

/// The steps of a load's `session:`, by when they run. They refer into the script.
struct SessionParts {
  std::span<const Step> login;    ///< by HTTP, before the connection is made
  std::span<const Step> opening;  ///< on the connection, before the load begins on it
  std::span<const Step> beside;   ///< beside the load, again and again
};
SessionParts parts_of(const Script& script);

/// What of a script a session cannot do (shutdown, a named connection, a grade …), with its place in the
/// script.
std::optional<diag::Diagnostic> check_session(const Script& script);

}  // namespace wsrig::engine
