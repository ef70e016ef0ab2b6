#include "proxy/token_file.hpp"

#include <sys/stat.h>

#include "cli/text_file.hpp"
#include "proxy/route_text.hpp"

namespace wsrig::proxy {

namespace {

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// RFC 3986 §2.3: nothing that would have to be encoded in a query.
bool is_name(std::string_view text) {
  constexpr std::string_view allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

std::string_view token_in(std::string_view query) {
  constexpr std::string_view key = "token=";
  while (!query.empty()) {
    query.remove_prefix(1);  // '?' or '&'
    const std::string_view part = query.substr(0, query.find('&'));
    if (part.starts_with(key)) return part.substr(key.size());
    query.remove_prefix(part.size());
  }
  return {};
}

}  // namespace

TokenFile::Stamp TokenFile::stamp_of(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return {};
  return {status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ino, status.st_size};
}

diag::Result<TokenFile::Targets> TokenFile::read(const std::string& path) {
  const auto text = cli::read_text_file(path);
  if (!text) return text.error();
  const diag::Source source(path, *text);
  Targets targets;
  const std::size_t lines = source.position(text->size()).line;
  for (std::size_t number = 1; number <= lines; ++number) {
    const std::string_view line = trim(source.line(number).substr(0, source.line(number).find('#')));
    if (line.empty()) continue;
    const auto colon = std::min(line.find(':'), line.size());
    const std::string_view name = trim(line.substr(0, colon));
    if (colon == line.size() || !is_name(name)) {
      return source.at_line(number, 1, line.size(), "a line is 'name: host:port', with letters and digits");
    }
    const auto url = read_target(std::string(trim(line.substr(colon + 1))));
    if (!url) return source.at_line(number, 1, line.size(), url.error());
    if (url->scheme != "tcp" && url->scheme != "unix") {
      return source.at_line(number, 1, line.size(), "a target is host:port or unix:/path");
    }
    if (!targets.emplace(name, *url).second) {
      return source.at_line(number, 1, line.size(), "the name '" + std::string(name) + "' stands twice");
    }
  }
  return targets;
}

diag::Result<std::shared_ptr<TokenFile>> TokenFile::open(const std::string& path) {
  std::shared_ptr<TokenFile> file(new TokenFile(path));
  file->stamp_ = stamp_of(path);
  auto targets = read(path);
  if (!targets) return targets.error();
  file->targets_ = std::move(*targets);
  return file;
}

std::optional<net::Url> TokenFile::find(std::string_view query) {
  if (const Stamp now = stamp_of(path_); now != stamp_) {
    stamp_ = now;
    auto targets = read(path_);
    targets_ = targets ? std::move(*targets) : Targets();
  }
  const auto found = targets_.find(token_in(query));
  return found == targets_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace wsrig::proxy
