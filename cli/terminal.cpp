#include <cstdlib>
#include <string_view>
#include <unistd.h>

#include "cli/options.hpp"

namespace wsrig::cli {

namespace {
bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}
}  // namespace

bool use_color(const Values& values, int fd) {
  const std::string& choice = values.text("color");
  if (choice == "always") return true;
  if (choice == "never" || is_set("NO_COLOR")) return false;
  const char* terminal = std::getenv("TERM");
  return isatty(fd) == 1 && terminal != nullptr && std::string_view{terminal} != "dumb";
}

bool is_live(int fd) { return isatty(fd) == 1 && !is_set("CI"); }

std::string version_number() { return WSRIG_VERSION; }
std::string version() { return "wsrig " + version_number(); }

}  // namespace wsrig::cli
