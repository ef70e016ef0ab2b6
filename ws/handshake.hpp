#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ws/bytes.hpp"
#include "ws/deflate.hpp"
#include "ws/http_head.hpp"

namespace wsrig::ws {

/// One extension with its parameters, in order (RFC 6455 §9.1). A value that was quoted is unquoted.
struct ExtensionOffer {
  std::string name;
  struct Parameter {
    std::string name;
    std::optional<std::string> value;
    friend bool operator==(const Parameter&, const Parameter&) = default;
  };
  std::vector<Parameter> parameters;
  friend bool operator==(const ExtensionOffer&, const ExtensionOffer&) = default;
};
/// Reads a Sec-WebSocket-Extensions value by the ABNF of RFC 6455 §9.1; empty with `error` set if it breaks
/// it.
std::optional<std::vector<ExtensionOffer>> parse_extensions(std::string_view value, std::string& error);
std::string print_extensions(const std::vector<ExtensionOffer>& extensions);

/// base64 of 16 octets that the caller drew at random (RFC 6455 §4.1).
std::string make_key(const std::array<std::uint8_t, 16>& nonce);
/// base64(SHA-1(key + GUID)), the key as it was sent (RFC 6455 §4.2.2).
std::string accept_for(std::string_view key);

/// One thing wrong with a handshake.
struct HandshakeFinding {
  std::string_view id;       ///< slug: "key-missing", "accept-wrong"
  std::string_view section;  ///< "RFC 6455 §4.2.1"
  std::string message;       ///< one line, with the offending value escaped
  int status = 400;          ///< what a server answers
};

// ---- client ----

/// What a client asks for. Order of `headers` is kept; they come behind the standard ones.
struct ClientRequest {
  std::string target = "/";
  std::string host = {};  ///< with the port when it is not the default
  std::string key = {};   ///< from make_key
  std::vector<std::string> subprotocols = {};
  std::string extensions = {};  ///< the header's value; empty: no header
  std::vector<std::pair<std::string, std::string>> headers = {};
};
std::string build_request(const ClientRequest& request);

/// What was agreed; meaningful when there are no findings.
struct Agreement {
  std::string subprotocol;               ///< empty: none
  std::optional<DeflateParams> deflate;  ///< empty: no compression
};

struct ResponseVerdict {
  std::vector<HandshakeFinding> findings;  ///< all of them, RFC 6455 §4.1
  Agreement agreement;
};
/// Client side of RFC 6455 §4.1 ("the client MUST validate the server's response as follows").
ResponseVerdict verify_response(const HttpHead& response, const ClientRequest& request);

// ---- server ----

struct ServerPolicy {
  std::vector<std::string> subprotocols;     ///< those spoken; the client's order decides; empty: none
  std::optional<DeflatePolicy> deflate;      ///< empty: never compress
  std::vector<std::string> allowed_origins;  ///< empty: any; compared without case; no Origin is let in
  /// Strict reads by the letter; lenient forgives what harms nobody (a key that is not 16 octets, bare LF).
  bool strict = true;
};

struct RequestVerdict {
  std::vector<HandshakeFinding> findings;  ///< all of them, RFC 6455 §4.2.1; the first decides the status
  bool is_upgrade = false;                 ///< it asks for a WebSocket at all (Upgrade names websocket)
  std::string key;
  std::vector<std::string> subprotocols;   ///< as offered, all headers merged
  std::vector<ExtensionOffer> extensions;  ///< as offered, all headers merged
  Agreement agreement;
  std::string extension_response;  ///< value for the response header; empty: no header
};
RequestVerdict verify_request(const HttpHead& request, const ServerPolicy& policy);

/// A response head as a value: status, reason and fields in order. Deliberate faults edit it before printing.
struct ResponseHead {
  int status = 101;
  std::string reason = "Switching Protocols";
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;
  std::string print() const;  ///< adds Content-Length for a body unless a field says so
};
ResponseHead build_response(const RequestVerdict& verdict);
/// Refuses and closes the connection, with the headers that the status needs: 400 and 426 name the version we
/// speak, 405 the method, 426 the protocol, 503 a time.
ResponseHead build_refusal(int status, std::string_view body);
std::string_view reason_phrase(int status);

}  // namespace wsrig::ws
