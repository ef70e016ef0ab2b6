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
#include "proxy/web_folder.hpp"

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

std::string one_line(const Diagnostic& mistake) {
  return mistake.hint.empty() ? mistake.message : mistake.message + "; " + mistake.hint;
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

std::string set_route_folder(Route& route, std::string_view path) {
  std::string problem = set_web(route, path);
  route.web_from_root = false;
  return problem;
}

struct Word {
  std::string_view name;
  std::string (*set)(Route&, std::string_view);
  bool repeatable = false;
};
constexpr std::array words{Word{"mode", set_mode},
                           Word{"http", set_http},
                           Word{"web", set_route_folder},
                           Word{"host", set_host},
                           Word{"forwarded", set_forwarded},
                           Word{"via", set_via},
                           Word{"ca", set_ca},
                           Word{"insecure", set_insecure},
                           Word{"allow", add_allow, true},
                           Word{"deny", add_deny, true},
                           Word{"origin", add_origin, true},
                           Word{"basic", add_basic, true},
                           Word{"bearer", add_bearer, true},
                           Word{"fault", add_fault, true},
                           Word{"rewrite", add_rewrite, true},
                           Word{"rewrite-file", add_rewrite_file, true}};

const Word* find_word(std::string_view name) {
  const auto found = std::ranges::find(words, name, &Word::name);
  return found == words.end() ? nullptr : &*found;
}

constexpr std::string_view token_scheme = "tokens:";
constexpr std::string_view folder_scheme = "web:";
constexpr std::string_view target_name = "target";

std::optional<Diagnostic> set_tokens(Route& route, std::string_view text) {
  const std::string path(text.substr(token_scheme.size()));
  auto tokens = TokenFile::open(path);
  if (!tokens) return tokens.error();
  route.upstream.tokens = std::move(*tokens);
  route.upstream.url = {.scheme = "tokens", .host = path};
  return {};
}

std::optional<Diagnostic> set_folder_target(Route& route, std::string_view text) {
  const std::string path(text.substr(folder_scheme.size()));
  if (const std::string problem = set_route_folder(route, path); !problem.empty()) {
    return Diagnostic{.message = problem};
  }
  route.upstream.url = {.scheme = "web", .host = path};
  return {};
}

/// Reads a route, or a part of one, out of a text that its mistakes point into.
class RouteReader {
 public:
  RouteReader(const cli::Written& written, Route& route)
      : written_(written), own_source_("--route", written.text), route_(route) {}

  std::optional<Diagnostic> read() {
    const std::vector<Part> parts = split_at_blanks(written_.text);
    if (parts.empty()) return at({"", 0}, "an empty route", "write /PATH=URL");
    const Part& first = parts.front();
    const auto equals = first.text.find('=');
    if (equals == std::string_view::npos) return at(first, "no URL in the route", "write /PATH=URL");
    auto mistake = read_pattern({first.text.substr(0, equals), first.offset});
    if (!mistake) mistake = read_url({first.text.substr(equals + 1), first.offset + equals + 1});
    for (std::size_t i = 1; i < parts.size() && !mistake; ++i) mistake = read_word(parts[i]);
    return mistake;
  }

  /// `[HOST]/PATH` alone.
  std::optional<Diagnostic> read_pattern() { return read_pattern({written_.text, 0}); }
  /// A target alone.
  std::optional<Diagnostic> read_url() { return read_url({written_.text, 0}); }

 private:
  struct Part {
    std::string_view text;
    std::size_t offset;
  };

  static std::vector<Part> split_at_blanks(std::string_view text) {
    std::vector<Part> parts;
    for (std::size_t at = text.find_first_not_of(" \t"); at != std::string_view::npos;
         at = text.find_first_not_of(" \t", at)) {
      const std::size_t end = std::min(text.find_first_of(" \t", at), text.size());
      parts.push_back({text.substr(at, end - at), at});
      at = end;
    }
    return parts;
  }

  Diagnostic at(const Part& part, std::string message, std::string hint = {}) const {
    const diag::Source& source = written_.file ? *written_.file : own_source_;
    return source.at(written_.offset + part.offset, std::max<std::size_t>(1, part.text.size()),
                     std::move(message), std::move(hint));
  }

  std::optional<Diagnostic> read_pattern(const Part& part) {
    const auto slash = part.text.find('/');
    if (slash == std::string_view::npos) {
      return at(part, "a route needs a path", "write /PATH, or HOST/PATH");
    }
    if (const auto odd = part.text.find_first_of("?#%\\ "); odd != std::string_view::npos) {
      return at({part.text.substr(odd, 1), part.offset + odd},
                "the path of a route holds no query, fragment, escape or blank");
    }
    route_.host = part.text.substr(0, slash);
    std::ranges::transform(route_.host, route_.host.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    route_.path = part.text.substr(slash);
    return {};
  }

  std::optional<Diagnostic> read_url(const Part& part) {
    if (auto mistake = set_target(route_, part.text)) {
      if (!mistake->file.empty()) return mistake;  // it is in the file of tokens
      return at(part, std::move(mistake->message));
    }
    const net::Url& url = route_.upstream.url;
    if (url.path_given && route_.path.ends_with('/') != url.target.ends_with('/')) {
      return at(part, "a path that stands for all below it is replaced by one that does, too",
                "end both paths with '/', or neither");
    }
    return {};
  }

  std::optional<Diagnostic> read_word(const Part& part) {
    const auto equals = part.text.find('=');
    const std::string_view name = part.text.substr(0, equals);
    const Word* const word = find_word(name);
    if (word == nullptr) {
      std::vector<std::string_view> names;
      for (const Word& known : words) names.push_back(known.name);
      return at({name, part.offset}, "unknown word '" + std::string(name) + "' in a route",
                diag::did_you_mean(name, names));
    }
    if (equals == std::string_view::npos) {
      return at({name, part.offset}, "'" + std::string(name) + "' needs a value");
    }
    const std::string problem = word->set(route_, part.text.substr(equals + 1));
    if (problem.empty()) return {};
    return at({part.text.substr(equals + 1), part.offset + equals + 1}, problem);
  }

  const cli::Written& written_;
  diag::Source own_source_;  ///< of a route that stands in no file
  Route& route_;
};

std::optional<Diagnostic> read_setting(const cli::Setting& setting, Route& route) {
  if (setting.name == target_name) return RouteReader(setting.value, route).read_url();
  const std::string problem = find_word(setting.name)->set(route, setting.value.text);
  if (problem.empty()) return {};
  return setting.value.place({.message = problem});
}

}  // namespace

std::string set_mode(Route& route, std::string_view value) {
  return choose<Mode>(value, std::array<std::string_view, 2>{"tunnel", "inspect"},
                      {Mode::tunnel, Mode::inspect}, route.mode);
}

std::string set_http(Route& route, std::string_view value) {
  return choose<HttpPolicy>(value, std::array<std::string_view, 3>{"forward", "web", "refuse"},
                            {HttpPolicy::forward, HttpPolicy::web, HttpPolicy::refuse}, route.http);
}

std::string set_web(Route& route, std::string_view path) {
  auto folder = WebFolder::open(std::string(path));
  if (!folder) return folder.error();
  route.web = std::move(*folder);
  route.web_from_root = true;
  route.http = HttpPolicy::web;
  return {};
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
  if (!fault) return one_line(fault.error());
  route.faults.push_back(std::move(*fault));
  return {};
}

std::string add_rewrite(Route& route, std::string_view value) {
  const auto alone = parse_rewriting({std::string(value)});
  if (!alone) return one_line(alone.error());
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

std::optional<Diagnostic> set_target(Route& route, std::string_view text) {
  if (text.starts_with(token_scheme)) return set_tokens(route, text);
  if (text.starts_with(folder_scheme)) return set_folder_target(route, text);
  const auto url = read_target(std::string(text));
  if (!url) return Diagnostic{.message = url.error()};
  route.upstream.url = *url;
  return {};
}

boost::system::result<net::Url, std::string> read_target(const std::string& text) {
  if (text.starts_with("unix:")) {
    net::Url url{.scheme = "unix", .host = text.substr(5)};
    net::SocketAddress address;
    const bool is_path = url.host.starts_with('/') && net::parse_address(url.host, 0, address);
    if (!is_path)
      return {boost::system::in_place_error, "unix: needs an absolute path of at most 107 octets"};
    return url;
  }
  return net::parse_url(text.find("://") == std::string::npos ? "tcp://" + text : text);
}

std::vector<cli::Option> route_settings() {
  std::vector<cli::Option> settings{{.name = std::string(target_name), .value = "URL"}};
  for (const Word& word : words) {
    const bool is_flag = word.set == set_insecure;
    settings.push_back(
        {.name = std::string(word.name), .value = is_flag ? "" : "VALUE", .repeatable = word.repeatable});
  }
  return settings;
}

diag::Result<Route> read_route(const cli::Written& written, const Route& defaults) {
  Route route = defaults;
  if (auto mistake = RouteReader(written, route).read()) return *std::move(mistake);
  return route;
}

diag::Result<Route> read_route(const cli::Section& section, const Route& defaults) {
  Route route = defaults;
  if (auto mistake = RouteReader(section.title, route).read_pattern()) return *std::move(mistake);
  for (const cli::Setting& setting : section.settings) {
    if (auto mistake = read_setting(setting, route)) return *std::move(mistake);
  }
  const auto gives = [&](std::string_view name) {
    return std::ranges::find(section.settings, name, &cli::Setting::name) != section.settings.end();
  };
  if (gives(target_name)) return route;
  if (!gives("web")) {
    return section.title.place({.message = "the route has no target", .hint = "write target = URL below it"});
  }
  route.upstream.url = {.scheme = "web", .host = {}};
  return route;
}

}  // namespace wsrig::proxy
