#pragma once

#include "scenarios/engine/script.hpp"
#include "ws/notation_reader.hpp"

namespace wsrig::engine {

/// Reads what a `<` line awaits, up to `within`, `->` or the end of the step. Throws ws::SyntaxError.
Pattern read_pattern(ws::TokenReader& reader);
/// Reads a duration with its unit: 200ms.
std::chrono::microseconds read_duration(ws::TokenReader& reader);

}  // namespace wsrig::engine
