#include "proxy/log.hpp"

#include <chrono>
#include <cstdio>
#include <ctime>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "ws/utf8.hpp"

namespace wsrig::proxy {

namespace {

std::string now_text() {
  using namespace std::chrono;
  const auto now = time_point_cast<milliseconds>(system_clock::now());
  const std::time_t whole = system_clock::to_time_t(now);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(whole),
                     now.time_since_epoch().count() % 1000);
}

/// A JSON string (RFC 8259 §7). Text that is not UTF-8 is taken for Latin-1, so that each octet can be told.
std::string quote(std::string_view text) {
  const bool is_utf8 = ws::is_valid_utf8(ws::as_bytes(text));
  std::string out = "\"";
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.append(1, '\\').append(1, c);
    } else if (octet < 0x20 || octet == 0x7f || (octet >= 0x80 && !is_utf8)) {
      out += fmt::format("\\u{:04x}", octet);
    } else {
      out += c;
    }
  }
  return out += '"';
}

struct ValuePrinter {
  std::string operator()(std::string_view text) const { return quote(text); }
  std::string operator()(std::uint64_t number) const { return fmt::format("{}", number); }
  std::string operator()(double number) const { return fmt::format("{:.3f}", number); }
};

void write_line(std::string line) {
  line += '\n';
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace

std::string print_event(LogFormat format, std::string_view time, std::string_view name,
                        std::initializer_list<LogField> fields) {
  const bool is_json = format == LogFormat::json;
  std::string line =
      is_json ? fmt::format(R"({{"time":"{}","event":"{}")", time, name) : fmt::format("{} {}", time, name);
  for (const auto& [key, value] : fields) {
    const std::string text = std::visit(ValuePrinter{}, value);
    line += is_json ? fmt::format(",\"{}\":{}", key, text) : fmt::format(" {}={}", key, text);
  }
  return is_json ? line + "}" : line;
}

void Log::event(std::string_view name, std::initializer_list<LogField> fields) const {
  write_line(print_event(format_, now_text(), name, fields));
}

void Log::trace(std::uint64_t tunnel, char arrow, std::string_view frame) const {
  if (format_ == LogFormat::text) return write_line(fmt::format("{} {} {}", tunnel, arrow, frame));
  const std::string_view direction = arrow == '>' ? "to_upstream" : "to_downstream";
  event("frame", {{"tunnel", tunnel}, {"direction", direction}, {"frame", frame}});
}

}  // namespace wsrig::proxy
