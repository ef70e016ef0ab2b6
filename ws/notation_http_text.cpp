#include <algorithm>
#include <vector>

#include "ws/notation.hpp"
#include "ws/notation_reader.hpp"

/// `""" … """`: the text of an HTTP message as people write it in a step.
namespace wsrig::ws {
namespace {

struct Line {
  std::size_t begin, end;  // offsets in the source
};

std::vector<Line> lines_of(std::string_view text, std::size_t begin, std::size_t end) {
  std::vector<Line> lines;
  for (std::size_t pos = begin;;) {
    const std::size_t newline = std::min(text.find('\n', pos), end);
    const bool carriage_return = newline > pos && text[newline - 1] == '\r';
    lines.push_back({pos, carriage_return ? newline - 1 : newline});
    if (newline == end) return lines;
    pos = newline + 1;
  }
}

std::size_t indentation(std::string_view text, const Line& line) {
  const std::size_t first = text.find_first_not_of(" \t", line.begin);
  return std::min(first, line.end) - line.begin;
}
bool is_blank(std::string_view text, const Line& line) {
  return indentation(text, line) == line.end - line.begin;
}

/// Takes the indentation away that all lines share; a line of blanks becomes empty. The first line counts
/// only where the text begins on a line of its own.
void remove_indentation(std::string_view text, std::vector<Line>& lines, std::size_t first) {
  std::size_t common = std::string_view::npos;
  for (std::size_t i = first; i < lines.size(); ++i) {
    if (!is_blank(text, lines[i])) common = std::min(common, indentation(text, lines[i]));
  }
  for (std::size_t i = first; i < lines.size(); ++i) {
    lines[i].begin = is_blank(text, lines[i]) ? lines[i].end : lines[i].begin + common;
  }
}

std::vector<Line> dedented_lines(std::string_view text, std::size_t begin, std::size_t end) {
  std::vector<Line> lines = lines_of(text, begin, end);
  const bool closing_on_own_line = lines.size() > 1 && is_blank(text, lines.back());
  if (closing_on_own_line) lines.pop_back();
  const bool own_line = !lines.empty() && is_blank(text, lines.front());
  remove_indentation(text, lines, own_line ? 0 : 1);
  if (own_line) lines.erase(lines.begin());
  return lines;
}

}  // namespace

Expression read_http_text(TokenReader& reader) {
  const Token token = reader.take();
  Expression out;
  out.offset = token.offset;
  out.length = token.text.size();
  append_literal(out, "");
  bool in_head = true;
  const auto lines =
      dedented_lines(reader.source().text(), token.offset + 3, token.offset + token.text.size() - 3);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    append_string(reader.source(), lines[i].begin, lines[i].end, out);
    if (in_head || i + 1 < lines.size()) append_literal(out, "\r\n");
    if (lines[i].begin == lines[i].end) in_head = false;
  }
  if (in_head) append_literal(out, "\r\n");
  return out;
}

}  // namespace wsrig::ws
