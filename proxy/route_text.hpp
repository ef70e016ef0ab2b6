#pragma once

#include <string>
#include <vector>

#include "cli/options.hpp"
#include "diag/diagnostic.hpp"
#include "proxy/config.hpp"

namespace wsrig::proxy {

/// Reads one route as it is written in --route, and in `route =` lines of configuration files:
///   [HOST]/PATH=URL [WORD=VALUE]…
/// such as `/chat/=ws://10.0.0.1:9000 mode=inspect host=rewrite`. What it does not say is as in `defaults`.
diag::Result<Route> read_route(const cli::Written& written, const Route& defaults);

/// The same route as a section of a configuration file, whose title is the [HOST]/PATH. A value may hold
/// blanks here.
diag::Result<Route> read_route(const cli::Section& section, const Route& defaults);
/// What such a section may say: `target`, and the words of a route.
std::vector<cli::Option> route_settings();

/// A target: a URL, unix:/path, or host:port for a TCP service.
boost::system::result<net::Url, std::string> read_target(const std::string& text);

/// Where a route leads to: a target, tokens:FILE (see TokenFile), or web:DIR for a folder alone (see
/// WebFolder). The mistake, if there is one.
std::optional<diag::Diagnostic> set_target(Route& route, std::string_view text);

// The words of a route that are options too; an error text for any other.
std::string set_mode(Route& route, std::string_view value);       ///< tunnel, inspect
std::string set_http(Route& route, std::string_view value);       ///< forward, web, refuse
std::string set_host(Route& route, std::string_view value);       ///< keep, rewrite
std::string set_forwarded(Route& route, std::string_view value);  ///< off, append, replace
/// A folder for ordinary requests, found by the whole path of a request.
std::string set_web(Route& route, std::string_view path);
std::string set_via(Route& route, std::string_view value);      ///< as net::parse_via reads
std::string add_fault(Route& route, std::string_view value);    ///< as parse_fault reads
std::string add_rewrite(Route& route, std::string_view value);  ///< one rule, as parse_rewriting reads
/// The rules in a file, one a line; empty lines, and those that begin with '#', are none.
std::string add_rewrite_file(Route& route, std::string_view path);
// Who may pass: one rule more (see GateText).
std::string add_allow(Route& route, std::string_view value);
std::string add_deny(Route& route, std::string_view value);
std::string add_basic(Route& route, std::string_view value);
std::string add_bearer(Route& route, std::string_view value);
std::string add_origin(Route& route, std::string_view value);

}  // namespace wsrig::proxy
