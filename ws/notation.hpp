#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "diag/diagnostic.hpp"
#include "ws/frame.hpp"

/// The one notation of wsrig: the text of a frame in scenario steps, dissector lines, traces, golden files
/// and failure messages. `scenarios/README.md` teaches it; this header holds the part that speaks of one
/// frame.
namespace wsrig::ws {

class Deflater;
class MaskKeySource;

struct PrintOptions {
  std::size_t max_payload =
      SIZE_MAX;           ///< longer payloads are cut: `"abc…" (70000 bytes)`, which does not parse
  bool show_mask = true;  ///< false leaves out a client's masking key
};

/// Prints a frame sent by `sender`. With the default options `parse_frame(print(f, r), r) == f`, for every
/// frame that has an encoding of its own (a 16-bit form cannot claim more than 65535). Defaults that are not
/// printed: fin=1, no rsv, shortest length, length = payload; a server's frame unmasked. A client's key is
/// printed as mask=37fa213d, a client's missing mask as mask=none.
std::string print(const Frame& frame, Role sender, const PrintOptions& options = {});
/// Reads one frame. Attributes that need a sender at work (frag, cut, deflate), variables and random octets
/// are refused. A client's frame without `mask=` gets the key 00000000: there is no other key to be had here.
diag::Result<Frame> parse_frame(std::string_view text, Role sender);

/// Valid UTF-8 without control characters but \n \r \t as a JSON string, anything else as hex(..).
std::string print_payload(Bytes payload, std::size_t max_payload = SIZE_MAX);
/// `"…"` with JSON escapes (control characters as \u001b, a literal `${` as `\${`); octets that are not UTF-8
/// become hex(..) parts between the strings: `"a" hex(ff) "b"`. Reads back as the same octets.
std::string quote(std::string_view text);
std::string hex(Bytes bytes);  ///< "0a ff 10"

// ---- expressions: values that are known only when a step runs ----

/// Gives the value of `${name}`; empty when there is none.
using Lookup = std::function<std::optional<std::string>(std::string_view name)>;

struct Expression;
struct Variable {
  std::string name;
  std::size_t offset = 0;  ///< in the text it was read from, for diagnostics
};
struct RandomBytes {
  std::vector<Expression> size;
  bool as_words = false;
};  ///< random(1MiB), or words(1MiB): lower-case words and blanks, which compress as text does; one element
struct Repeat {
  std::vector<Expression> text, count;
};  ///< repeat("é", 1000), one element each
struct HexDigits {
  std::vector<Expression> digits;
};  ///< hex(${octets}), one element; without variables a literal
/// Literal octets (strings and hex), a variable, random octets or a repetition; concatenated in order.
struct Expression {
  std::vector<std::variant<std::string, Variable, RandomBytes, Repeat, HexDigits>> parts;
  std::size_t offset = 0;
  std::size_t length = 0;

  bool is_constant() const;  ///< no variable and no random octets
};
/// Random octets come from `random`, called with a size: keyed by the caller, so that a rerun gives the same.
using RandomSource = std::function<void(MutableBytes)>;
struct Scope {
  Lookup lookup{};
  RandomSource random{};
  std::size_t max_size = 256u << 20;  ///< a larger result is a diagnostic, not an allocation
};
/// Diagnostics carry only the offset (column = offset + 1); the caller places them in its file.
diag::Result<std::string> evaluate(const Expression& expression, const Scope& scope);
/// How many octets `evaluate` would give, with the same diagnostics, but without making them; needs no
/// `random`.
diag::Result<std::uint64_t> measure(const Expression& expression, const Scope& scope);
/// Plain text with `${name}` in it, as in a header's value or a service's argument; `\${` is a literal `${`.
diag::Result<Expression> parse_template(std::string_view text);
/// Every variable of an expression, in order, also inside repeat(), random(), words() and hex().
std::vector<Variable> variables(const Expression& expression);

// ---- frame as written in a step ----

/// `word=value` or bare `word`; the value may hold variables.
struct Attribute {
  std::string name;
  Expression value;
  std::size_t offset = 0;
};
/// A frame as written: kind, attributes and payload, not yet evaluated.
struct FrameText {
  std::string kind{};       ///< text binary cont ping pong close op
  Expression kind_value{};  ///< op=3: the 3;  close 1000: the code, may be empty
  std::vector<Attribute> attributes{};
  std::optional<Expression> payload{};  ///< for close: the reason, or with no code the raw payload
  std::size_t offset = 0;
};

/// A frame to send, with everything its line says.
struct FrameSpec {
  Opcode opcode = Opcode::text;
  bool fin = true;
  std::uint8_t rsv = 0;
  enum class Mask : std::uint8_t { by_role, none, key } mask = Mask::by_role;
  MaskKey mask_key{};
  LengthForm length_form = LengthForm::minimal;
  std::optional<std::uint64_t> claimed_length;  ///< len=u64:N, a length that lies
  std::size_t frag = 0;                         ///< octets per frame, after deflate; 0: one frame
  std::size_t cut = 0;                          ///< octets per send call; 0: one call
  bool deflate = false;                         ///< compress with the connection's deflater, sets RSV1
  ByteBuffer payload;
};
/// Gives the frame's values. Diagnostics carry only the offset, as those of `evaluate`.
diag::Result<FrameSpec> resolve(const FrameText& text, const Scope& scope);
/// The frames that go over the wire for it, in order. `deflater` is the connection's, or null where
/// compression was not agreed; `keys` mask what a client sends.
std::vector<Frame> frames_of(const FrameSpec& spec, Deflater* deflater, Role sender, MaskKeySource& keys);
/// What `resolve` would say is wrong, without making the payload.
std::optional<diag::Diagnostic> check(const FrameText& text, const Scope& scope);
std::vector<Variable> variables(const FrameText& text);
/// Octets per send call that `cut=` among these asks for; 0 (one call) for `whole` or without it.
diag::Result<std::size_t> resolve_cut(const std::vector<Attribute>& attributes, const Scope& scope);

// ---- lexer, shared by the frame reader and the script reader ----

struct Token {
  enum class Kind : std::uint8_t {
    word,
    number,
    string,
    triple_string,
    regex,
    variable,
    punctuation,
    newline,
    end
  } kind = Kind::end;
  std::string_view text;  ///< as written
  std::size_t offset = 0;
  bool space_before = false;  ///< attributes are written without blanks
};
/// All tokens of a text, or the first mistake. `#` begins a comment; newlines inside (), {} and """ """ do
/// not end a step.
diag::Result<std::vector<Token>> tokenize(const diag::Source& source);

// ---- values with units ----

/// "16KiB", "1MiB", "2GiB", "125B"; empty for anything else, or when it does not fit; a bare number is
/// refused where `unit_required`.
std::optional<std::uint64_t> parse_size(std::string_view text, bool unit_required = true);
/// "200ms", "2s", "1m", "50us", in microseconds; empty for anything else, also for a number without its unit.
std::optional<std::uint64_t> parse_duration_us(std::string_view text);
/// The largest unit that divides: "16KiB", "125B".
std::string print_size(std::uint64_t bytes);
/// "1002" or "0x3ea"; empty for anything else, or when it is larger than `max`.
std::optional<std::uint64_t> parse_number(std::string_view text, std::uint64_t max = UINT64_MAX);

}  // namespace wsrig::ws
