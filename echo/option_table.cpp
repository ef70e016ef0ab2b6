#include "echo/options.hpp"

namespace wsrig::echo {

namespace {

using cli::Option;

std::vector<Option> server_options() {
  return {
      {.name = "listen",
       .letter = 'l',
       .value = "URL",
       .help = "ws://, wss://, tcp:// or tls:// host and port; port 0 takes a free one; with a path, other "
               "paths get 404",
       .default_value = "ws://127.0.0.1:9001",
       .repeatable = true},
      {.name = "mode",
       .help = "what becomes of a message",
       .default_value = "echo",
       .choices = {"echo", "sink", "source", "prefix", "broadcast"}},
      {.name = "prefix", .value = "TEXT", .help = "what stands before each reply in mode prefix"},
      {.name = "source-size",
       .value = "SIZE",
       .help = "size of the messages that mode source sends",
       .default_value = "64B"},
      {.name = "source-rate",
       .value = "N",
       .help = "messages a second on each connection in mode source; 0: as fast as they are taken",
       .default_value = "0"},
      {.name = "engine",
       .help = "who speaks WebSocket: wsrig's own core, or Boost.Beast as a second opinion",
       .default_value = "core",
       .choices = {"core", "beast"}},
  };
}

std::vector<Option> protocol_options() {
  const std::string group = "Protocol";
  return {
      {.name = "subprotocol",
       .value = "NAME",
       .help = "a subprotocol that is spoken",
       .repeatable = true,
       .group = group},
      {.name = "deflate",
       .value = "PARAMETERS",
       .help = "permessage-deflate parameters to insist on, such as 'server_no_context_takeover; "
               "server_max_window_bits=10'",
       .group = group},
      {.name = "no-deflate", .help = "never agree to compression", .group = group},
      {.name = "origin",
       .value = "ORIGIN",
       .help = "let browsers in from this origin only",
       .repeatable = true,
       .group = group},
      {.name = "fragment",
       .value = "SIZE",
       .help = "cut replies into frames of at most this",
       .group = group},
      {.name = "misbehave",
       .value = "NAME[,NAME]",
       .help = "violate the protocol on purpose",
       .repeatable = true,
       .group = group},
      {.name = "list-misbehaviours",
       .help = "print the names for --misbehave and what each does",
       .group = group},
  };
}

std::vector<Option> limit_options() {
  const std::string group = "Limits";
  const auto size = [&](std::string name, std::string help, std::string value) {
    return Option{.name = std::move(name),
                  .value = "SIZE",
                  .help = std::move(help),
                  .default_value = std::move(value),
                  .group = group};
  };
  const auto number = [&](std::string name, std::string help, std::string value) {
    return Option{.name = std::move(name),
                  .value = "N",
                  .help = std::move(help),
                  .default_value = std::move(value),
                  .group = group};
  };
  const auto duration = [&](std::string name, std::string help, std::string value) {
    return Option{.name = std::move(name),
                  .value = "DURATION",
                  .help = std::move(help),
                  .default_value = std::move(value),
                  .group = group};
  };
  return {
      size("max-head", "largest request head; beyond it 431", "16KiB"),
      number("max-headers", "most header fields of a request; beyond it 431", "100"),
      size("max-frame", "largest frame; beyond it Close 1009", "16MiB"),
      size("max-message", "largest message, also after inflating; beyond it Close 1009", "16MiB"),
      number("max-fragments", "most frames of a message; beyond it Close 1008", "16384"),
      number("max-connections", "most connections at a time; beyond it 503", "10000"),
      duration("handshake-timeout", "time for the opening handshake", "10s"),
      duration("idle-timeout", "time without anything from the peer until Close; 0s: none", "300s"),
      Option{.name = "ping-interval",
             .value = "DURATION",
             .help = "time without anything from the peer until a Ping; 0s: none; default: half of the idle "
                     "time-out",
             .group = group},
      duration("pong-timeout", "time for an answer to that Ping", "20s"),
      duration("close-timeout", "time from our Close to the end of the connection", "5s"),
  };
}

std::vector<Option> tls_options() {
  const std::string group = "TLS";
  return {
      {.name = "cert",
       .value = "FILE",
       .help = "certificate chain (PEM) for wss and tls; without one a self-signed certificate is made",
       .group = group},
      {.name = "key",
       .value = "FILE",
       .help = "its private key (PEM), if that is in another file",
       .group = group},
  };
}

}  // namespace

cli::Command command() {
  cli::Command command;
  command.program = "wsrig-echo";
  command.summary = "An echo server for WebSocket and TCP that can also sink, flood, and break the protocol";
  command.description =
      "Each listener prints one line of JSON to standard output when it is ready. SIGINT or SIGTERM says "
      "Close "
      "1001 to all connections, and the program ends with 0; a second signal ends it at once. A browser that "
      "opens "
      "a ws:// listener's address as http:// gets a test page.";
  for (const auto& part : {server_options(), protocol_options(), limit_options(), tls_options()}) {
    command.options.insert(command.options.end(), part.begin(), part.end());
  }
  command.examples = {"wsrig-echo --listen ws://127.0.0.1:9001",
                      "wsrig-echo --listen ws://:9001/chat --listen wss://:9443/chat --subprotocol chat",
                      "wsrig-echo --listen ws://127.0.0.1:0 --misbehave no-pong,masked-frames"};
  return command;
}

}  // namespace wsrig::echo
