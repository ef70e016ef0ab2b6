#pragma once

#include <string>

#include "diag/diagnostic.hpp"
#include "proxy/config.hpp"

namespace wsrig::proxy {

/// Reads one route as it is written in --route and in configuration files:
///   [HOST]/PATH=URL [WORD=VALUE]…
/// such as `/chat/=ws://10.0.0.1:9000 mode=inspect host=rewrite`. What it does not say is as in `defaults`.
/// Mistakes point into the text, which is called `name`.
diag::Result<Route> read_route(const std::string& name, const std::string& text, const Route& defaults);

/// A target: a URL, unix:/path, or host:port for a TCP service.
boost::system::result<net::Url, std::string> read_target(const std::string& text);

/// The upstream of --target: a target, or tokens:FILE (see TokenFile). The mistake, if there is one.
std::optional<diag::Diagnostic> set_target(Route& route, std::string_view text);

// The words of a route that are options too; an error text for any other.
std::string set_mode(Route& route, std::string_view value);       ///< tunnel, inspect
std::string set_http(Route& route, std::string_view value);       ///< forward, refuse
std::string set_host(Route& route, std::string_view value);       ///< keep, rewrite
std::string set_forwarded(Route& route, std::string_view value);  ///< off, append, replace
std::string set_via(Route& route, std::string_view value);        ///< as net::parse_via reads
std::string add_fault(Route& route, std::string_view value);      ///< as parse_fault reads
std::string add_rewrite(Route& route, std::string_view value);    ///< one rule, as parse_rewriting reads
/// The rules in a file, one a line; empty lines, and those that begin with '#', are none.
std::string add_rewrite_file(Route& route, std::string_view path);
// Who may pass: one rule more (see GateText).
std::string add_allow(Route& route, std::string_view value);
std::string add_deny(Route& route, std::string_view value);
std::string add_basic(Route& route, std::string_view value);
std::string add_bearer(Route& route, std::string_view value);
std::string add_origin(Route& route, std::string_view value);

}  // namespace wsrig::proxy
