#pragma once

#include <optional>

#include "diag/diagnostic.hpp"

namespace wsrig::cli {

/// The first key that stands twice in one object of a JSON text, or of JSON lines: what a reader makes of it
/// is not foreseeable (RFC 8259 §4), and Boost.JSON takes the last without a word. The text has been parsed
/// before; of one that is not JSON nothing is foreseeable either.
std::optional<diag::Diagnostic> find_repeated_key(const diag::Source& json);

}  // namespace wsrig::cli
