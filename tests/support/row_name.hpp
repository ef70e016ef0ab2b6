#pragma once

#include <string>

namespace wsrig::test {

/// Names the tests of a table after the `name` of their row.
inline constexpr auto row_name = [](const auto& row) { return std::string(row.param.name); };

}  // namespace wsrig::test
