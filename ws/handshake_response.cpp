#include <algorithm>
#include <fmt/format.h>

#include "ws/handshake.hpp"
#include "ws/handshake_judge.hpp"

namespace wsrig::ws {
namespace {

/// Client side, RFC 6455 §4.1: one function for each numbered item.
class ResponseJudge : HeadJudge {
 public:
  ResponseJudge(const HttpHead& response, const ClientRequest& request, ResponseVerdict& verdict)
      : HeadJudge(response, verdict.findings), request_(request), agreement_(verdict.agreement) {}

  void check() {
    for (const HeadAnomaly anomaly : head_.anomalies()) add(anomaly);
    check_version();
    check_status();
    // Item 1: with another status it is an ordinary HTTP response, and the rest does not apply.
    if (head_.status() != 101) return;
    check_upgrade();
    check_connection();
    check_accept();
    check_extensions();
    check_subprotocol();
  }

 private:
  void check_version() {
    const int version = head_.version_number();
    if (version == 0 || (version >= 11 && version < 20)) return;  // 0: the start line's anomaly says it
    add("http-version", section_client,
        fmt::format("the response is {}, not HTTP/1.1", shown(head_.version())));
  }

  void check_status() {
    if (head_.status() == 101) return;
    add("status-not-101", section_client,
        fmt::format("the first line is {}, not 101", shown(head_.start_line())));
  }

  void check_upgrade() {
    const std::string value = head_.joined("Upgrade");
    const std::vector<std::string_view> elements = split_list(value);
    const bool only_websocket = std::ranges::all_of(
        elements, [](std::string_view element) { return equal_ignoring_case(element, "websocket"); });
    if (elements.empty()) {
      add("upgrade-missing", section_client, "no Upgrade header");
    } else if (!only_websocket) {
      add("upgrade-wrong", section_client, fmt::format("Upgrade is {}, not websocket", shown(value)));
    }
  }

  void check_connection() {
    const std::string value = head_.joined("Connection");
    if (list_has_token(value, "upgrade")) return;
    add("connection-wrong", section_client, fmt::format("Connection is {}, without Upgrade", shown(value)));
  }

  void check_accept() {
    constexpr std::string_view name = "Sec-WebSocket-Accept";
    const std::vector<std::string_view> values = head_.all(name);
    if (values.empty()) return add("accept-missing", section_client, "no Sec-WebSocket-Accept header");
    if (values.size() > 1)
      add("accept-repeated", "RFC 6455 §11.3.3", "more than one Sec-WebSocket-Accept header");
    const std::string expected = accept_for(request_.key);
    if (values.front() == expected) return;
    add("accept-wrong", section_client,
        fmt::format("{} is {}, not '{}'", name, shown(values.front()), expected));
  }

  void check_subprotocol() {
    const std::vector<std::string_view> values = head_.all("Sec-WebSocket-Protocol");
    if (values.empty()) return;
    if (values.size() > 1) {
      add("subprotocol-repeated", "RFC 6455 §11.3.4", "more than one Sec-WebSocket-Protocol header");
    }
    const std::string_view chosen = values.front();
    if (chosen.empty())
      return add("subprotocol-empty", section_sending, "the Sec-WebSocket-Protocol header is empty");
    if (std::ranges::find(request_.subprotocols, chosen) == request_.subprotocols.end()) {
      return add("subprotocol-not-offered", section_client,
                 fmt::format("subprotocol {} was not offered", shown(chosen)));
    }
    agreement_.subprotocol = chosen;
  }

  void check_extensions() {
    const std::size_t count = head_.count("Sec-WebSocket-Extensions");
    if (count == 0) return;
    if (count > 1) {
      add("extensions-repeated", "RFC 6455 §11.3.2", "more than one Sec-WebSocket-Extensions header");
    }
    std::string error;
    const auto used = parse_extensions(head_.joined("Sec-WebSocket-Extensions"), error);
    if (!used) return add("extensions-malformed", "RFC 6455 §9.1", "Sec-WebSocket-Extensions: " + error);
    const auto offers = parse_extensions(request_.extensions, error).value_or(std::vector<ExtensionOffer>{});
    for (const ExtensionOffer& extension : *used) check_extension(extension, offers);
  }

  void check_extension(const ExtensionOffer& extension, const std::vector<ExtensionOffer>& offers) {
    const bool offered = std::ranges::any_of(
        offers, [&](const ExtensionOffer& offer) { return offer.name == extension.name; });
    if (!offered) {
      return add("extension-not-offered", section_client,
                 fmt::format("extension {} was not offered", shown(extension.name)));
    }
    if (extension.name == deflate_extension) check_deflate(extension, offers);
  }

  void check_deflate(const ExtensionOffer& extension, const std::vector<ExtensionOffer>& offers) {
    if (agreement_.deflate) {
      return add("extension-twice", "RFC 7692 §5.1", "permessage-deflate is accepted more than once");
    }
    DeflateMistake mistake;
    for (const ExtensionOffer& offer : offers) {
      if (offer.name == deflate_extension) agreement_.deflate = accept_deflate(extension, offer, mistake);
      if (agreement_.deflate) return;
    }
    add("deflate-parameters", mistake.section,
        fmt::format("{}: {}", print_extensions({extension}), mistake.text));
  }

  const ClientRequest& request_;
  Agreement& agreement_;
};

}  // namespace

ResponseVerdict verify_response(const HttpHead& response, const ClientRequest& request) {
  ResponseVerdict verdict;
  ResponseJudge(response, request, verdict).check();
  return verdict;
}

}  // namespace wsrig::ws
