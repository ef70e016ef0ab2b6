#pragma once

#include <string>
#include <string_view>

#include "diag/diagnostic.hpp"
#include "scenarios/engine/steps/observation.hpp"
#include "scenarios/engine/steps/script.hpp"
#include "ws/notation.hpp"

/// Does what was seen fit what a `<` line awaits? Pure: no connection, no clock.
namespace wsrig::engine {

/// What the subject does with a message that it is sent; declared by the user, never assumed.
struct Oracle {
  enum class Kind : std::uint8_t {
    echo,     ///< sends it back
    prefix,   ///< sends it back behind a fixed text
    ping,     ///< only its Pongs, its Close and its silence say anything
    passive,  ///< not even a Ping is sent to prove that it is alive
  } kind = Kind::echo;
  std::string prefix{};  ///< of every reply; empty but for `prefix`

  bool echoes() const { return kind == Kind::echo || kind == Kind::prefix; }
};
/// "echo", "prefix:TEXT", "ping", "passive".
diag::Result<Oracle> parse_oracle(std::string_view text);

struct MatchScope {
  const ws::Scope* scope = nullptr;  ///< values of `${…}`
  const Oracle* oracle = nullptr;
  std::string_view key;  ///< Sec-WebSocket-Key that was sent, for `sec-websocket-accept: valid`
};

struct Match {
  bool matched = false;
  Variables captures{};
  std::string why_not{};  ///< of a near miss: the same kind, other content
};

/// A pattern that cannot be evaluated (an unknown variable) is a diagnostic.
diag::Result<Match> match(const Pattern& pattern, const Observation& observation, const MatchScope& scope);

/// What the octets of a stream that have come so far say of a pattern.
struct StreamMatch {
  enum class Verdict : std::uint8_t { undecided, other, matched } verdict = Verdict::undecided;
  std::size_t size = 0;  ///< octets that it took
  Captures captures{};
};
diag::Result<StreamMatch> match_stream(const ExpectRaw& pattern, std::string_view octets,
                                       const ws::Scope& scope);

/// A pattern in words, for "expected …".
std::string describe(const Expect& expect);

/// The RFCs let the subject send these at any time, so nobody has to expect them: its own Ping, a Pong that
/// was not asked for (RFC 6455 §5.5.3), the frames of a message that is judged as a whole, an interim
/// response (RFC 9110 §15.2).
bool is_legal_extra(const Observation& observation, const Expect& expect);

/// Does any alternative look at single data frames (`exact`, `fin=`, rsv, cont)?
bool awaits_data_frame(const Expect& expect);

}  // namespace wsrig::engine
