#include "proxy/forwarding.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "ws/handshake.hpp"

namespace wsrig::proxy {

namespace {

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
  return std::ranges::any_of(names,
                             [&](std::string_view other) { return ws::equal_ignoring_case(name, other); });
}

// RFC 9110 §7.6.1, and what old agents use in their place.
bool is_hop_by_hop(std::string_view name) {
  static constexpr std::array<std::string_view, 5> names{"Keep-Alive", "Proxy-Connection",
                                                         "Proxy-Authorization", "Proxy-Authenticate", "TE"};
  return is_one_of(name, names);
}

// A peer cannot take these away by nominating them in Connection: the request would mean something else
// behind us (RFC 9110 §7.6.1: they are intended for all recipients).
bool is_for_all_recipients(std::string_view name) {
  static constexpr std::array<std::string_view, 3> names{"Host", "Content-Length", "Transfer-Encoding"};
  return is_one_of(name, names) || ws::equal_ignoring_case(name.substr(0, 14), "Sec-WebSocket-");
}

/// The fields that go on, with Connection saying `connection` in place of what it said; none when that is
/// empty.
Fields end_to_end(const ws::HttpHead& head, std::string_view connection) {
  const std::string nominated = head.joined("Connection");
  const bool upgrades = ws::list_has_token(connection, "Upgrade");
  Fields fields;
  bool has_connection = false;
  for (const ws::HttpField& field : head.fields()) {
    if (ws::equal_ignoring_case(field.name, "Connection")) {
      if (!connection.empty() && !std::exchange(has_connection, true))
        fields.emplace_back(field.name, connection);
    } else if (ws::equal_ignoring_case(field.name, "Upgrade")) {
      if (upgrades) fields.emplace_back(field.name, field.value);
    } else if (!is_hop_by_hop(field.name) &&
               (is_for_all_recipients(field.name) || !ws::list_has_token(nominated, field.name))) {
      fields.emplace_back(field.name, field.value);
    }
  }
  if (!connection.empty() && !has_connection) fields.emplace_back("Connection", connection);
  return fields;
}

void remove_field(Fields& fields, std::string_view name) {
  std::erase_if(fields, [&](const auto& field) { return ws::equal_ignoring_case(field.first, name); });
}

/// Frame by frame only extensions can pass that this proxy knows: another one would change what frames mean.
void keep_known_extensions(Fields& fields, const ws::HttpHead& request) {
  std::string error;
  auto offers = ws::parse_extensions(request.joined("Sec-WebSocket-Extensions"), error);
  if (!offers) return;
  const auto is_unknown = [](const ws::ExtensionOffer& offer) { return offer.name != ws::deflate_extension; };
  if (std::erase_if(*offers, is_unknown) == 0) return;
  remove_field(fields, "Sec-WebSocket-Extensions");
  if (!offers->empty()) fields.emplace_back("Sec-WebSocket-Extensions", ws::print_extensions(*offers));
}

void rewrite_host(Fields& fields, const net::Url& upstream) {
  for (auto& [name, value] : fields) {
    if (ws::equal_ignoring_case(name, "Host")) value = upstream.authority();
  }
}

void add_forwarded(Fields& fields, const ws::HttpHead& request, Forwarded policy, const ClientFacts& client) {
  std::string addresses = policy == Forwarded::append ? request.joined("X-Forwarded-For") : "";
  addresses += (addresses.empty() ? "" : ", ") + client.address;
  const auto keeps = [&](std::string_view name) {
    return policy == Forwarded::append && request.count(name) > 0;
  };
  remove_field(fields, "X-Forwarded-For");
  fields.emplace_back("X-Forwarded-For", addresses);
  if (!keeps("X-Forwarded-Proto")) {
    remove_field(fields, "X-Forwarded-Proto");
    fields.emplace_back("X-Forwarded-Proto", client.is_tls ? "https" : "http");
  }
  if (!keeps("X-Forwarded-Host")) {
    remove_field(fields, "X-Forwarded-Host");
    fields.emplace_back("X-Forwarded-Host", request.joined("Host"));
  }
}

std::string print(std::string_view start_line, const Fields& fields) {
  std::string text(start_line);
  text += "\r\n";
  for (const auto& [name, value] : fields) text.append(name).append(": ").append(value).append("\r\n");
  return text += "\r\n";
}

}  // namespace

std::string forward_request(const ws::HttpHead& request, std::string_view target, Purpose purpose,
                            const Route& route, const ClientFacts& client) {
  Fields fields = end_to_end(request, purpose == Purpose::websocket ? "Upgrade" : "close");
  if (route.mode == Mode::inspect) keep_known_extensions(fields, request);
  if (!route.keep_host) rewrite_host(fields, route.upstream.url);
  if (route.forwarded != Forwarded::off) add_forwarded(fields, request, route.forwarded, client);
  for (const auto& edit : route.head_edits[Direction::to_upstream]) edit->edit(fields);
  // To a client of HTTP/1.0 the answer must not be chunked (RFC 9112 §6.1): so the upstream is told.
  const std::string_view version = request.version_number() == 10 ? " HTTP/1.0" : " HTTP/1.1";
  return print(std::string(request.method()).append(" ").append(target).append(version), fields);
}

std::string forward_response(const ws::HttpHead& response, const Route& route) {
  const bool is_switch = response.status() == 101;
  // RFC 9110 §7.8: a 426 says in Upgrade what it wants.
  const bool names_upgrade = is_switch || response.status() == 426;
  Fields fields = end_to_end(response, is_switch               ? "Upgrade"
                                       : names_upgrade         ? "Upgrade, close"
                                       : response.is_interim() ? ""
                                                               : "close");
  for (const auto& edit : route.head_edits[Direction::to_downstream]) edit->edit(fields);
  return print(response.start_line(), fields);
}

}  // namespace wsrig::proxy
