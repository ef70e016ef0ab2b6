#include "scenarios/engine/run/process_usage.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <unistd.h>
#include <vector>

namespace wsrig::engine {

namespace {

namespace fs = std::filesystem;

/// The fields of /proc/PID/stat behind the name, which may hold blanks and brackets: field 3 of proc(5) is
/// the first.
std::vector<std::string> fields_of(const fs::path& process) {
  std::string text;
  std::getline(std::ifstream(process / "stat"), text);
  std::istringstream rest(text.substr(std::min(text.size(), text.rfind(')') + 1)));
  return {std::istream_iterator<std::string>(rest), {}};
}

constexpr std::size_t group_field = 2;  // pgrp, field 5 of proc(5)
constexpr std::size_t user_field = 11;  // utime, field 14; stime is the next

std::chrono::nanoseconds processor_time(const std::vector<std::string>& fields) {
  const auto ticks = std::strtoll(fields[user_field].c_str(), nullptr, 10) +
                     std::strtoll(fields[user_field + 1].c_str(), nullptr, 10);
  return std::chrono::nanoseconds(std::chrono::seconds(1)) * ticks / ::sysconf(_SC_CLK_TCK);
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
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const auto fields = fields_of(entry->path());
    if (fields.size() <= user_field + 1 || fields[group_field] != std::to_string(group)) continue;
    usage.processor_time += processor_time(fields);
    usage.memory += own_memory(entry->path());
    collect_sockets(entry->path(), sockets);
  }
  usage.connections = sockets.size();
  return usage;
}

}  // namespace wsrig::engine
