#include "proxy/options.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "cli/option_reader.hpp"
#include "net/proxy_environment.hpp"
#include "proxy/control_address.hpp"
#include "proxy/json_map.hpp"
#include "proxy/rewrite.hpp"
#include "proxy/route_text.hpp"

namespace wsrig::proxy {

namespace {

using cli::mistake;
using cli::Values;
using diag::Diagnostic;
using Reader = cli::OptionReader;

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
  reader.duration("request-timeout", config.timeouts.request);
  reader.duration("connect-timeout", config.timeouts.connect);
  reader.duration("answer-timeout", config.timeouts.answer);
  reader.duration_or_none("idle-timeout", config.timeouts.idle);
  reader.duration_or_none("ping-interval", config.timeouts.ping);
  reader.duration("pong-timeout", config.timeouts.pong);
  reader.duration_or_none("keepalive", config.timeouts.keepalive);
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
    return reader.check("target", problem->message);
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
