#pragma once

#include <string>
#include <vector>

#include "loadgen/result.hpp"

namespace wsrig::loadgen {

/// The heads of the columns in which the curve of find-the-limit is shown; the last is for the verdict.
std::vector<std::string> search_columns();
/// A rate that was tried, by these columns without the last.
std::vector<std::string> search_row(const Probe& probe);

}  // namespace wsrig::loadgen
