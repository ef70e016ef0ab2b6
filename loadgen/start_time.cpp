#include "loadgen/start_time.hpp"

#include <cerrno>
#include <cmath>
#include <ctime>
#include <fmt/format.h>
#include <optional>
#include <string>

#include "ws/notation.hpp"
#include "ws/number.hpp"

namespace wsrig::loadgen {

namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr std::time_t latest = 9'000'000'000;  ///< seconds: in the year 2255; nanoseconds would not hold 2263

std::optional<nanoseconds> parse_epoch(std::string_view text) {
  const auto number = ws::to_decimal(text);
  if (!number || *number > static_cast<double>(latest)) return {};
  // A double has no room for nanoseconds beside the seconds of today: microseconds are what it can say.
  return nanoseconds(std::llround(*number * 1e6) * 1000);
}

/// "2026-01-02T03:04:05" and perhaps ".250", then "Z": RFC 3339 in UTC.
std::optional<nanoseconds> parse_date(std::string_view text) {
  std::tm date{};
  const std::string copy(text);
  const char* const rest = ::strptime(copy.c_str(), "%Y-%m-%dT%H:%M:%S", &date);
  if (rest == nullptr) return {};
  std::string_view tail(rest);
  if (!tail.ends_with('Z')) return {};
  tail.remove_suffix(1);
  const std::time_t since_epoch = ::timegm(&date);
  if (since_epoch < 0 || since_epoch > latest) return {};
  const auto whole = seconds(since_epoch);
  if (tail.empty()) return whole;
  const auto fraction = tail.starts_with('.') ? parse_epoch(fmt::format("0{}", tail)) : std::nullopt;
  return fraction ? std::optional(whole + *fraction) : std::nullopt;
}

}  // namespace

diag::Result<nanoseconds> parse_start_time(std::string_view text, nanoseconds now) {
  if (text.starts_with('+')) {
    if (const auto ahead = ws::parse_duration_us(text.substr(1)))
      return now + std::chrono::microseconds(*ahead);
  }
  const auto time = text.starts_with('@') ? parse_epoch(text.substr(1)) : parse_date(text);
  if (time) return *time;
  return diag::Diagnostic{.message = fmt::format("'{}' is no time to start at", text),
                          .hint = "2026-01-02T03:04:05Z, @1767323045 (seconds since the epoch) or +5s"};
}

nanoseconds real_time() { return std::chrono::system_clock::now().time_since_epoch(); }

nanoseconds wait_for(const AgreedStart& start) {
  const timespec until{.tv_sec = std::chrono::duration_cast<seconds>(start.here).count(),
                       .tv_nsec = (start.here % seconds(1)).count()};
  while (::clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &until, nullptr) == EINTR) {
  }
  return real_time() + (start.agreed - start.here);
}

}  // namespace wsrig::loadgen
