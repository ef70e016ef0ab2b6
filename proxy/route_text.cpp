#include "proxy/route_text.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <sstream>
#include <utility>
#include <vector>

#include "cli/options.hpp"
#include "cli/text_file.hpp"
#include "net/socket.hpp"
#include "proxy/faults/fault.hpp"
#include "proxy/rewrite.hpp"

namespace wsrig::proxy {

namespace {

using diag::Diagnostic;

std::string one_of(std::string_view value, std::span<const std::string_view> words) {
  std::string text = "'" + std::string(value) + "' is not one of ";
  for (const std::string_view word : words) text.append(word).append(word == words.back() ? "" : ", ");
  return text;
}

/// Sets `out` to the value that stands where `word` does among the words; an error text where it does not.
template <class Value, std::size_t size>
std::string choose(std::string_view word, const std::array<std::string_view, size>& words,
                   const std::array<Value, size>& values, Value& out) {
  const auto found = std::ranges::find(words, word);
  if (found == words.end()) return one_of(word, words);
  out = values[static_cast<std::size_t>(found - words.begin())];
  return {};
}

std::string set_insecure(Route& route, std::string_view value) {
  return choose<bool>(value, std::array<std::string_view, 2>{"true", "false"}, {true, false},
                      route.upstream.insecure);
}

std::string set_ca(Route& route, std::string_view value) {
  route.upstream.ca_file = value;
  return value.empty() ? "a file name is missing" : "";
}

template <std::vector<std::string> GateText::* rules>
std::string add_rule(Route& route, std::string_view value) {
  GateText alone;
  (alone.*rules).emplace_back(value);
  if (const auto gate = GateRules::make(alone); !gate) return gate.error().message;
  (route.gate_text.*rules).emplace_back(value);
  return {};
}

struct Word {
  std::string_view name;
  std::string (*set)(Route&, std::string_view);
};
constexpr std::array words{Word{"mode", set_mode},         Word{"http", set_http},
                           Word{"host", set_host},         Word{"forwarded", set_forwarded},
                           Word{"insecure", set_insecure}, Word{"ca", set_ca},
                           Word{"via", set_via},           Word{"fault", add_fault},
                           Word{"allow", add_allow},       Word{"deny", add_deny},
                           Word{"basic", add_basic},       Word{"bearer", add_bearer},
                           Word{"origin", add_origin},     Word{"rewrite-file", add_rewrite_file}};

constexpr std::string_view token_scheme = "tokens:";

std::optional<Diagnostic> set_tokens(Route& route, std::string_view text) {
  const std::string path(text.substr(token_scheme.size()));
  auto tokens = TokenFile::open(path);
  if (!tokens) return tokens.error();
  route.upstream.tokens = std::move(*tokens);
  route.upstream.url = {.scheme = "tokens", .host = path};
  return {};
}

struct Part {
  std::string_view text;
  std::size_t offset;
};

std::vector<Part> split_at_blanks(std::string_view text) {
  std::vector<Part> parts;
  for (std::size_t at = text.find_first_not_of(' '); at != std::string_view::npos;
       at = text.find_first_not_of(' ', at)) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    parts.push_back({text.substr(at, end - at), at});
    at = end;
  }
  return parts;
}

std::optional<Diagnostic> read_pattern(const diag::Source& source, const Part& part, Route& route) {
  const auto slash = part.text.find('/');
  if (slash == std::string_view::npos) {
    return source.at(part.offset, part.text.size(), "a route needs a path",
                     "write /PATH=URL, or HOST/PATH=URL");
  }
  if (const auto odd = part.text.find_first_of("?#%\\"); odd != std::string_view::npos) {
    return source.at(part.offset + odd, 1, "the path of a route holds no query, fragment or escape");
  }
  route.host = part.text.substr(0, slash);
  std::ranges::transform(route.host, route.host.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  route.path = part.text.substr(slash);
  return {};
}

std::optional<Diagnostic> read_url(const diag::Source& source, const Part& part, Route& route) {
  if (part.text.starts_with(token_scheme)) return set_tokens(route, part.text);
  const auto url = read_target(std::string(part.text));
  if (!url) return source.at(part.offset, std::max<std::size_t>(1, part.text.size()), url.error());
  route.upstream.url = *url;
  if (url->path_given && route.path.ends_with('/') != url->target.ends_with('/')) {
    return source.at(part.offset, part.text.size(),
                     "a path that stands for all below it is replaced by one that does, too",
                     "end both paths with '/', or neither");
  }
  return {};
}

std::optional<Diagnostic> read_word(const diag::Source& source, const Part& part, Route& route) {
  const auto equals = part.text.find('=');
  const std::string_view name = part.text.substr(0, equals);
  const auto word = std::ranges::find(words, name, &Word::name);
  if (word == words.end()) {
    std::vector<std::string_view> names;
    for (const Word& known : words) names.push_back(known.name);
    return source.at(part.offset, name.size(), "unknown word '" + std::string(name) + "' in a route",
                     diag::did_you_mean(name, names));
  }
  if (equals == std::string_view::npos) {
    return source.at(part.offset, name.size(), "'" + std::string(name) + "' needs a value");
  }
  const std::string problem = word->set(route, part.text.substr(equals + 1));
  if (problem.empty()) return {};
  return source.at(part.offset + equals + 1, std::max<std::size_t>(1, part.text.size() - equals - 1),
                   problem);
}

}  // namespace

std::string set_mode(Route& route, std::string_view value) {
  return choose<Mode>(value, std::array<std::string_view, 2>{"tunnel", "inspect"},
                      {Mode::tunnel, Mode::inspect}, route.mode);
}

std::string set_http(Route& route, std::string_view value) {
  return choose<HttpPolicy>(value, std::array<std::string_view, 2>{"forward", "refuse"},
                            {HttpPolicy::forward, HttpPolicy::refuse}, route.http);
}

std::string set_host(Route& route, std::string_view value) {
  return choose<bool>(value, std::array<std::string_view, 2>{"keep", "rewrite"}, {true, false},
                      route.keep_host);
}

std::string set_forwarded(Route& route, std::string_view value) {
  return choose<Forwarded>(value, std::array<std::string_view, 3>{"off", "append", "replace"},
                           {Forwarded::off, Forwarded::append, Forwarded::replace}, route.forwarded);
}

std::string set_via(Route& route, std::string_view value) {
  auto via = net::parse_via(value);
  if (!via) return via.error();
  if (via->credentials) {  // expanded behind the reading: a secret may hold '@' and ':'
    for (std::string* secret : {&via->credentials->user, &via->credentials->password}) {
      const auto expanded = cli::expand_secrets(*secret);
      if (!expanded) return expanded.error().message;
      *secret = *expanded;
    }
  }
  route.upstream.via = std::move(*via);
  return {};
}

std::string add_fault(Route& route, std::string_view value) {
  auto fault = parse_fault(value);
  if (!fault) return fault.error().message;
  route.faults.push_back(std::move(*fault));
  return {};
}

std::string add_rewrite(Route& route, std::string_view value) {
  const auto alone = parse_rewriting({std::string(value)});
  if (!alone) return alone.error().message;
  route.rewrite_rules.emplace_back(value);
  return {};
}

std::string add_rewrite_file(Route& route, std::string_view path) {
  const auto text = cli::read_text_file(std::string(path));
  if (!text) return text.error().message;
  std::istringstream lines(*text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    if (line.find_first_not_of(" \t\r") == std::string::npos || line.starts_with('#')) continue;
    const std::string problem = add_rewrite(route, line);
    if (!problem.empty()) return std::string(path) + ":" + std::to_string(number) + ": " + problem;
  }
  return {};
}

std::string add_allow(Route& route, std::string_view value) {
  return add_rule<&GateText::allow>(route, value);
}
std::string add_deny(Route& route, std::string_view value) { return add_rule<&GateText::deny>(route, value); }
std::string add_basic(Route& route, std::string_view value) {
  return add_rule<&GateText::basic>(route, value);
}
std::string add_bearer(Route& route, std::string_view value) {
  return add_rule<&GateText::bearer>(route, value);
}
std::string add_origin(Route& route, std::string_view value) {
  return add_rule<&GateText::origins>(route, value);
}

std::optional<diag::Diagnostic> set_target(Route& route, std::string_view text) {
  if (text.starts_with(token_scheme)) return set_tokens(route, text);
  const auto url = read_target(std::string(text));
  if (!url) return diag::Diagnostic{.message = url.error()};
  route.upstream.url = *url;
  return {};
}

boost::system::result<net::Url, std::string> read_target(const std::string& text) {
  if (text.starts_with("unix:")) {
    const net::Url url{.scheme = "unix", .host = text.substr(5)};
    net::SocketAddress address;
    const bool is_path = url.host.starts_with('/') && net::parse_address(url.host, 0, address);
    if (!is_path)
      return {boost::system::in_place_error, "unix: needs an absolute path of at most 107 octets"};
    return url;
  }
  return net::parse_url(text.find("://") == std::string::npos ? "tcp://" + text : text);
}

diag::Result<Route> read_route(const std::string& name, const std::string& text, const Route& defaults) {
  const diag::Source source(name, text);
  const std::vector<Part> parts = split_at_blanks(source.text());
  if (parts.empty()) return source.at(0, 1, "an empty route", "write /PATH=URL");
  const Part& first = parts.front();
  const auto equals = first.text.find('=');
  if (equals == std::string_view::npos) {
    return source.at(first.offset, first.text.size(), "no URL in the route", "write /PATH=URL");
  }
  Route route = defaults;
  auto mistake = read_pattern(source, {first.text.substr(0, equals), first.offset}, route);
  if (!mistake) {
    mistake = read_url(source, {first.text.substr(equals + 1), first.offset + equals + 1}, route);
  }
  for (std::size_t i = 1; i < parts.size() && !mistake; ++i) mistake = read_word(source, parts[i], route);
  if (mistake) return *mistake;
  return route;
}

}  // namespace wsrig::proxy
