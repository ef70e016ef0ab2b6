#include "capture/packet.hpp"

#include <fmt/format.h>

namespace wsrig::capture {

std::string describe(const Problem& problem) {
  return fmt::format("at offset {}: {}", problem.offset, problem.what);
}

}  // namespace wsrig::capture
