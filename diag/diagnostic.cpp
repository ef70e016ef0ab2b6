#include "diag/diagnostic.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <stdexcept>
#include <utility>
#include <vector>

namespace wsrig::diag {
namespace {

constexpr std::size_t max_shown = 160;  // a longer source line is shown as a window around the caret

bool is_continuation_octet(char octet) { return (static_cast<unsigned char>(octet) & 0xc0) == 0x80; }

std::size_t count_characters(std::string_view text) {
  return text.size() -
         static_cast<std::size_t>(std::count_if(text.begin(), text.end(), is_continuation_octet));
}

/// At most `count` code points of a line from the `first` on, each as its own text; control characters but
/// tabs become '?', so that a file cannot steer the terminal.
std::vector<std::string> characters_of(std::string_view line, std::size_t first, std::size_t count) {
  std::vector<std::string> characters;
  std::size_t number = 0;  // of code points up to here
  for (const char octet : line) {
    const bool continues = is_continuation_octet(octet) && number > 0;
    if (!continues) ++number;
    if (number > first + count) break;
    if (number <= first) continue;
    const bool control = (static_cast<unsigned char>(octet) < 0x20 && octet != '\t') || octet == 0x7f;
    if (!continues) characters.emplace_back();
    characters.back() += control ? '?' : octet;
  }
  return characters;
}

/// Blanks as wide as the text in front of the caret: a tab stays a tab, so that both lines expand alike.
std::string padding(const std::vector<std::string>& characters, std::size_t width) {
  std::string blanks;
  for (std::size_t i = 0; i < width; ++i)
    blanks += i < characters.size() && characters[i] == "\t" ? '\t' : ' ';
  return blanks;
}

std::string location(const Diagnostic& diagnostic) {
  std::string place = diagnostic.file;
  if (diagnostic.line != 0) place += fmt::format("{}{}", place.empty() ? "" : ":", diagnostic.line);
  if (diagnostic.line != 0 && diagnostic.column != 0) place += fmt::format(":{}", diagnostic.column);
  return place.empty() ? place : place + ": ";
}

std::string paint(std::string text, std::string_view code, bool color) {
  return color && !text.empty() ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : text;
}

std::string excerpt(const Diagnostic& diagnostic, bool color) {
  const std::size_t size = count_characters(diagnostic.source_line);
  const std::size_t caret = diagnostic.column == 0 ? 0 : diagnostic.column - 1;
  const std::size_t first = caret > max_shown / 2 && size > max_shown ? caret - max_shown / 2 : 0;
  const auto shown = characters_of(diagnostic.source_line, first, max_shown);
  const bool cut = first + shown.size() < size;
  std::string text = fmt::format("\n{:5} | {}{}{}", diagnostic.line, first > 0 ? "…" : "",
                                 fmt::join(shown, ""), cut ? "…" : "");
  if (diagnostic.column == 0) return text;
  const std::size_t before = caret - first;
  const std::size_t room = shown.size() > before ? shown.size() - before : 1;
  const std::size_t length = std::clamp<std::size_t>(diagnostic.length, 1, room);
  text += fmt::format("\n      | {}{}{}", first > 0 ? " " : "", padding(shown, before),
                      paint("^" + std::string(length - 1, '~'), "1;31", color));
  return text;
}

/// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last, last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, substituted});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
    before_last = std::exchange(last, row);
  }
  return last[b.size()];
}

}  // namespace

std::string render(const Diagnostic& diagnostic, bool color) {
  std::string text = paint(location(diagnostic), "1", color) + diagnostic.message;
  const bool has_source = diagnostic.line != 0 && !diagnostic.source_line.empty();
  if (has_source) text += excerpt(diagnostic, color);
  if (!diagnostic.hint.empty()) text += (has_source ? "\n      = " : "\n  ") + diagnostic.hint;
  return text;
}

std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> candidates) {
  std::optional<std::string_view> best;
  std::size_t best_distance = 0;
  for (const std::string_view candidate : candidates) {
    const std::size_t longer = std::max(word.size(), candidate.size());
    const std::size_t shorter = std::min(word.size(), candidate.size());
    if (longer - shorter > longer / 3) continue;  // too far whatever the letters are
    const std::size_t distance = edit_distance(word, candidate);
    if (distance <= longer / 3 && (!best || distance < best_distance)) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates) {
  const auto candidate = nearest(word, candidates);
  return candidate ? fmt::format("did you mean '{}'?", *candidate) : std::string();
}

Source::Source(std::string name, std::string text) : name_(std::move(name)), text_(std::move(text)) {
  line_starts_.push_back(0);
  for (std::size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '\n') line_starts_.push_back(i + 1);
  }
}

std::string_view Source::line(std::size_t number) const {
  if (number == 0 || number > line_starts_.size()) return {};
  const std::size_t begin = line_starts_[number - 1];
  const std::size_t end = number < line_starts_.size() ? line_starts_[number] - 1 : text_.size();
  std::string_view text = std::string_view(text_).substr(begin, end - begin);
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

Position Source::position(std::size_t offset) const {
  const auto next =
      std::upper_bound(line_starts_.begin(), line_starts_.end(), std::min(offset, text_.size()));
  const auto line = static_cast<std::size_t>(next - line_starts_.begin());
  return {line, std::min(offset, text_.size()) - line_starts_[line - 1] + 1};
}

Diagnostic Source::at(std::size_t offset, std::size_t length, std::string message, std::string hint) const {
  const Position place = position(offset);
  return at_line(place.line, place.byte_column, length, std::move(message), std::move(hint));
}

Diagnostic Source::at_line(std::size_t line_number, std::size_t byte_column, std::size_t length,
                           std::string message, std::string hint) const {
  const std::string_view text = line(line_number);
  Diagnostic diagnostic;
  diagnostic.file = name_;
  diagnostic.line = line_number;
  if (byte_column != 0) {
    const std::size_t before = std::min(byte_column - 1, text.size());
    diagnostic.column = count_characters(text.substr(0, before)) + 1;
    diagnostic.length = std::max<std::size_t>(1, count_characters(text.substr(before, length)));
  }
  diagnostic.message = std::move(message);
  diagnostic.source_line = std::string(text);
  diagnostic.hint = std::move(hint);
  return diagnostic;
}

Diagnostic Source::place(Diagnostic diagnostic) const {
  if (diagnostic.line != 0 || diagnostic.column == 0) return diagnostic;
  return at(diagnostic.column - 1, diagnostic.length, std::move(diagnostic.message),
            std::move(diagnostic.hint));
}

void throw_exception_from_error(const Diagnostic& diagnostic, const boost::source_location&) {
  throw std::invalid_argument(render(diagnostic));
}

}  // namespace wsrig::diag
