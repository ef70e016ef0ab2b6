#include "scenarios/engine/process_usage.hpp"

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

namespace wsrig::engine {

namespace {

namespace fs = std::filesystem;

/// The process group in /proc/PID/stat: the third field behind the name, which may hold blanks and brackets.
pid_t group_of(const fs::path& process) {
  std::string text;
  std::getline(std::ifstream(process / "stat"), text);
  const std::size_t behind_name = text.rfind(')');
  if (behind_name == std::string::npos || behind_name + 4 > text.size()) return -1;
  const std::size_t group = text.find(' ', behind_name + 4);
  return group == std::string::npos ? -1 : static_cast<pid_t>(std::strtol(text.data() + group, nullptr, 10));
}

/// Pages that a forked child shares with its parent count in proportion, so that the sum is true.
std::uint64_t own_memory(const fs::path& process) {
  constexpr std::string_view name = "Pss_Anon:";
  std::ifstream file(process / "smaps_rollup");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(name)) return std::strtoull(line.data() + name.size(), nullptr, 10) * 1024;
  }
  return 0;
}

void collect_sockets(const fs::path& process, std::set<std::string>& sockets) {
  std::error_code gone;
  for (fs::directory_iterator entry(process / "fd", gone), end; !gone && entry != end;
       entry.increment(gone)) {
    std::error_code closed;
    const std::string target = fs::read_symlink(entry->path(), closed).string();
    if (!closed && target.starts_with("socket:")) sockets.insert(target);
  }
}

}  // namespace

ProcessUsage usage_of_group(pid_t group) {
  ProcessUsage usage;
  std::set<std::string> sockets;
  std::error_code gone;
  for (fs::directory_iterator entry("/proc", gone), end; !gone && entry != end; entry.increment(gone)) {
    const std::string name = entry->path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos || group_of(entry->path()) != group)
      continue;
    usage.memory += own_memory(entry->path());
    collect_sockets(entry->path(), sockets);
  }
  usage.connections = sockets.size();
  return usage;
}

}  // namespace wsrig::engine
