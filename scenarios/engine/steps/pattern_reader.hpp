#pragma once

#include "scenarios/engine/steps/script.hpp"
#include "ws/notation_reader.hpp"

namespace wsrig::engine {

/// Reads what a `<` line awaits, up to `within`, `->` or the end of the step. Throws ws::SyntaxError.
Pattern read_pattern(ws::TokenReader& reader);
/// Reads what stands behind `failed`, the codes of a Close: how a connection may be failed (RFC 6455 §7.1.7),
/// best first. A Close with another code, and an end without one, are worth less.
std::vector<std::pair<Pattern, report::Grade>> read_failure(ws::TokenReader& reader);
/// Reads a duration with its unit: 200ms.
std::chrono::microseconds read_duration(ws::TokenReader& reader);

}  // namespace wsrig::engine
