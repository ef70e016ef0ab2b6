#pragma once

#include <string_view>

namespace wsrig::cli {

/// `*` fits any run of characters (also '/'), `?` one; everything else fits itself. Linear in the text for
/// each star.
bool matches_glob(std::string_view glob, std::string_view text);

}  // namespace wsrig::cli
