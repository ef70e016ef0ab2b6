#include <utility>
#include <vector>

#include "cli/option_group.hpp"
#include "proxy/options.hpp"
#include "proxy/route_text.hpp"

namespace wsrig::proxy {

namespace {

using cli::Option;
using cli::OptionGroup;

constexpr auto several = OptionGroup::repeatable;

// What options say of all routes, a route says in words of its own.
std::vector<Option> route_options() {
  const OptionGroup routes("");
  Option listen = several(
      routes.text("listen", "URL",
                  "ws:// or wss:// host and port; port 0 takes a free one; default: ws://127.0.0.1:8080"));
  listen.letter = 'l';
  Option route = several(routes.text(
      "route", "[HOST]/PATH=URL [WORD=VALUE]",
      "what leads where: a path ending with / stands for all below it; the words are mode, http, web, host, "
      "forwarded, via, ca, insecure, fault, allow, deny, basic, bearer, origin and rewrite, as the options "
      "below; and rewrite-file, with a rule a line. In a configuration file also a section [route "
      "HOST/PATH], "
      "with target and the words on lines of their own"));
  route.letter = 'r';
  route.section = route_settings();
  Option target = routes.text(
      "target", "URL",
      "one upstream for the paths of the listeners: ws://, wss://, tcp://, tls://, unix:/path, host:port for "
      "a TCP service, tokens:FILE, of which clients choose by ?token=NAME, or web:DIR, a folder alone");
  target.letter = 't';
  return {
      std::move(listen),
      std::move(route),
      std::move(target),
      routes.file(
          "map",
          "a JSON map of routes, {\"name\": {\"host\": …, \"port\": …}}; the first segment of the path "
          "is the name"),
      routes.choice("mode", {"tunnel", "inspect"}, "octets as they come, or frame by frame with validation"),
      routes.choice("http", {"forward", "web", "refuse"},
                    "what an ordinary HTTP request gets: the upstream's answer, a file of --web, or 426"),
      routes.text("web", "DIR", "serve the files below this folder to ordinary HTTP requests, on all paths"),
      routes.choice("host", {"keep", "rewrite"}, "the Host field: as the client sent it, or the upstream's"),
      routes.choice("forwarded", {"off", "append", "replace"},
                    "what becomes of X-Forwarded-For, -Proto and -Host"),
  };
}

std::vector<Option> tls_options() {
  const OptionGroup tls("TLS and proxies");
  return {
      several(
          tls.file("cert",
                   "certificate chain (PEM) for wss; of several the one that has the client's name for us "
                   "(SNI), else the first; without one a self-signed certificate is made")),
      several(
          tls.file("key", "the private key (PEM) of each --cert, in their order, if it is in another file")),
      tls.file("client-ca", "ask clients for a certificate of these authorities (PEM)"),
      tls.choice("client-cert", {"required", "optional"},
                 "with --client-ca: must clients have one, or may they go without"),
      tls.file("upstream-ca", "authorities (PEM) for the certificates of upstreams; default: the system's"),
      tls.flag("upstream-insecure", "do not verify the certificates of upstreams"),
      tls.text("via", "URL",
               "reach upstreams through socks5://host:port or http://host:port, or direct; default: as "
               "SOCKS_PROXY, HTTPS_PROXY, HTTP_PROXY and NO_PROXY say"),
  };
}

std::vector<Option> gate_options() {
  const OptionGroup gate("Gate");
  return {
      several(gate.text("allow", "ADDRESS",
                        "let in clients of this address or range (10.0.0.0/8) only; others get 403")),
      several(gate.text("deny", "ADDRESS", "refuse clients of this address or range")),
      several(gate.text("origin", "ORIGIN",
                        "let browsers in from this origin only (https://*.example.com); others get 403")),
      several(gate.text("basic", "USER:PASSWORD",
                        "ask for these credentials, or any others given; without them 401; "
                        "${env:NAME} and ${file:PATH} are replaced")),
      several(gate.text("bearer", "TOKEN", "the same for a bearer token")),
  };
}

std::vector<Option> fault_options() {
  const OptionGroup faults("Faults");
  return {
      several(faults.text("fault", "NAME(ARGUMENTS)[@DIRECTION]",
                          "break connections on purpose, such as 'latency(50ms,jitter=10ms)@downstream'")),
      faults.flag("list-faults", "print the names for --fault and what each does"),
      several(faults.text(
          "rewrite", "RULE",
          "change what passes, such as 'set X-User \"me\" @upstream' or 'text /cat/ -> \"dog\"'")),
      faults.number("seed", "faults draw the same lots in each run with the same seed", "0"),
  };
}

std::vector<Option> limit_options() {
  const OptionGroup limits("Limits");
  return {
      limits.size("max-head", "largest head of a request or an answer; beyond it 431 or 502", "16KiB"),
      limits.number("max-headers", "most header fields of a head; beyond it 431 or 502", "100"),
      limits.number("max-connections", "most clients at a time; beyond it 503", "10000"),
      limits.number("max-rate", "most new connections of one address a minute; beyond it 503; 0: any", "0"),
      limits.size("max-buffered", "most octets held for peers that do not read; beyond it 503", "64MiB"),
      limits.size("max-frame", "largest frame of a bridge or mode inspect; beyond it Close 1009", "16MiB"),
      limits.size("max-message", "largest message there, also after inflating; beyond it Close 1009",
                  "16MiB"),
      limits.number("max-fragments", "most frames of a message there; beyond it Close 1008", "16384"),
      limits.number("backlog", "connections that may wait to be accepted", "1024"),
  };
}

std::vector<Option> time_options() {
  const OptionGroup time("Time");
  return {
      time.duration("request-timeout", "time for a client's request, TLS apart; beyond it 408", "10s"),
      time.duration("connect-timeout", "time to connect to an upstream; beyond it 504", "5s"),
      time.duration("answer-timeout", "time for an upstream's answer; beyond it 504", "10s"),
      time.duration("idle-timeout", "time without an octet either way until a tunnel ends; 0s: none", "300s"),
      time.duration("ping-interval", "time without an octet of a bridge's client until a Ping; 0s: none",
                    "150s"),
      time.duration("pong-timeout", "time for an answer to that Ping", "20s"),
      time.duration("keepalive", "time without an octet until the kernel probes a peer; 0s: never", "60s"),
      time.duration("close-timeout", "time from a Close or FIN to the end of the tunnel, while nothing moves",
                    "5s"),
      time.duration("drain-timeout", "time from SIGTERM to the end of the last tunnel", "30s"),
  };
}

std::vector<Option> sight_options() {
  const OptionGroup sight("Sight");
  return {
      sight.choice("log", {"text", "json"}, "how events are written to standard error"),
      sight.flag("trace", "print each frame of a bridge or of mode inspect in the notation"),
      sight.file("record", "write what clients and upstreams send to a pcapng file, decrypted"),
      sight.text("control", "HOST:PORT",
                 "answer GET /healthz, GET /metrics (Prometheus), and GET, PUT and DELETE /faults there, "
                 "on this machine only"),
  };
}

}  // namespace

cli::Command command() {
  cli::Command command;
  command.program = "wsrig-proxy";
  command.summary = "A reference proxy: WebSocket to TCP, and WebSocket to WebSocket";
  command.description =
      "Each listener prints one line of JSON to standard output when it is ready. SIGINT or SIGTERM says "
      "Close 1001 to all, and the program ends with 0 once they are gone; a second signal ends it at once. "
      "SIGHUP reads routes, certificates and limits again, and disturbs no tunnel.\n\n"
      "Without routes the environment counts: UPSTREAM_HOST=host:port (443 means TLS) and LISTEN_PORT.";
  command.options = cli::join_options({route_options(), tls_options(), gate_options(), fault_options(),
                                       limit_options(), time_options(), sight_options()});
  command.examples = {"wsrig-proxy --listen ws://:8080/vnc --target localhost:5900",
                      "wsrig-proxy --listen wss://:443 --cert cert.pem --key key.pem --target "
                      "ws://127.0.0.1:9001",
                      "wsrig-proxy --route '/chat/=ws://10.0.0.1:9000 mode=inspect' --route /ssh=tcp://:22"};
  return command;
}

}  // namespace wsrig::proxy
