#include "echo/options.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "cli/option_reader.hpp"
#include "ws/number.hpp"

namespace wsrig::echo {

namespace {

using cli::mistake;
using cli::Values;
using Reader = cli::OptionReader;
using diag::Diagnostic;

bool read_window_bits(const std::optional<std::string>& value, std::uint8_t& bits) {
  if (!value) return false;
  bits = ws::to_integer<std::uint8_t>(*value).value_or(0);
  return bits >= 8 && bits <= 15;
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
  for (const cli::Written& text : values.written("listen")) {
    const auto url = net::parse_url(text.text);
    if (url) config.listeners.push_back(*url);
    if (!url) reader.check("listen", text, url.error());
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
  if (values.has("fragment")) reader.size("fragment", config.fragment_size);
}

void read_limits(const Values& values, Config& config, Reader& reader) {
  reader.size("max-head", config.max_head);
  reader.number("max-headers", config.max_headers);
  reader.size("max-frame", config.limits.frame);
  reader.size("max-message", config.limits.message);
  reader.number("max-fragments", config.limits.fragments, 1);
  reader.number("max-connections", config.max_connections, 1);
  reader.duration("handshake-timeout", config.timeouts.handshake);
  reader.duration_or_none("idle-timeout", config.timeouts.idle);
  config.timeouts.ping = config.timeouts.idle / 2;
  if (values.has("ping-interval")) reader.duration_or_none("ping-interval", config.timeouts.ping);
  reader.duration("pong-timeout", config.timeouts.pong);
  reader.duration("close-timeout", config.timeouts.close);
}

void read_mode(const Values& values, Config& config, Reader& reader) {
  const std::string& mode = values.text("mode");
  config.mode = mode == "sink"        ? Mode::sink
                : mode == "source"    ? Mode::source
                : mode == "prefix"    ? Mode::prefix
                : mode == "broadcast" ? Mode::broadcast
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
  constexpr std::array options{"misbehave", "quirk",         "source-size",   "source-rate",  "max-headers",
                               "max-frame", "max-fragments", "ping-interval", "pong-timeout", "cert",
                               "key"};
  for (const char* option : options) {
    if (values.given(option)) return mistake(fmt::format("'--{}' is not for '--engine beast'", option));
  }
  if (config.mode == Mode::source) return mistake("'--mode source' is not for '--engine beast'");
  if (config.mode == Mode::broadcast) return mistake("'--mode broadcast' is not for '--engine beast'");
  const auto& deflate = config.policy.deflate;
  if (deflate && std::min(deflate->server_max_window_bits, deflate->client_max_window_bits) < 9) {
    return mistake("'--deflate': windows of 8 bits are not for '--engine beast'");
  }
  if (values.has("fragment") && config.fragment_size < 8) {
    return mistake("'--fragment': less than 8B is not for '--engine beast'");
  }
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

diag::Result<Config> read_options(const cli::Values& values) {
  Config config;
  Reader reader(values);
  read_listeners(values, config, reader);
  read_mode(values, config, reader);
  read_protocol(values, config, reader);
  read_limits(values, config, reader);
  config.misbehaviours = split_names(values.list("misbehave"));
  config.quirks = split_names(values.list("quirk"));
  config.cert_file = values.text("cert");
  config.key_file = values.text("key");
  if (reader.first_mistake()) return *reader.first_mistake();
  if (auto contradiction = find_contradiction(values, config)) return *contradiction;
  return config;
}

}  // namespace wsrig::echo
