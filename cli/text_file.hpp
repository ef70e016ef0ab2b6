#pragma once

#include <string>

#include "diag/diagnostic.hpp"

namespace wsrig::cli {

/// The whole text of a file that a user named; a Diagnostic "cannot read 'x': No such file or directory".
diag::Result<std::string> read_text_file(const std::string& path);

}  // namespace wsrig::cli
