#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "diag/diagnostic.hpp"
#include "report/result.hpp"
#include "scenarios/engine/steps/json_pattern.hpp"
#include "ws/notation.hpp"
#include "ws/text_regex.hpp"

/// The steps of a case, read from their notation. Every step knows where it stands, for messages.
namespace wsrig::engine {

using std::chrono::microseconds;
using ws::TextRegex;

/// What `${…}` stands for, in the order written.
using Variables = std::vector<std::pair<std::string, std::string>>;

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
  std::vector<ws::Attribute> attributes;  ///< cut only
};
struct SendHttp {
  ws::Expression text;                    ///< with its line ends: written """…""", or as exact octets
  std::vector<ws::Attribute> attributes;  ///< cut only
};
struct Shutdown {};   ///< half-close: FIN, still reading
struct Reset {};      ///< RST
struct Reconnect {};  ///< `alice reconnect`
struct Hold {};       ///< `alice hold`: reads no more, so that TCP holds the sender back
struct Resume {};     ///< `alice resume`: reads again
struct Pause {
  microseconds duration{};
};
/// The steps up to the `end` of it run so many times.
struct Times {
  ws::Expression count;
};
struct EndTimes {};
/// How many, 1 to 1,000,000; anything else is a diagnostic with the offset only.
diag::Result<std::uint64_t> rounds_of(const Times& times, const ws::Scope& scope);

// ---- steps about a service: the step's `connection` is the service's name ----
/// `proxy signal TERM`, to its process alone, not to the children of that.
struct SendSignal {
  int number = 0;
};
/// `proxy exit 0`: its process ends with this status.
struct ExpectExit {
  int status = 0;
  std::optional<microseconds> within;
};
/// `proxy memory at most 1MiB`: no more of it, with all its children, than that beyond what it had when the
/// case began; now, or before the deadline.
struct ExpectUsage {
  enum class What : std::uint8_t { memory, connections } what = What::memory;
  std::uint64_t most = 0;  ///< octets, or open sockets
  std::optional<microseconds> within;
};

// ---- what a `<` line awaits ----
struct AnyPayload {};
/// Found anywhere in the message; its named groups capture.
struct RegexPayload {
  TextRegex regex;
};
/// Subset match: $name captures, ${name} inserts.
struct JsonPayload {
  JsonPattern pattern;
};
using PayloadPattern = std::variant<AnyPayload, ws::Expression, RegexPayload, JsonPayload>;

/// An assembled message, however it was fragmented.
struct ExpectMessage {
  std::optional<ws::Opcode> opcode;  ///< text for a bare `json {…}`
  PayloadPattern payload;
};
/// One frame as it stands on the wire (`fin=`, `rsv`, `op=`, `cont` or `exact` was written). `frame` has
/// kind, code of a close and attributes (fin, rsv, rsv1-3 only); its payload is in `payload`.
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
  /// Inclusive ranges; first = last for one code.
  std::vector<std::pair<ws::Expression, ws::Expression>> codes;
  PayloadPattern reason;
};
struct ExpectEof {};    ///< the peer's FIN
struct ExpectReset {};  ///< RST
/// Nothing but legal extras for so long.
struct ExpectSilence {
  microseconds duration{};
};
struct HeaderPattern {
  std::string name;
  enum class Kind : std::uint8_t { valid, present, absent, equals, regex, has_token } kind = Kind::present;
  ws::Expression value;            ///< equals, has_token
  std::optional<TextRegex> regex;  ///< regex
};
/// A response with one of the statuses, or (at a backend) a request with this method.
struct ExpectHttp {
  std::string method;                         ///< empty: a response
  std::vector<std::pair<int, int>> statuses;  ///< 0: an answer that does not begin with a status line
  std::optional<TextRegex> head;              ///< found in the head as it stands: case, order, line ends
  std::vector<HeaderPattern> headers;
};

/// The next octets of a stream that is no WebSocket, however they are cut; or all up to where an expression
/// is found.
struct ExpectRaw {
  std::variant<ws::Expression, RegexPayload> bytes;
};

using Pattern = std::variant<ExpectMessage, ExpectFrame, ExpectPing, ExpectPong, ExpectClose, ExpectEof,
                             ExpectReset, ExpectSilence, ExpectHttp, ExpectRaw>;

/// `< pattern [within D] [-> [continue] grade]`. Once it has matched, the case's grade is the worse of the
/// grade so far and this one. Without an arrow and with `-> continue …` the case goes on with the next step;
/// `-> grade` decides it: the remaining steps are left out, and only the closing handshake is still judged.
struct Alternative {
  Pattern pattern;
  report::Grade grade = report::Grade::ok;
  bool has_arrow = false;
  bool goes_on = true;      ///< after it matched: the next step; else the steps are over
  bool eventually = false;  ///< other messages are skipped until it matches
  std::optional<microseconds> within;
  Place place;
};
/// One `<` line and the `|` lines below it: the first that matches decides.
struct Expect {
  std::vector<Alternative> alternatives;

  /// The first alternative with a pattern of this kind; null without one.
  template <typename Kind>
  const Alternative* find() const {
    for (const Alternative& one : alternatives)
      if (std::holds_alternative<Kind>(one.pattern)) return &one;
    return nullptr;
  }
};

using Action = std::variant<SendFrame, SendRaw, SendHttp, Shutdown, Reset, Reconnect, Hold, Resume, Pause,
                            Times, EndTimes, SendSignal, ExpectExit, ExpectUsage, Expect>;
/// Is it a step about a service?
bool is_about_service(const Action& action);

struct Step {
  std::string connection;  ///< empty: the case's only one; or the service that the step is about
  Action action;
  Place place;
};
/// `every 30s`: the steps below it, again and again. For the session of a load only.
struct Repetition {
  microseconds period{};  ///< from one beginning to the next; more where a turn takes longer
  Place place;
  std::vector<Step> steps;
};
struct Script {
  std::vector<Step> steps;
  std::optional<Repetition> repetition;
  std::vector<std::string> connections;  ///< names in order of appearance; {""} for the unnamed one
  std::vector<std::string> services;     ///< that steps are about, in order of appearance
  bool has_http() const;
  bool sends_signals() const;
  bool awaits_memory() const;
};

/// Where the text of a `steps:` block stands in its scenario file. `file` must outlive what refers to it.
struct ScriptOrigin {
  const diag::Source* file = nullptr;  ///< null: the text stands alone
  std::size_t first_line = 1;          ///< of the text, in the file
  std::size_t indent = 0;              ///< blanks in front of each of its lines
};
/// Reads the text of a `steps:` block.
diag::Result<Script> parse_script(std::string_view text, const ScriptOrigin& origin);
/// Gives a diagnostic about the steps' text (a place in it, or only the offset that `ws::evaluate` and
/// `ws::resolve` give) its place in the scenario file.
diag::Diagnostic place_in_file(diag::Diagnostic diagnostic, std::string_view steps_text,
                               const ScriptOrigin& origin);

/// Names that the steps' expectations capture, in order.
std::vector<std::string> captured_names(std::span<const Step> steps);

/// Names used by a script that no earlier step captures, with their places.
std::vector<ws::Variable> free_variables(const Script& script);

}  // namespace wsrig::engine
