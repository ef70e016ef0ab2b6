#include "echo/options.hpp"

#include <array>
#include <charconv>
#include <fmt/format.h>
#include <limits>

#include "cli/option_value.hpp"

namespace wsrig::echo {

namespace {

using cli::Option;
using cli::Values;
using diag::Diagnostic;

std::vector<Option> server_options() {
  return {
      {.name = "listen",
       .letter = 'l',
       .value = "URL",
       .help = "ws://, wss://, tcp:// or tls:// host and port; port 0 takes a free one; with a path, other "
               "paths get 404",
       .default_value = "ws://127.0.0.1:9001",
       .repeatable = true},
      {.name = "mode",
       .help = "what becomes of a message",
       .default_value = "echo",
       .choices = {"echo", "sink", "source", "prefix"}},
      {.name = "prefix", .value = "TEXT", .help = "what stands before each reply in mode prefix"},
      {.name = "source-size",
       .value = "SIZE",
       .help = "size of the messages that mode source sends",
       .default_value = "64B"},
      {.name = "source-rate",
       .value = "N",
       .help = "messages a second on each connection in mode source; 0: as fast as they are taken",
       .default_value = "0"},
      {.name = "engine",
       .help = "who speaks WebSocket: wsrig's own core, or Boost.Beast as a second opinion",
       .default_value = "core",
       .choices = {"core", "beast"}},
  };
}

std::vector<Option> protocol_options() {
  const std::string group = "Protocol";
  return {
      {.name = "subprotocol",
       .value = "NAME",
       .help = "a subprotocol that is spoken",
       .repeatable = true,
       .group = group},
      {.name = "deflate",
       .value = "PARAMETERS",
       .help = "permessage-deflate parameters to insist on, such as 'server_no_context_takeover; "
               "server_max_window_bits=10'",
       .group = group},
      {.name = "no-deflate", .help = "never agree to compression", .group = group},
      {.name = "origin",
       .value = "ORIGIN",
       .help = "let browsers in from this origin only",
       .repeatable = true,
       .group = group},
      {.name = "fragment",
       .value = "SIZE",
       .help = "cut replies into frames of at most this",
       .group = group},
      {.name = "misbehave",
       .value = "NAME[,NAME]",
       .help = "violate the protocol on purpose",
       .repeatable = true,
       .group = group},
      {.name = "list-misbehaviours",
       .help = "print the names for --misbehave and what each does",
       .group = group},
  };
}

std::vector<Option> limit_options() {
  const std::string group = "Limits";
  const auto size = [&](std::string name, std::string help, std::string value) {
    return Option{.name = std::move(name),
                  .value = "SIZE",
                  .help = std::move(help),
                  .default_value = std::move(value),
                  .group = group};
  };
  const auto number = [&](std::string name, std::string help, std::string value) {
    return Option{.name = std::move(name),
                  .value = "N",
                  .help = std::move(help),
                  .default_value = std::move(value),
                  .group = group};
  };
  const auto duration = [&](std::string name, std::string help, std::string value) {
    return Option{.name = std::move(name),
                  .value = "DURATION",
                  .help = std::move(help),
                  .default_value = std::move(value),
                  .group = group};
  };
  return {
      size("max-head", "largest request head; beyond it 431", "16KiB"),
      number("max-headers", "most header fields of a request; beyond it 431", "100"),
      size("max-frame", "largest frame; beyond it Close 1009", "16MiB"),
      size("max-message", "largest message, also after inflating; beyond it Close 1009", "16MiB"),
      number("max-fragments", "most frames of a message; beyond it Close 1008", "16384"),
      number("max-connections", "most connections at a time; beyond it 503", "10000"),
      duration("handshake-timeout", "time for the opening handshake", "10s"),
      duration("idle-timeout", "time without anything from the peer until Close; 0s: none", "300s"),
      Option{.name = "ping-interval",
             .value = "DURATION",
             .help = "time without anything from the peer until a Ping; 0s: none; default: half of the idle "
                     "time-out",
             .group = group},
      duration("pong-timeout", "time for an answer to that Ping", "20s"),
      duration("close-timeout", "time from our Close to the end of the connection", "5s"),
  };
}

std::vector<Option> tls_options() {
  const std::string group = "TLS";
  return {
      {.name = "cert",
       .value = "FILE",
       .help = "certificate chain (PEM) for wss and tls; without one a self-signed certificate is made",
       .group = group},
      {.name = "key",
       .value = "FILE",
       .help = "its private key (PEM), if that is in another file",
       .group = group},
  };
}

// ---- reading ----

Diagnostic mistake(std::string message, std::string hint = {}) {
  return {.message = std::move(message), .source_line = {}, .hint = std::move(hint)};
}

/// Reads options one after the other into a Config and keeps the first mistake.
class Reader {
 public:
  explicit Reader(const Values& values) : values_(values) {}

  template <class Value>
  void size(std::string_view name, Value& out) {
    take(cli::size_option(values_, name), out);
  }
  template <class Value>
  void number(std::string_view name, Value& out, std::uint64_t least = 0) {
    take(cli::number_option(values_, name, least, std::numeric_limits<Value>::max()), out);
  }
  void duration(std::string_view name, microseconds& out, microseconds least = microseconds(0)) {
    take(cli::duration_option(values_, name), out);
    if (out < least) fail(mistake(fmt::format("'--{}' cannot be zero", name)));
  }
  void fail(Diagnostic diagnostic) {
    if (!mistake_) mistake_ = std::move(diagnostic);
  }
  const std::optional<Diagnostic>& first_mistake() const { return mistake_; }

 private:
  template <class Result, class Value>
  void take(const Result& result, Value& out) {
    if (result) out = static_cast<Value>(*result);
    if (!result) fail(result.error());
  }

  const Values& values_;
  std::optional<Diagnostic> mistake_;
};

bool read_window_bits(const std::optional<std::string>& value, std::uint8_t& bits) {
  if (!value) return false;
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), bits);
  return error == std::errc{} && end == value->data() + value->size() && bits >= 8 && bits <= 15;
}

/// One parameter of RFC 7692 §7.1; false when it is not one, or has not the value it must have.
bool apply_deflate_parameter(const ws::ExtensionOffer::Parameter& parameter, ws::DeflatePolicy& policy) {
  const auto& [name, value] = parameter;
  if (name == "server_max_window_bits") return read_window_bits(value, policy.server_max_window_bits);
  if (name == "client_max_window_bits") return read_window_bits(value, policy.client_max_window_bits);
  if (name == "server_no_context_takeover") policy.server_no_context_takeover = true;
  if (name == "client_no_context_takeover") policy.client_no_context_takeover = true;
  return !value && name.ends_with("_no_context_takeover");
}

diag::Result<ws::DeflatePolicy> read_deflate(const std::string& parameters) {
  ws::DeflatePolicy policy;
  if (parameters.empty()) return policy;
  std::string error;
  const auto extensions = ws::parse_extensions(std::string(ws::deflate_extension) + ";" + parameters, error);
  if (!extensions) return mistake("'--deflate': " + error);
  for (const auto& parameter : extensions->front().parameters) {
    if (apply_deflate_parameter(parameter, policy)) continue;
    return mistake("'--deflate': '" + ws::print_extensions({{parameter.name, {}}}) + "' is not understood",
                   "the parameters are server_no_context_takeover, client_no_context_takeover, "
                   "server_max_window_bits=8..15 and client_max_window_bits=8..15");
  }
  return policy;
}

void read_listeners(const Values& values, Config& config, Reader& reader) {
  for (const std::string& text : values.list("listen")) {
    const auto url = net::parse_url(text);
    if (url) config.listeners.push_back(*url);
    if (!url) reader.fail(mistake("'--listen': " + url.error()));
  }
}

void read_protocol(const Values& values, Config& config, Reader& reader) {
  config.policy.subprotocols = values.list("subprotocol");
  config.policy.allowed_origins = values.list("origin");
  for (const std::string& name : config.policy.subprotocols) {
    if (!ws::is_token(name))
      reader.fail(mistake("'--subprotocol': '" + name + "' is not a token (RFC 6455 §4.1)"));
  }
  if (!values.flag("no-deflate")) {
    const auto policy = read_deflate(values.text("deflate"));
    if (policy) config.policy.deflate = *policy;
    if (!policy) reader.fail(policy.error());
  }
  if (values.has("fragment")) {
    reader.size("fragment", config.fragment_size);
    if (config.fragment_size == 0) reader.fail(mistake("'--fragment' cannot be zero"));
  }
}

void read_limits(const Values& values, Config& config, Reader& reader) {
  reader.size("max-head", config.max_head);
  reader.number("max-headers", config.max_headers);
  reader.size("max-frame", config.limits.frame);
  reader.size("max-message", config.limits.message);
  reader.number("max-fragments", config.limits.fragments, 1);
  reader.number("max-connections", config.max_connections, 1);
  constexpr microseconds some{1};
  reader.duration("handshake-timeout", config.timeouts.handshake, some);
  reader.duration("idle-timeout", config.timeouts.idle);
  config.timeouts.ping = config.timeouts.idle / 2;
  if (values.has("ping-interval")) reader.duration("ping-interval", config.timeouts.ping);
  reader.duration("pong-timeout", config.timeouts.pong, some);
  reader.duration("close-timeout", config.timeouts.close, some);
}

void read_mode(const Values& values, Config& config, Reader& reader) {
  const std::string& mode = values.text("mode");
  config.mode = mode == "sink"     ? Mode::sink
                : mode == "source" ? Mode::source
                : mode == "prefix" ? Mode::prefix
                                   : Mode::echo;
  config.engine = values.text("engine") == "beast" ? Engine::beast : Engine::core;
  config.prefix = values.text("prefix");
  reader.size("source-size", config.source_size);
  reader.number("source-rate", config.source_rate);
}

std::vector<std::string> split_names(const std::vector<std::string>& lists) {
  std::vector<std::string> names;
  for (const std::string& list : lists) {
    for (const std::string_view name : ws::split_list(list)) names.emplace_back(name);
  }
  return names;
}

/// Boost.Beast is there for comparison: it has its own ways, and not all that our core has.
std::optional<Diagnostic> find_beyond_beast(const Values& values, const Config& config) {
  constexpr std::array options{"misbehave",     "source-size",   "source-rate",  "max-headers", "max-frame",
                               "max-fragments", "ping-interval", "pong-timeout", "cert",        "key"};
  for (const char* option : options) {
    if (values.given(option)) return mistake(fmt::format("'--{}' is not for '--engine beast'", option));
  }
  if (config.mode == Mode::source) return mistake("'--mode source' is not for '--engine beast'");
  for (const net::Url& url : config.listeners) {
    if (url.scheme != "ws") return mistake("'" + url.print() + "': '--engine beast' listens on ws:// only");
  }
  return {};
}

/// What one option asks for and another one, or a listener, cannot give.
std::optional<Diagnostic> find_contradiction(const Values& values, const Config& config) {
  if (values.flag("no-deflate") && values.given("deflate"))
    return mistake("'--deflate' contradicts '--no-deflate'");
  if (values.given("prefix") && config.mode != Mode::prefix)
    return mistake("'--prefix' needs '--mode prefix'");
  if (values.given("source-size") && config.mode != Mode::source)
    return mistake("'--source-size' needs '--mode source'");
  if (values.given("source-rate") && config.mode != Mode::source)
    return mistake("'--source-rate' needs '--mode source'");
  if (values.given("key") && !values.given("cert")) return mistake("'--key' needs '--cert'");
  if (config.engine == Engine::beast) {
    if (auto beyond = find_beyond_beast(values, config)) return beyond;
  }
  for (const net::Url& url : config.listeners) {
    const bool raw_mode = config.mode == Mode::echo || config.mode == Mode::sink;
    if (!url.is_websocket() && !raw_mode) return mistake("'" + url.print() + "' can only echo or sink");
    if (!url.is_websocket() && url.path_given) return mistake("'" + url.print() + "' cannot have a path");
  }
  return {};
}

}  // namespace

cli::Command command() {
  cli::Command command;
  command.program = "wsrig-echo";
  command.summary = "An echo server for WebSocket and TCP that can also sink, flood, and break the protocol";
  command.description =
      "Each listener prints one line of JSON to standard output when it is ready. SIGINT or SIGTERM says "
      "Close "
      "1001 to all connections, and the program ends with 0; a second signal ends it at once. A browser that "
      "opens "
      "a ws:// listener's address as http:// gets a test page.";
  for (const auto& part : {server_options(), protocol_options(), limit_options(), tls_options()}) {
    command.options.insert(command.options.end(), part.begin(), part.end());
  }
  command.examples = {"wsrig-echo --listen ws://127.0.0.1:9001",
                      "wsrig-echo --listen ws://:9001/chat --listen wss://:9443/chat --subprotocol chat",
                      "wsrig-echo --listen ws://127.0.0.1:0 --misbehave no-pong,masked-frames"};
  return command;
}

diag::Result<Config> read_options(const cli::Values& values) {
  Config config;
  Reader reader(values);
  read_listeners(values, config, reader);
  read_mode(values, config, reader);
  read_protocol(values, config, reader);
  read_limits(values, config, reader);
  config.misbehaviours = split_names(values.list("misbehave"));
  config.cert_file = values.text("cert");
  config.key_file = values.text("key");
  if (reader.first_mistake()) return *reader.first_mistake();
  if (auto contradiction = find_contradiction(values, config)) return *contradiction;
  return config;
}

}  // namespace wsrig::echo
