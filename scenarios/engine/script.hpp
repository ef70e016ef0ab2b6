#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <boost/regex.hpp>

#include "diag/diagnostic.hpp"
#include "report/result.hpp"
#include "scenarios/engine/json_pattern.hpp"
#include "scenarios/engine/text_regex.hpp"
#include "ws/notation.hpp"

/// The steps of a case, read from their notation. Every step knows where it stands, for messages.
namespace wsrig::engine {

using std::chrono::microseconds;

/// Where a step stands, and its text.
struct Place {
  std::size_t offset = 0;  ///< in the steps' text
  std::size_t line = 0;    ///< in the scenario file
  std::string text;        ///< the step as written, one line
};

// ---- what a `>` line does ----
struct SendFrame {
  ws::FrameText frame;
};
struct SendRaw {
  ws::Expression bytes;
  std::vector<ws::Attribute> attributes;
};  ///< attributes: cut only
struct SendHttp {
  ws::Expression text;
  std::vector<ws::Attribute> attributes;
};                    ///< lines joined with CRLF, empty line added
struct Shutdown {};   ///< half-close: FIN, still reading
struct Reset {};      ///< RST
struct Reconnect {};  ///< `alice reconnect`
struct Pause {
  microseconds duration{};
};

// ---- what a `<` line awaits ----
struct AnyPayload {};
/// Boost.Regex (header-only in 1.81): it knows named groups, and does not overflow the stack on large
/// messages as std::regex does. `groups` are the names of its named groups, each of which captures a
/// variable.
struct RegexPayload {
  std::string text;
  boost::regex regex;
  std::vector<std::string> groups;
};
struct JsonPayload {
  std::string text;
  std::size_t offset = 0;
};  ///< subset match; $name captures; ${name} inserts
using PayloadPattern = std::variant<AnyPayload, ws::Expression, RegexPayload, JsonPayload>;

/// An assembled message, however it was fragmented.
struct ExpectMessage {
  std::optional<ws::Opcode> opcode;
  PayloadPattern payload;
};  ///< `json` leaves the opcode text
/// One frame as it stands on the wire (`fin=`, `rsv`, `op=` or `exact` was written).
struct ExpectFrame {
  ws::FrameText frame;
  PayloadPattern payload;
  bool exact = false;
};
struct ExpectPing {
  PayloadPattern payload;
};
struct ExpectPong {
  PayloadPattern payload;
};
/// `close` any; `close ""` empty; `close 1000`, `close 1000..1015`, `close 1002,1007` with or without a
/// reason.
struct ExpectClose {
  bool any = false;
  bool empty = false;
  std::vector<std::pair<ws::Expression, ws::Expression>>
      codes;  ///< inclusive ranges; first = last for one code
  PayloadPattern reason;
};
struct ExpectEof {};    ///< the peer's FIN
struct ExpectReset {};  ///< RST
struct ExpectSilence {
  microseconds duration{};
};  ///< nothing but legal extras for so long
struct HeaderPattern {
  std::string name;
  enum class Kind : std::uint8_t { valid, present, absent, equals, regex, has_token } kind = Kind::present;
  ws::Expression value;            ///< equals, has_token
  std::optional<TextRegex> regex;  ///< regex
};
struct ExpectHttp {
  std::vector<std::pair<int, int>> statuses;
  std::vector<HeaderPattern> headers;
};

using Pattern = std::variant<ExpectMessage, ExpectFrame, ExpectPing, ExpectPong, ExpectClose, ExpectEof,
                             ExpectReset, ExpectSilence, ExpectHttp>;

/// `< pattern [within D] [-> [continue] grade]`. Without an arrow: ok, and the case goes on with the next
/// step. With an arrow the case goes on for `ok` and for `continue`, and ends with that grade otherwise...
/// see README.
struct Alternative {
  Pattern pattern;
  report::Grade grade = report::Grade::ok;
  bool has_arrow = false;
  bool goes_on = true;      ///< after it matched: the next step; else the case is decided
  bool eventually = false;  ///< other messages are skipped until it matches
  std::optional<microseconds> within;
  Place place;
};
/// One `<` line and the `|` lines below it: the first that matches decides.
struct Expect {
  std::vector<Alternative> alternatives;
};

using Action = std::variant<SendFrame, SendRaw, SendHttp, Shutdown, Reset, Reconnect, Pause, Expect>;
struct Step {
  std::string connection;  ///< empty: the case's only one
  Action action;
  Place place;
};
struct Script {
  std::vector<Step> steps;
  std::vector<std::string> connections;  ///< names in order of appearance; {""} for the unnamed one
  bool has_http() const;
};

/// Reads the text of a `steps:` block. `first_line` and `indent` place diagnostics in the scenario file.
struct ScriptOrigin {
  const diag::Source* file = nullptr;
  std::size_t first_line = 1;
  std::size_t indent = 0;
};
diag::Result<Script> parse_script(std::string_view text, const ScriptOrigin& origin);

/// Names used by a script that it does not capture itself, with their places.
std::vector<ws::Variable> free_variables(const Script& script);

}  // namespace wsrig::engine
