#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/tls.hpp"
#include "net/url.hpp"
#include "net/via.hpp"
#include "proxy/counters.hpp"
#include "proxy/gate_rules.hpp"
#include "proxy/stage.hpp"
#include "proxy/token_file.hpp"
#include "proxy/web_folder.hpp"
#include "ws/rules.hpp"

namespace wsrig::proxy {

using std::chrono::microseconds;
using std::chrono::seconds;

/// How a WebSocket upstream is served: octets as they come, or frame by frame.
enum class Mode : std::uint8_t { tunnel, inspect };
/// What an ordinary HTTP request on a WebSocket route gets: the upstream's answer, a file, or 426.
enum class HttpPolicy : std::uint8_t { forward, web, refuse };
/// What becomes of X-Forwarded-For, -Proto and -Host on the way to the upstream.
enum class Forwarded : std::uint8_t { off, append, replace };

/// How long things may take. Zero for `idle`, `ping` or `keepalive` switches it off.
struct Timeouts {
  microseconds request = seconds(10);  ///< from the TCP connection to the end of the request's head
  microseconds connect = seconds(5);   ///< to the upstream, name and TLS included; beyond it 504
  microseconds answer = seconds(10);   ///< from the request to the end of the upstream's head; beyond it 504
  microseconds idle = seconds(300);    ///< without an octet in either direction
  microseconds ping = seconds(150);    ///< of a bridge: without an octet of the client, until a Ping
  microseconds pong = seconds(20);     ///< from that Ping to any octet of the client
  microseconds keepalive = seconds(60);  ///< TCP: without an octet, until the kernel probes the peer
  microseconds close = seconds(5);       ///< from a Close, FIN or violation to the end of the tunnel
  microseconds drain = seconds(30);      ///< from SIGTERM to the end of the last tunnel
};

/// How much there may be.
struct Limits {
  std::size_t head = std::size_t{16} * 1024;  ///< octets of a request's or answer's head; 431, 502
  std::size_t header_fields = 100;            ///< of such a head; 431, 502
  std::size_t connections = 10'000;           ///< at a time; beyond it 503
  std::size_t connections_per_minute = 0;     ///< new ones of one client address; 0: any; beyond it 503
  std::size_t buffered = 64u << 20;           ///< octets held for blocked peers, all tunnels; beyond it 503
  ws::Limits frames;                          ///< of a bridge, and of mode inspect; 1009, 1008
};

/// Where a route leads to, and how the way there is.
struct Upstream {
  net::Url url;                       ///< ws, wss, tcp, tls; unix, tokens and web, whose path is the host
  std::shared_ptr<TokenFile> tokens;  ///< of a bridge whose clients name the target; else null
  bool insecure = false;              ///< do not verify the certificate (wss, tls)
  std::string ca_file;                ///< PEM; empty: the system's
  std::optional<net::Via> via;        ///< a SOCKS5 or HTTP proxy on the way, or direct; empty: not said yet
};

/// One route: which requests, and what becomes of them. A path that ends with '/' stands for all below it.
struct Route {
  std::string host;  ///< of the Host header, without port, lower case; empty: any
  std::string path = "/";
  Upstream upstream;
  Mode mode = Mode::tunnel;
  HttpPolicy http = HttpPolicy::forward;
  std::shared_ptr<const WebFolder> web;  ///< for HttpPolicy::web
  bool web_from_root = false;  ///< its files are found by the whole path; else by what is behind `path`
  bool keep_host = true;       ///< false: Host is rewritten to the upstream's
  Forwarded forwarded = Forwarded::off;

  GateText gate_text;                                     ///< who may pass, as written
  std::shared_ptr<const Gate> gate;                       ///< made from it; null: everybody may pass
  std::vector<std::shared_ptr<const StageMaker>> faults;  ///< in order of the wire
  std::vector<std::string> rewrite_rules;                 ///< as parse_rewriting reads them
  PerDirection<std::vector<std::shared_ptr<const HeadEdit>>> head_edits;  ///< of the request, of the 101

  /// A TCP service behind a WebSocket, so that the handshake ends here.
  bool is_bridge() const { return has_upstream() && !upstream.url.is_websocket(); }
  /// False where there is only a folder.
  bool has_upstream() const { return upstream.url.scheme != "web"; }
};

/// Where clients connect to.
struct ListenerTls {
  std::vector<net::TlsIdentity> identities;  ///< chosen by SNI, else the first; none: a self-signed one
  std::string client_ca_file;                ///< asks for a client's certificate
  bool client_cert_optional = false;         ///< a client may have none
};

enum class LogFormat : std::uint8_t { text, json };

/// All that a run of the proxy depends on: its options, as values.
struct Config {
  std::vector<net::Url> listeners;
  int backlog = 1024;
  ListenerTls tls;
  std::vector<Route> routes;  ///< the longest path that fits is taken, with a host before without
  Timeouts timeouts;
  Limits limits;
  std::optional<net::Url> control;  ///< where metrics are read and faults set; empty: nowhere
  LogFormat log = LogFormat::text;
  std::string record;  ///< a pcapng file for what all channels carry; empty: none
  bool trace = false;  ///< print each frame of bridges and of mode inspect in the notation
  std::uint64_t seed = 0;
};

}  // namespace wsrig::proxy
