#include "report/text.hpp"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <regex>

namespace wsrig::report {

namespace {

/// A character at the front of a text: its octets and code point, or a single octet that begins none.
struct Character {
  std::size_t size = 1;
  std::uint32_t code_point = 0;
  bool valid = false;
};

Character first_character(std::string_view text) {
  const auto octet = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = octet(0);
  if (first < 0x80) return {1, first, true};
  const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < size) return {};
  std::uint32_t code_point = first & (0xffu >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((octet(i) & 0xc0u) != 0x80u) return {};
    code_point = code_point << 6 | (octet(i) & 0x3fu);
  }
  // RFC 3629 §3: no overlong form, no surrogate, nothing above U+10FFFF.
  const bool overlong = (size == 3 && code_point < 0x800) || (size == 4 && code_point < 0x10000);
  const bool surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
  if (overlong || surrogate || code_point > 0x10ffff) return {};
  return {size, code_point, true};
}

/// C0, DEL, C1, the line and bidirectional controls that change what a reader sees, and U+FFFE, U+FFFF.
bool is_control(std::uint32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x2028 && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0xfffe || c == 0xffff;
}

bool stays(std::uint32_t c, Controls controls) {
  if (!is_control(c)) return true;
  if (controls == Controls::keep_ascii) return c < 0x80;
  return controls == Controls::keep_lines && (c == '\n' || c == '\t');
}

/// How many octets at the front stand in a JSON string as they are, and are ASCII.
std::size_t plain_run(std::string_view text) {
  const auto is_special = [](char c) {
    const auto octet = static_cast<unsigned char>(c);
    return octet < 0x20 || octet >= 0x7f || c == '"' || c == '\\';
  };
  return static_cast<std::size_t>(std::ranges::find_if(text, is_special) - text.begin());
}

/// A character as a JSON string has it; an octet that belongs to none becomes text that shows it.
void append_escaped(std::string& out, const Character& character, std::string_view octets) {
  if (!character.valid) {
    out += fmt::format("\\\\x{:02x}", static_cast<unsigned char>(octets[0]));
    return;
  }
  switch (character.code_point) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  if (is_control(character.code_point)) {
    out += fmt::format("\\u{:04x}", character.code_point);
  } else {
    out += octets;
  }
}

}  // namespace

std::string visible(std::string_view text, Controls controls) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Character character = first_character(text);
    if (!character.valid) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[0]));
    } else if (stays(character.code_point, controls)) {
      out += text.substr(0, character.size);
    } else if (character.code_point == '\n') {
      out += "\\n";
    } else {
      out += fmt::format("\\u{:04x}", character.code_point);
    }
    text.remove_prefix(character.size);
  }
  return out;
}

std::string shorten(std::string_view text, std::size_t octets) {
  if (text.size() <= octets) return std::string{text};
  std::size_t end = octets;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0u) == 0x80u) --end;
  return fmt::format("{}… ({} octets)", text.substr(0, end), text.size());
}

std::string markup(std::string_view text) {
  std::string out;
  for (const char c : visible(text)) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string json_string(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const std::size_t plain = plain_run(text);
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const Character character = first_character(text);
    append_escaped(out, character, text.substr(0, character.size));
    text.remove_prefix(character.size);
  }
  out += '"';
}

std::string seconds(std::chrono::microseconds duration) {
  return fmt::format("{}.{:06}", duration.count() / 1'000'000, duration.count() % 1'000'000);
}

std::string human(std::chrono::microseconds duration) {
  const auto microseconds = static_cast<double>(duration.count());
  if (microseconds < 1'000) return fmt::format("{} µs", duration.count());
  if (microseconds < 1'000'000) return fmt::format("{:.1f} ms", microseconds / 1'000);
  return fmt::format("{:.2f} s", microseconds / 1'000'000);
}

std::string shell_line(const std::vector<std::string>& words) {
  constexpr std::string_view harmless = "-_./:=,+@%";
  std::string line;
  for (const std::string& word : words) {
    const bool plain = !word.empty() && std::ranges::all_of(word, [&](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) != 0 || harmless.find(c) != std::string_view::npos;
    });
    if (!line.empty()) line += ' ';
    line += plain ? word : "'" + std::regex_replace(word, std::regex("'"), "'\\''") + "'";
  }
  return line;
}

std::string section_url(std::string_view section) {
  static const std::regex pattern("RFC ([0-9]+)(?: §([0-9A-Z.]*[0-9A-Z]))?.*");
  std::match_results<std::string_view::const_iterator> found;
  if (!std::regex_match(section.begin(), section.end(), found, pattern)) return {};
  const std::string page = "https://www.rfc-editor.org/rfc/rfc" + found.str(1);
  return found.length(2) == 0 ? page : page + "#section-" + found.str(2);
}

const std::string& section_of(const CaseResult& result) {
  return result.rule_section.empty() ? result.section : result.rule_section;
}

std::string place_of(const CaseResult& result) {
  return result.line == 0 ? result.file : fmt::format("{}:{}", result.file, result.line);
}

std::string reason_of(const CaseResult& result) {
  if (!result.message.empty()) return result.message;
  return result.fails_run && result.grade == Grade::ok ? "ok, where the baseline expects otherwise"
                                                       : std::string{name(result.grade)};
}

bool is_tolerated(const CaseResult& result) {
  return !result.fails_run && (result.grade == Grade::fail || result.grade == Grade::error);
}

std::string transcript_line(const TranscriptLine& line) {
  const std::string connection = line.connection.empty() ? "" : line.connection + " ";
  return visible(fmt::format("{} {}{} {}", seconds(line.at), connection, line.direction, line.text),
                 Controls::escape);
}

std::string headline(const RunResult& run) {
  const std::size_t failing = run.failing(), all = run.cases.size();
  if (run.interrupted) return fmt::format("interrupted after {} {}", all, all == 1 ? "case" : "cases");
  if (failing > 0)
    return fmt::format("{} of {} {} the run", failing, all, failing == 1 ? "cases fails" : "cases fail");
  if (!run.environment_error.empty()) return "the environment failed";
  return run.judged() == 0 ? "nothing could be judged" : "all as expected";
}

std::vector<std::string> remarks(const RunResult& run) {
  std::vector<std::string> out;
  if (!run.environment_error.empty()) out.push_back(run.environment_error);
  if (!run.first_unreachable.empty()) {
    out.push_back("the subject could not be reached any more in " + run.first_unreachable);
  }
  return out;
}

std::vector<Fact> facts_of(const CaseResult& result) {
  std::string at = place_of(result);
  if (!result.step.empty()) at += (at.empty() ? "" : "  ") + result.step;
  std::vector<Fact> facts{{"expected", result.expected},
                          {"received", result.received},
                          {"at", std::move(at)},
                          {"baseline", result.baseline},
                          {"more in", fmt::format("{}", fmt::join(result.documents, " "))},
                          {"rerun", result.reproduce}};
  std::erase_if(facts, [](const Fact& fact) { return fact.text.empty(); });
  return facts;
}

}  // namespace wsrig::report
