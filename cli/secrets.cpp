#include <fmt/format.h>

#include "cli/options.hpp"
#include "cli/text_file.hpp"

namespace wsrig::cli {

namespace {

using diag::Result;

diag::Diagnostic mistake(std::string message, std::string hint = {}) {
  return {.message = std::move(message), .hint = std::move(hint)};
}

Result<std::string> from_environment(const std::string& name) {
  if (auto value = process_environment(name)) return *std::move(value);
  return mistake(fmt::format("the environment variable {} is not set", name));
}

/// A secret's file usually ends with a line end that is no part of it.
Result<std::string> from_file(const std::string& path) {
  auto secret = read_text_file(path);
  if (!secret) return secret.error();
  if (secret->ends_with('\n')) secret->pop_back();
  if (secret->ends_with('\r')) secret->pop_back();
  return secret;
}

/// What stands between `${` and `}`.
Result<std::string> resolve(std::string_view reference) {
  const std::size_t colon = reference.find(':');
  const std::string_view kind = reference.substr(0, colon);
  if (colon != std::string_view::npos) {
    const std::string name{reference.substr(colon + 1)};
    if (kind == "env") return from_environment(name);
    if (kind == "file") return from_file(name);
  }
  return mistake(fmt::format("'${{{}}}' is not known here", reference), "use ${env:NAME} or ${file:PATH}");
}

}  // namespace

bool is_secret(std::string_view name) { return name.starts_with("env:") || name.starts_with("file:"); }

Result<std::string> expand_secrets(std::string_view text) {
  std::string out;
  for (std::size_t begin = 0; (begin = text.find("${")) != std::string_view::npos;) {
    const std::size_t end = text.find('}', begin);
    if (end == std::string_view::npos)
      return mistake(fmt::format("'{}' has no closing brace", text.substr(begin)));
    auto value = resolve(text.substr(begin + 2, end - begin - 2));
    if (!value) return value.error();
    out.append(text.substr(0, begin)).append(*value);
    text.remove_prefix(end + 1);
  }
  return out.append(text);
}

}  // namespace wsrig::cli
