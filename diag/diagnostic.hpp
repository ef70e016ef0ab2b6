#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/system/result.hpp>

namespace wsrig::diag {

/// A mistake in something a person wrote: where it is, what it is, and how to mend it.
/// Lines and columns count from 1; a column counts characters (code points), as an editor shows them.
struct Diagnostic {
  std::string file{};         ///< as the user named it; empty for an option or a literal
  std::size_t line = 0;       ///< 0: the place is not known
  std::size_t column = 0;     ///< 0: the whole line
  std::size_t length = 1;     ///< characters to underline
  std::string message{};      ///< what is wrong, without a full stop
  std::string source_line{};  ///< the line as it stands in the file
  std::string hint{};         ///< optional second line, for instance: did you mean 'ping'?
};

/// `file:line:col: message`, the source line with its number, a caret below the place, the hint; no line end
/// behind the last line. Tabs keep the caret in its column; a very long line is shown around the caret.
std::string render(const Diagnostic& diagnostic, bool color = false);

/// The candidate nearest to a misspelt word (Damerau-Levenshtein, at most a third of its length away).
std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> candidates);

/// The hint `did you mean 'x'?`, or an empty string when nothing is near.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates);

/// A place in a text: line from 1, octet of the line from 1.
struct Position {
  std::size_t line = 1;
  std::size_t byte_column = 1;
};

/// A text with a name, which turns offsets into diagnostics.
class Source {
 public:
  Source(std::string name, std::string text);

  const std::string& name() const { return name_; }
  std::string_view text() const { return text_; }
  /// The diagnostic for `length` bytes at byte `offset` of the text.
  Diagnostic at(std::size_t offset, std::size_t length, std::string message, std::string hint = {}) const;
  /// The diagnostic for a line (from 1) and a byte column (from 1).
  Diagnostic at_line(std::size_t line, std::size_t byte_column, std::size_t length, std::string message,
                     std::string hint = {}) const;
  /// Gives its place to a diagnostic that knows only an offset (line 0, column = byte offset + 1).
  Diagnostic place(Diagnostic diagnostic) const;
  /// Line and column of a byte offset; an offset beyond the end is the end.
  Position position(std::size_t offset) const;
  /// The text of a line (from 1), without its line end; empty beyond the end.
  std::string_view line(std::size_t number) const;

 private:
  std::string name_;
  std::string text_;
  std::vector<std::size_t> line_starts_;  ///< byte offset of each line
};

/// A value, or what is wrong with the text it was to be made from. A type of its own because Boost's
/// converting constructors step aside where an error can be made from the value too, and C++20 makes the
/// aggregate Diagnostic from a std::string.
template <class T>
class Result : public boost::system::result<T, Diagnostic> {
  using Base = boost::system::result<T, Diagnostic>;

 public:
  template <class U = T>
    requires(std::convertible_to<U, T> && !std::derived_from<std::remove_cvref_t<U>, Diagnostic>)
  Result(U&& value) : Base(Base::in_place_value, std::forward<U>(value)) {}
  Result(Diagnostic mistake) : Base(Base::in_place_error, std::move(mistake)) {}
};

/// Lets `.value()` on a failed Result throw (in tests): std::invalid_argument with the rendered text.
[[noreturn]] void throw_exception_from_error(const Diagnostic& diagnostic,
                                             const boost::source_location& where);

}  // namespace wsrig::diag
