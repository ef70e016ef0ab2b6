#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "report/result.hpp"

/// How the writers make text of what a peer sent, whatever it is.
namespace wsrig::report {

/// What `visible` does with control characters.
enum class Controls {
  keep_ascii,  ///< the format has its own escapes for them; others, where a reader might end a line, become
               ///< \uNNNN
  keep_lines,  ///< only \n and \t may stay
  escape,      ///< one line: all become \uNNNN, and a line end \n
};
/// Valid UTF-8: other octets become \xNN, and control characters and the non-characters that XML forbids
/// \uNNNN.
std::string visible(std::string_view text, Controls controls = Controls::keep_lines);
/// At most about `octets`, cut between characters: `abc… (70000 octets)`.
std::string shorten(std::string_view text, std::size_t octets);

/// `&`, `<`, `>` and quotes as references, for HTML and XML; the text is made visible first.
std::string markup(std::string_view text);
/// A JSON string with its quotes, of which a reader gets the same text again; also a YAML scalar. Octets that
/// are not UTF-8 are shown: `\xff`.
std::string json_string(std::string_view text);
/// The same, put behind `out`.
void append_json_string(std::string& out, std::string_view text);

/// "0.012345"
std::string seconds(std::chrono::microseconds duration);
/// "850 µs", "12.3 ms", "4.56 s", for people
std::string human(std::chrono::microseconds duration);
/// The words joined by blanks, quoted for a shell where they need it.
std::string shell_line(const std::vector<std::string>& words);
/// "https://www.rfc-editor.org/rfc/rfc6455#section-5.5" for "RFC 6455 §5.5"; empty for another text.
std::string section_url(std::string_view section);

/// The section a verdict rests on: the broken rule's, else the case's.
const std::string& section_of(const CaseResult& result);
/// "file:line", or the file alone, or nothing.
std::string place_of(const CaseResult& result);
/// Why a case fails the run or has its grade, never empty for one that is not ok.
std::string reason_of(const CaseResult& result);
/// Did it go wrong without failing the run (by its level, or because a baseline expects it)?
bool is_tolerated(const CaseResult& result);
/// `0.001234 > text "Hello"`: a line of the transcript.
std::string transcript_line(const TranscriptLine& line);

/// The run in a few words: "2 of 61 cases fail the run".
std::string headline(const RunResult& run);
/// What a reader has to know besides: the environment's failure, where the subject was lost.
std::vector<std::string> remarks(const RunResult& run);

/// The labelled facts of a verdict, in the order in which every report shows them; those without text are
/// left out.
struct Fact {
  std::string_view label;
  std::string text;
};
std::vector<Fact> facts_of(const CaseResult& result);

}  // namespace wsrig::report
