#include "loadgen/connection_values.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace wsrig::loadgen {

namespace {

/// What cannot stand in a request target at all (RFC 3986 §2) is encoded; what has a meaning there keeps it,
/// so that a row may hold a path, a query, or what is encoded already.
std::string percent_encoded(std::string_view text) {
  constexpr std::string_view never = "\"#<>\\^`{|}";
  std::string out;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    const bool may_stand = octet > ' ' && octet < 0x7f && never.find(c) == std::string_view::npos;
    out += may_stand ? std::string(1, c) : fmt::format("%{:02X}", octet);
  }
  return out;
}

/// RFC 9110 §5.5: CR, LF and NUL never stand in a field's value.
std::string one_line(std::string text) {
  std::ranges::replace_if(text, [](char c) { return c == '\r' || c == '\n' || c == '\0'; }, ' ');
  return text;
}

}  // namespace

std::optional<std::string> connection_value(const Config& config, std::uint32_t number,
                                            std::string_view name) {
  constexpr std::string_view row_prefix = "row.";
  if (name == "connection") return std::to_string(number);
  if (!name.starts_with(row_prefix)) return std::nullopt;
  const auto& data = config.data;
  const auto column = data ? data->column(name.substr(row_prefix.size())) : std::nullopt;
  if (!column) return std::nullopt;
  return data->field(number % data->row_count(), *column);
}

std::optional<net::SocketAddress> source_of(const Target& target, std::uint32_t number) {
  if (target.sources.empty()) return std::nullopt;
  return target.sources[number % target.sources.size()];
}

Link::Request request_of(const Target& target, std::uint32_t number, const ws::Scope& values) {
  Link::Request request{.target = percent_encoded(ws::evaluate(target.path, values).value()),
                        .source = source_of(target, number)};
  for (const auto& [name, value] : target.headers)
    request.headers.emplace_back(name, one_line(ws::evaluate(value, values).value()));
  return request;
}

}  // namespace wsrig::loadgen
