#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/engine/format/model.hpp"
#include "scenarios/engine/run/settings.hpp"
#include "scenarios/engine/steps/script.hpp"

/// What a case runs, as one list: the runner's handshake, the proof of life and the closing handshake are
/// steps like those of the case itself. Pure.
namespace wsrig::engine {

/// Why a step stands in the list, which decides what its failure means.
enum class Stage : std::uint8_t {
  handshake,  ///< the runner's own: a failure is an error, the case could not be judged
  proof,      ///< that the subject is alive: likewise
  body,       ///< the case itself
  closing,    ///< the closing handshake behind it: part of the verdict
};

struct Task {
  Stage stage = Stage::body;
  Step step;
};

/// Connects `connection`; with the runner's handshake unless the case has its own; with a proof of life where
/// `prove` and the oracle allow one. `key` is the Sec-WebSocket-Key, `nonce` makes the proof unmistakable.
std::vector<Task> plan_opening(const CaseSettings& settings, const CaseInstance& instance,
                               const std::string& connection, std::string_view key,
                               std::optional<std::string> nonce);

/// A connection of a proxy case is the tester's backend when its name begins so; the others dial the proxy.
bool is_backend(std::string_view connection);
/// Of a proxy case: connects each client and, with the runner's handshake, the backend that stands behind it
/// (the first with the first, and so on), and proves that messages come through in both directions. `key_of`
/// gives a client's key.
std::vector<Task> plan_proxy_opening(const CaseSettings& settings, const CaseInstance& instance,
                                     const std::function<std::string(const std::string& client)>& key_of,
                                     std::optional<std::string> nonce);

/// The case's own steps. Where the subject does not echo, a `<` line that awaits an echo is replaced by a
/// proof that the subject is still alive (by Ping), or left out (passive).
std::vector<Task> plan_body(const CaseSettings& settings, const CaseInstance& instance);

/// What is left to do on a connection when the case's own steps are over.
struct ClosingState {
  bool close_sent = false;
  bool close_received = false;
  bool shut_down = false;  ///< we sent FIN: no Close can follow
};
std::vector<Task> plan_closing(const std::string& connection, const ClosingState& state);
/// The closing handshake through a proxy, begun by the client.
std::vector<Task> plan_proxy_closing(const std::string& client, const std::string& backend, bool is_raw);

/// What the case needs and this run has not: a kind of subject, or a capability that the subject was declared
/// not to have. Empty when nothing is missing.
std::optional<std::string> missing_capability(const CaseSettings& settings, const CaseInstance& instance);

/// Does the script itself do this on a connection: send a Close, await a Ping …?
bool sends_close(const Script& script, const std::string& connection);
bool awaits_ping(const Script& script, const std::string& connection);

}  // namespace wsrig::engine
