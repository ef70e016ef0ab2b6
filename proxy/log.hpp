#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "proxy/config.hpp"

namespace wsrig::proxy {

/// A value in a log line.
using LogValue = std::variant<std::string_view, std::uint64_t, double>;
using LogField = std::pair<std::string_view, LogValue>;

/// Writes one line an event to standard error: `2026-01-31T12:00:00.000Z tunnel-end client="…" …`, or a JSON
/// object. What peers sent cannot break a line: control characters, and octets that are not UTF-8, are
/// escaped.
class Log {
 public:
  explicit Log(LogFormat format) : format_(format) {}
  void event(std::string_view name, std::initializer_list<LogField> fields) const;
  /// A frame in the notation (--trace).
  void trace(std::uint64_t tunnel, char arrow, std::string_view frame) const;

 private:
  LogFormat format_;
};

/// The line, without its time; for tests.
std::string print_event(LogFormat format, std::string_view time, std::string_view name,
                        std::initializer_list<LogField> fields);

}  // namespace wsrig::proxy
