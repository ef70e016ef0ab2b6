#include "cli/text_file.hpp"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <fstream>
#include <sstream>

namespace wsrig::cli {

diag::Result<std::string> read_text_file(const std::string& path) {
  errno = 0;
  const std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  // Inserting nothing sets the fail bit of `text`, which an empty file does too: a folder tells by errno.
  if (file) text << file.rdbuf();
  if (!file || errno != 0) {
    return diag::Diagnostic{.message = fmt::format("cannot read '{}': {}", path, std::strerror(errno))};
  }
  return std::move(text).str();
}

}  // namespace wsrig::cli
