#include "proxy/options.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <limits>
#include <utility>

#include "cli/option_value.hpp"
#include "net/proxy_environment.hpp"
#include "proxy/control_address.hpp"
#include "proxy/json_map.hpp"
#include "proxy/rewrite.hpp"
#include "proxy/route_text.hpp"

namespace wsrig::proxy {

namespace {

using cli::Option;
using cli::Values;
using diag::Diagnostic;

std::vector<Option> route_options() {
  return {
      {.name = "listen",
       .letter = 'l',
       .value = "URL",
       .help = "ws:// or wss:// host and port; port 0 takes a free one; default: ws://127.0.0.1:8080",
       .repeatable = true},
      {.name = "route",
       .letter = 'r',
       .value = "[HOST]/PATH=URL [WORD=VALUE]",
       .help = "what leads where: a path ending with / stands for all below it; the words are mode, http, "
               "web, host, forwarded, via, ca, insecure, fault, allow, deny, basic, bearer, origin and "
               "rewrite, as the options below; and rewrite-file, with a rule a line. In a configuration "
               "file also a section [route HOST/PATH], with target and the words on lines of their own",
       .repeatable = true,
       .section = route_settings()},
      {.name = "target",
       .letter = 't',
       .value = "URL",
       .help =
           "one upstream for the paths of the listeners: ws://, wss://, tcp://, tls://, unix:/path, "
           "host:port for a TCP service, tokens:FILE, of which clients choose by ?token=NAME, or web:DIR, "
           "a folder alone"},
      {.name = "map",
       .value = "FILE",
       .help = "a JSON map of routes, {\"name\": {\"host\": …, \"port\": …}}; the first segment of the path "
               "is the name"},
      {.name = "mode",
       .help = "octets as they come, or frame by frame with validation",
       .default_value = "tunnel",
       .choices = {"tunnel", "inspect"}},
      {.name = "http",
       .help = "what an ordinary HTTP request gets: the upstream's answer, a file of --web, or 426",
       .default_value = "forward",
       .choices = {"forward", "web", "refuse"}},
      {.name = "web",
       .value = "DIR",
       .help = "serve the files below this folder to ordinary HTTP requests, on all paths"},
      {.name = "host",
       .help = "the Host field: as the client sent it, or the upstream's",
       .default_value = "keep",
       .choices = {"keep", "rewrite"}},
      {.name = "forwarded",
       .help = "what becomes of X-Forwarded-For, -Proto and -Host",
       .default_value = "off",
       .choices = {"off", "append", "replace"}},
  };
}

std::vector<Option> tls_options() {
  const std::string group = "TLS and proxies";
  return {
      {.name = "cert",
       .value = "FILE",
       .help = "certificate chain (PEM) for wss; of several the one that has the client's name for us (SNI), "
               "else the first; without one a self-signed certificate is made",
       .repeatable = true,
       .group = group},
      {.name = "key",
       .value = "FILE",
       .help = "the private key (PEM) of each --cert, in their order, if it is in another file",
       .repeatable = true,
       .group = group},
      {.name = "client-ca",
       .value = "FILE",
       .help = "ask clients for a certificate of these authorities (PEM)",
       .group = group},
      {.name = "client-cert",
       .help = "with --client-ca: must clients have one, or may they go without",
       .default_value = "required",
       .choices = {"required", "optional"},
       .group = group},
      {.name = "upstream-ca",
       .value = "FILE",
       .help = "authorities (PEM) for the certificates of upstreams; default: the system's",
       .group = group},
      {.name = "upstream-insecure", .help = "do not verify the certificates of upstreams", .group = group},
      {.name = "via",
       .value = "URL",
       .help = "reach upstreams through socks5://host:port or http://host:port, or direct; default: as "
               "SOCKS_PROXY, HTTPS_PROXY, HTTP_PROXY and NO_PROXY say",
       .group = group},
  };
}

std::vector<Option> gate_options() {
  const auto rule = [](std::string name, std::string value, std::string help) {
    return Option{.name = std::move(name),
                  .value = std::move(value),
                  .help = std::move(help),
                  .repeatable = true,
                  .group = "Gate"};
  };
  return {
      rule("allow", "ADDRESS", "let in clients of this address or range (10.0.0.0/8) only; others get 403"),
      rule("deny", "ADDRESS", "refuse clients of this address or range"),
      rule("origin", "ORIGIN",
           "let browsers in from this origin only (https://*.example.com); others get 403"),
      rule("basic", "USER:PASSWORD",
           "ask for these credentials, or any others given; without them 401; "
           "${env:NAME} and ${file:PATH} are replaced"),
      rule("bearer", "TOKEN", "the same for a bearer token"),
  };
}

std::vector<Option> fault_options() {
  const std::string group = "Faults";
  return {
      {.name = "fault",
       .value = "NAME(ARGUMENTS)[@DIRECTION]",
       .help = "break connections on purpose, such as 'latency(50ms,jitter=10ms)@downstream'",
       .repeatable = true,
       .group = group},
      {.name = "list-faults", .help = "print the names for --fault and what each does", .group = group},
      {.name = "rewrite",
       .value = "RULE",
       .help = "change what passes, such as 'set X-User \"me\" @upstream' or 'text /cat/ -> \"dog\"'",
       .repeatable = true,
       .group = group},
      {.name = "seed",
       .value = "N",
       .help = "faults draw the same lots in each run with the same seed",
       .default_value = "0",
       .group = group},
  };
}

std::vector<Option> limit_options() {
  const std::string group = "Limits";
  const auto option = [&](std::string name, std::string what, std::string help, std::string value) {
    return Option{.name = std::move(name),
                  .value = std::move(what),
                  .help = std::move(help),
                  .default_value = std::move(value),
                  .group = group};
  };
  return {
      option("max-head", "SIZE", "largest head of a request or an answer; beyond it 431 or 502", "16KiB"),
      option("max-headers", "N", "most header fields of a head; beyond it 431 or 502", "100"),
      option("max-connections", "N", "most clients at a time; beyond it 503", "10000"),
      option("max-rate", "N", "most new connections of one address a minute; beyond it 503; 0: any", "0"),
      option("max-buffered", "SIZE", "most octets held for peers that do not read; beyond it 503", "64MiB"),
      option("max-frame", "SIZE", "largest frame of a bridge or mode inspect; beyond it Close 1009", "16MiB"),
      option("max-message", "SIZE", "largest message there; beyond it Close 1009", "16MiB"),
      option("max-fragments", "N", "most frames of a message there; beyond it Close 1008", "16384"),
      option("backlog", "N", "connections that may wait to be accepted", "1024"),
  };
}

std::vector<Option> time_options() {
  const std::string group = "Time";
  const auto option = [&](std::string name, std::string help, std::string value) {
    return Option{.name = std::move(name),
                  .value = "DURATION",
                  .help = std::move(help),
                  .default_value = std::move(value),
                  .group = group};
  };
  return {
      option("request-timeout", "time for a client's request, TLS apart; beyond it 408", "10s"),
      option("connect-timeout", "time to connect to an upstream; beyond it 504", "5s"),
      option("answer-timeout", "time for an upstream's answer; beyond it 504", "10s"),
      option("idle-timeout", "time without an octet either way until a tunnel ends; 0s: none", "300s"),
      option("ping-interval", "time without an octet of a bridge's client until a Ping; 0s: none", "150s"),
      option("pong-timeout", "time for an answer to that Ping", "20s"),
      option("keepalive", "time without an octet until the kernel probes a peer; 0s: never", "60s"),
      option("close-timeout", "time from a Close or FIN to the end of the tunnel, while nothing moves", "5s"),
      option("drain-timeout", "time from SIGTERM to the end of the last tunnel", "30s"),
  };
}

std::vector<Option> sight_options() {
  const std::string group = "Sight";
  return {
      {.name = "log",
       .help = "how events are written to standard error",
       .default_value = "text",
       .choices = {"text", "json"},
       .group = group},
      {.name = "trace",
       .help = "print each frame of a bridge or of mode inspect in the notation",
       .group = group},
      {.name = "record",
       .value = "FILE",
       .help = "write what clients and upstreams send to a pcapng file, decrypted",
       .default_value = "",
       .group = group},
      {.name = "control",
       .value = "HOST:PORT",
       .help = "answer GET /healthz, GET /metrics (Prometheus), and GET, PUT and DELETE /faults there, "
               "on this machine only",
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

  /// A mistake in the last value of an option, with its place if that is in a file.
  void fail(std::string_view name, std::string problem) {
    fail(values_.place(name, mistake(fmt::format("'--{}': {}", name, problem))));
  }
  template <class Value>
  void size(std::string_view name, Value& out) {
    take(cli::size_option(values_, name), out);
  }
  template <class Value>
  void number(std::string_view name, Value& out, std::uint64_t least = 0) {
    take(cli::number_option(values_, name, least,
                            static_cast<std::uint64_t>(std::numeric_limits<Value>::max())),
         out);
  }
  void duration(std::string_view name, microseconds& out, microseconds least = microseconds(1)) {
    take(cli::duration_option(values_, name), out);
    if (out < least) fail(values_.place(name, mistake(fmt::format("'--{}' cannot be zero", name))));
  }
  void check(std::string_view name, const std::string& problem) {
    if (!problem.empty()) fail(name, problem);
  }
  /// The same for one of several values.
  void check(std::string_view name, const cli::Written& value, const std::string& problem) {
    if (!problem.empty()) fail(value.place(mistake(fmt::format("'--{}': {}", name, problem))));
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

void read_limits(Config& config, Reader& reader) {
  reader.size("max-head", config.limits.head);
  reader.number("max-headers", config.limits.header_fields);
  reader.number("max-connections", config.limits.connections, 1);
  reader.number("max-rate", config.limits.connections_per_minute);
  reader.size("max-buffered", config.limits.buffered);
  reader.size("max-frame", config.limits.frames.frame);
  reader.size("max-message", config.limits.frames.message);
  reader.number("max-fragments", config.limits.frames.fragments, 1);
  reader.number("backlog", config.backlog, 1);
}

void read_timeouts(Config& config, Reader& reader) {
  constexpr microseconds none{0};
  reader.duration("request-timeout", config.timeouts.request);
  reader.duration("connect-timeout", config.timeouts.connect);
  reader.duration("answer-timeout", config.timeouts.answer);
  reader.duration("idle-timeout", config.timeouts.idle, none);
  reader.duration("ping-interval", config.timeouts.ping, none);
  reader.duration("pong-timeout", config.timeouts.pong);
  reader.duration("keepalive", config.timeouts.keepalive, none);
  reader.duration("close-timeout", config.timeouts.close);
  reader.duration("drain-timeout", config.timeouts.drain);
}

void read_tls(const Values& values, Config& config) {
  const auto& certs = values.list("cert");
  const auto& keys = values.list("key");
  for (std::size_t i = 0; i < certs.size(); ++i) {
    config.tls.identities.push_back({certs[i], i < keys.size() ? keys[i] : ""});
  }
  config.tls.client_ca_file = values.text("client-ca");
  config.tls.client_cert_optional = values.text("client-cert") == "optional";
}

Route read_defaults(const Values& values, Reader& reader) {
  Route defaults;
  reader.check("mode", set_mode(defaults, values.text("mode")));
  reader.check("http", set_http(defaults, values.text("http")));
  reader.check("host", set_host(defaults, values.text("host")));
  reader.check("forwarded", set_forwarded(defaults, values.text("forwarded")));
  if (values.has("via")) reader.check("via", set_via(defaults, values.text("via")));
  if (values.has("web")) reader.check("web", set_web(defaults, values.text("web")));
  const std::pair<const char*, std::string (*)(Route&, std::string_view)> lists[] = {
      {"allow", add_allow},   {"deny", add_deny},   {"origin", add_origin},  {"basic", add_basic},
      {"bearer", add_bearer}, {"fault", add_fault}, {"rewrite", add_rewrite}};
  for (const auto& [name, add] : lists) {
    for (const cli::Written& value : values.written(name)) {
      reader.check(name, value, add(defaults, value.text));
    }
  }
  defaults.upstream.ca_file = values.text("upstream-ca");
  defaults.upstream.insecure = values.flag("upstream-insecure");
  return defaults;
}

void read_listeners(const Values& values, const net::ServerEnvironment& environment, Config& config,
                    Reader& reader) {
  std::vector<cli::Written> texts = values.written("listen");
  if (texts.empty() && config.listeners.empty()) {
    texts.push_back({environment.listen_port ? fmt::format("ws://:{}", *environment.listen_port)
                                             : "ws://127.0.0.1:8080"});
  }
  if (!texts.empty()) config.listeners.clear();
  for (const cli::Written& value : texts) {
    const auto url = net::parse_url(value.text);
    if (!url) {
      reader.check("listen", value, url.error());
    } else if (!url->is_websocket()) {
      reader.check("listen", value, "'" + value.text + "' must begin with ws:// or wss://");
    } else {
      config.listeners.push_back(*url);
    }
  }
}

/// `--target`: one upstream for what the listeners' URLs name.
void read_target_option(const Values& values, const Route& defaults, Config& config, Reader& reader) {
  if (!values.has("target")) return;
  Route route = defaults;
  if (auto problem = set_target(route, values.text("target"))) {
    if (!problem->file.empty()) return reader.fail(std::move(*problem));  // it is in the file of tokens
    return reader.fail("target", problem->message);
  }
  for (const net::Url& listener : config.listeners) {
    route.path = listener.target;
    config.routes.push_back(route);
  }
}

/// `--web` is for all paths, those of no other route included.
void add_folder_route(const Route& defaults, Config& config) {
  const auto is_for_all = [](const Route& route) { return route.host.empty() && route.path == "/"; };
  if (!defaults.web || std::ranges::any_of(config.routes, is_for_all)) return;
  Route route = defaults;
  route.upstream.url = {.scheme = "web", .host = {}};
  config.routes.push_back(route);
}

void read_routes(const Values& values, const net::ServerEnvironment& environment, const Route& defaults,
                 Config& config, Reader& reader) {
  const auto add = [&](const diag::Result<Route>& route) {
    if (route) config.routes.push_back(*route);
    if (!route) reader.fail(route.error());
  };
  for (const cli::Written& text : values.written("route")) add(read_route(text, defaults));
  for (const cli::Section& section : values.sections("route")) add(read_route(section, defaults));
  read_target_option(values, defaults, config, reader);
  if (config.routes.empty() && environment.upstream) {
    Route route = defaults;
    route.upstream.url = *environment.upstream;
    config.routes.push_back(route);
    if (!values.given("connect-timeout")) config.timeouts.connect = seconds(10);
  }
  add_folder_route(defaults, config);
  if (config.routes.empty()) {
    reader.fail(mistake("no route", "write --target URL, or --route /PATH=URL"));
  }
}

/// What options say counts before what the map says.
void prefer_options(const Values& values, const Config& options, Config& config) {
  if (values.given("backlog")) config.backlog = options.backlog;
  if (values.given("connect-timeout")) config.timeouts.connect = options.timeouts.connect;
  if (values.given("idle-timeout")) config.timeouts.idle = options.timeouts.idle;
  if (values.given("keepalive")) config.timeouts.keepalive = options.timeouts.keepalive;
}

/// The way to the upstreams that no option gives one.
void read_environment_proxies(Config& config, Reader& reader) {
  for (Route& route : config.routes) {
    const std::string& scheme = route.upstream.url.scheme;
    if (route.upstream.via || scheme == "unix" || scheme == "tokens" || !route.has_upstream()) continue;
    auto via = net::via_from_environment(route.upstream.url, cli::process_environment);
    if (via) route.upstream.via = std::move(*via);
    if (!via) reader.fail(mistake(via.error()));
  }
}

void make_gates(Config& config, Reader& reader) {
  for (Route& route : config.routes) {
    auto gate = GateRules::make(route.gate_text);
    if (gate) route.gate = std::move(*gate);
    if (!gate) reader.fail(gate.error());
  }
}

void make_rewriting(Config& config, Reader& reader) {
  for (Route& route : config.routes) {
    const auto rewriting = parse_rewriting(route.rewrite_rules);
    if (rewriting) rewriting->add_to(route);
    if (!rewriting) reader.fail(rewriting.error());
  }
}

/// What one option asks for and another one cannot give.
std::optional<Diagnostic> find_contradiction(const Values& values, const Config& config) {
  if (values.given("key") && values.list("key").size() != values.list("cert").size()) {
    return mistake("there must be one '--key' for each '--cert'");
  }
  if (values.given("client-cert") && !values.given("client-ca")) {
    return mistake("'--client-cert' needs '--client-ca'");
  }
  if (values.given("web") && values.given("http") && values.text("http") != "web") {
    return mistake("'--web' contradicts '--http " + values.text("http") + "'");
  }
  for (const Route& route : config.routes) {
    if (route.http == HttpPolicy::web && !route.web) {
      return mistake("route '" + route.path + "': '--http web' needs a folder", "write --web DIR");
    }
    const bool inspects = route.mode == Mode::inspect && !route.is_bridge();
    const bool needs_frames =
        std::ranges::any_of(route.faults, [](const auto& fault) { return fault->needs_frames(); });
    if (needs_frames && !inspects) {
      return mistake("route '" + route.path +
                     "': a fault of frames, or a rewritten message, needs mode inspect");
    }
  }
  for (const net::Url& url : config.listeners) {
    if (url.target.find('?') != std::string::npos) {
      return mistake("'--listen': a query does not belong into '" + url.print() + "'");
    }
    if (url.path_given && !values.has("target")) {
      return mistake("'--listen': the path in '" + url.print() + "' is for '--target'");
    }
  }
  return {};
}

}  // namespace

cli::Command command() {
  cli::Command command;
  command.program = "wsrig-proxy";
  command.summary = "A reference proxy: WebSocket to TCP, and WebSocket to WebSocket";
  command.description =
      "Each listener prints one line of JSON to standard output when it is ready. SIGINT or SIGTERM says "
      "Close 1001 to all, and the program ends with 0 once they are gone; a second signal ends it at once. "
      "SIGHUP reads routes, certificates and limits again, and disturbs no tunnel.\n\n"
      "Without routes the environment counts: UPSTREAM_HOST=host:port (443 means TLS) and LISTEN_PORT.";
  for (const auto& part : {route_options(), tls_options(), gate_options(), fault_options(), limit_options(),
                           time_options(), sight_options()}) {
    command.options.insert(command.options.end(), part.begin(), part.end());
  }
  command.examples = {"wsrig-proxy --listen ws://:8080/vnc --target localhost:5900",
                      "wsrig-proxy --listen wss://:443 --cert cert.pem --key key.pem --target "
                      "ws://127.0.0.1:9001",
                      "wsrig-proxy --route '/chat/=ws://10.0.0.1:9000 mode=inspect' --route /ssh=tcp://:22"};
  return command;
}

diag::Result<Config> read_options(const Values& values) {
  Config config;
  Reader reader(values);
  config.log = values.text("log") == "json" ? LogFormat::json : LogFormat::text;
  config.record = values.text("record");
  config.trace = values.flag("trace");
  read_tls(values, config);
  read_limits(config, reader);
  read_timeouts(config, reader);
  reader.number("seed", config.seed);
  const auto environment = net::server_environment(cli::process_environment);
  if (!environment) return mistake(environment.error());
  const Route defaults = read_defaults(values, reader);
  if (values.has("map")) {
    const Config options = config;
    if (auto problem = read_json_map(values.text("map"), defaults, config)) return *problem;
    prefer_options(values, options, config);
  }
  read_listeners(values, *environment, config, reader);
  read_routes(values, *environment, defaults, config, reader);
  read_environment_proxies(config, reader);
  make_gates(config, reader);
  make_rewriting(config, reader);
  if (values.has("control")) {
    auto control = parse_control_address(values.text("control"));
    if (!control) reader.check("control", control.error());
    if (control) config.control = *std::move(control);
  }
  if (reader.first_mistake()) return *reader.first_mistake();
  if (auto contradiction = find_contradiction(values, config)) return *contradiction;
  return config;
}

}  // namespace wsrig::proxy
