#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "diag/diagnostic.hpp"
#include "loadgen/mix.hpp"

namespace wsrig::loadgen {

/// A list of messages to be sent in turn, one JSON object a line:
///   {"text": "…"}            may hold ${seq}, ${connection} and ${row.COLUMN}
///   {"binary": "<base64>"}
/// Empty lines are skipped. A mistake has its place in the file.
diag::Result<std::vector<MixEntry>> parse_replay(const std::string& name, std::string_view text);

}  // namespace wsrig::loadgen
