#include "cli/repeated_key.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

namespace wsrig::cli {

namespace {

/// The keys of an object that is open, with their offsets; of an array, none.
using Keys = std::map<std::string, std::size_t>;

/// The octet behind the string at `begin`.
std::size_t string_end(std::string_view text, std::size_t begin) {
  std::size_t at = begin + 1;
  while (at < text.size() && text[at] != '"') at += text[at] == '\\' ? 2u : 1u;
  return std::min(at + 1, text.size());
}

bool is_key(std::string_view text, std::size_t end) {
  const std::size_t next = text.find_first_not_of(" \t\r\n", end);
  return next != std::string_view::npos && text[next] == ':';
}

/// Two ways to write a string are the same key (RFC 8259 §8.3).
std::string unescape(std::string_view string) {
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse({string.data(), string.size()}, error);
  return error || !value.is_string() ? std::string(string) : std::string(value.get_string());
}

}  // namespace

std::optional<diag::Diagnostic> find_repeated_key(const diag::Source& json) {
  const std::string_view text = json.text();
  std::vector<Keys> open;
  std::size_t at = 0;
  while ((at = text.find_first_of("{}[]\"", at)) != std::string_view::npos) {
    const std::size_t end = text[at] == '"' ? string_end(text, at) : at + 1;
    if (text[at] == '{' || text[at] == '[') {
      open.emplace_back();
    } else if (text[at] == '"' && !open.empty() && is_key(text, end)) {
      const auto [same, is_new] = open.back().emplace(unescape(text.substr(at, end - at)), at);
      if (!is_new) {
        return json.at(at, end - at,
                       fmt::format("the key '{}' stands twice; it is already in line {}", same->first,
                                   json.position(same->second).line));
      }
    } else if (text[at] != '"' && !open.empty()) {
      open.pop_back();
    }
    at = end;
  }
  return std::nullopt;
}

}  // namespace wsrig::cli
