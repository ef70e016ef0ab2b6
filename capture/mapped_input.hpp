#pragma once

#include <memory>

#include "capture/input.hpp"

namespace wsrig::capture {

/// Maps the regular file behind a descriptor, from where it stands, and takes the descriptor over. Null, and
/// the descriptor is left alone, for anything else, for a file without octets, and when too many are mapped.
///
/// Pages behind the cursor are given back to the kernel's cache now and then; who looks at them again gets
/// them again. A file that becomes shorter while it is read has zeros where it ended, and then a problem():
/// the SIGBUS that a missing page raises is caught.
std::unique_ptr<Input> map_input(int descriptor);

}  // namespace wsrig::capture
