#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "diag/diagnostic.hpp"
#include "report/result.hpp"
#include "scenarios/engine/steps/script.hpp"

/// What a scenario file says, as values (DESIGN §5; `scenarios/README.md` is the reference for users).
namespace wsrig::engine {

using std::chrono::milliseconds;

enum class SubjectKind : std::uint8_t { server, client, endpoint, proxy };

/// What stands behind a proxy under test.
enum class BackendKind : std::uint8_t {
  ws,
  tcp,          ///< no WebSocket server: a stream of octets
  refused,      ///< nobody listens
  unreachable,  ///< connections are neither taken nor refused
};

/// `ready:` of a service; always with a timeout.
struct Ready {
  enum class Kind : std::uint8_t { none, log, port, http, ws } kind = Kind::none;
  std::string value;  ///< log: regular expression; port: host:port; http, ws: URL
  milliseconds timeout{10'000};
};

/// Exactly one of `use`, `exec`, `url`.
struct Service {
  std::string name;
  std::string use;                ///< echo | proxy | load | pcap: our program beside wsrig
  std::vector<std::string> exec;  ///< an argv list
  std::string url;                ///< already running
  std::vector<std::string> args;
  std::map<std::string, std::string> env;
  std::map<std::string, std::string> files;  ///< written into ${X.folder} before it starts
  std::string listen = "ws";                 ///< scheme of its free port: ws | wss | tcp
  std::vector<std::string> needs;
  Ready ready;
  std::size_t line = 0;
};

/// What the runner's own handshake offers.
struct Offer {
  std::vector<std::string> subprotocols;
  std::string extensions;  ///< Sec-WebSocket-Extensions value
};

struct Tls {
  bool insecure = false;
  std::string ca_file, server_name, cert_file, key_file;

  friend bool operator==(const Tls&, const Tls&) = default;
};

/// A capture, and what wsrig-pcap must say of it: an entry of `decode:`, or `capture:` of a case.
struct Decode {
  std::vector<std::string> arguments;  ///< of wsrig-pcap, before the capture
  std::string capture_name{};          ///< as the file names it; empty: of the case's own traffic
  std::filesystem::path capture{};
  std::string expected{};  ///< its output, standard error included
  int exit_status = 0;

  std::vector<std::string> expected_lines() const;
};

struct Load;

/// What runs under an id: steps, or a load.
struct Case {
  std::string id;
  std::vector<std::string> aliases;
  std::vector<std::string> tags;
  std::vector<std::string> requirements;  ///< `covers`: R067, of requirements.hpp
  report::Level level = report::Level::must;
  std::string section;  ///< "RFC 6455 §5.4"
  std::string about;
  SubjectKind subject = SubjectKind::endpoint;
  std::vector<std::string> needs;       ///< capabilities: echo, deflate, subprotocol:NAME, …
  std::vector<Variables> combinations;  ///< the product of `for`, or the `rows`; one empty one without
  std::vector<std::string> row_ids;     ///< per combination: the row's `id`, or empty
  std::vector<std::vector<std::string>> row_aliases;
  Offer offer;
  Tls tls;  ///< the file's, with what the case's own `tls:` changes
  std::vector<std::pair<std::string, std::string>>
      headers;                         ///< values may hold ${name}, as may offer and target
  std::optional<std::string> target;   ///< request target; default: the subject's
  std::optional<milliseconds> within;  ///< deadline of each expectation; default 2 s
  BackendKind backend = BackendKind::ws;
  bool manual_handshake = false;  ///< `handshake: manual`, or the steps have an http step
  bool prove_alive = true;        ///< `alive: false` leaves out the proof before the steps
  bool must_close = true;         ///< `closing: false` leaves out the closing handshake behind the steps
  Script script;
  std::optional<Decode> decode;      ///< in place of a script
  std::optional<Decode> capture;     ///< of what its steps send and receive
  std::shared_ptr<const Load> load;  ///< in place of steps; else null
  std::string steps_text;
  ScriptOrigin steps_origin{};  ///< for place_in_file: diagnostics that arise while a step runs
  std::size_t line = 0;
};

struct ScenarioFile {
  std::shared_ptr<diag::Source> source;
  std::shared_ptr<diag::Source> cases_source;  ///< of `cases: FILE`; else null
  std::string suite;
  std::string about;
  std::vector<Service> services;
  Tls tls;
  std::vector<Case> cases;
};

/// Reads and checks one file: YAML, keys, units, notation, variables. Gives the first mistake;
/// `check_scenario` gives all. `include:` is read from the disk, below the folder of `name`.
diag::Result<ScenarioFile> load_scenario(const std::string& name, std::string text);
/// All mistakes of a file, in order of line.
std::vector<diag::Diagnostic> check_scenario(const std::string& name, std::string text);

/// One case with one combination of its variables: what runs.
struct CaseInstance {
  const ScenarioFile* file = nullptr;
  const Case* definition = nullptr;
  std::string id;  ///< suite/id[cut=1B,mid=x], or suite/id[row]
  std::vector<std::string> aliases;
  Variables variables;
  std::size_t order = 0;
};
/// `suite/id`, with the row's id or the values of a combination in brackets.
std::string full_id(const ScenarioFile& file, const Case& definition, std::size_t combination);
std::vector<CaseInstance> expand(const std::vector<std::shared_ptr<ScenarioFile>>& files);

/// What to run. A pattern is a glob (`*` any text, `?` one octet) over the full id, over the id without its
/// brackets, over the aliases, and over the numbers of the requirements that it covers.
struct Selection {
  std::vector<std::string> ids{};  ///< any of them
  std::vector<std::string> excluded{};
  std::vector<std::string> tags{};  ///< any of them; a tag with '!' in front excludes
  std::vector<report::Level> levels{};
  std::size_t shard_index = 0, shard_count = 1;
};
/// Keeps the order. A pattern or tag that matches nothing is a diagnostic with a suggestion. Of what is
/// selected a shard takes every shard_count-th, from shard_index (0-based). Cases with the tag `volume` take
/// long: they are left out unless that tag, or their id, is asked for.
diag::Result<std::vector<CaseInstance>> select(std::vector<CaseInstance> all, const Selection& selection);

/// Loads the files that the paths name.
diag::Result<std::vector<std::shared_ptr<ScenarioFile>>> load_paths(const std::vector<std::string>& paths);
/// The standard suite that is compiled in (scenarios/conformance); names are
/// "built-in:5.4-fragmentation.yaml".
diag::Result<std::vector<std::shared_ptr<ScenarioFile>>> load_builtin();

/// The JSON Schema of scenario files, for editors.
std::string_view schema();

}  // namespace wsrig::engine
