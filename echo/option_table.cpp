#include "cli/option_group.hpp"
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
  const cli::OptionGroup protocol("Protocol");
  const auto several = cli::OptionGroup::repeatable;
  return {
      several(protocol.text("subprotocol", "NAME", "a subprotocol that is spoken")),
      protocol.text("deflate", "PARAMETERS",
                    "permessage-deflate parameters to insist on, such as 'server_no_context_takeover; "
                    "server_max_window_bits=10'"),
      protocol.flag("no-deflate", "never agree to compression"),
      several(protocol.text("origin", "ORIGIN", "let browsers in from this origin only")),
      protocol.size("fragment", "cut replies into frames of at most this"),
      several(protocol.text("misbehave", "NAME[,NAME]", "violate the protocol on purpose")),
      protocol.flag("list-misbehaviours", "print the names for --misbehave and what each does"),
      several(protocol.text("quirk", "NAME[,NAME]", "do what is unusual, but allowed")),
      protocol.flag("list-quirks", "print the names for --quirk and what each does"),
  };
}

std::vector<Option> limit_options() {
  const cli::OptionGroup limits("Limits");
  return {
      limits.size("max-head", "largest request head; beyond it 431", "16KiB"),
      limits.number("max-headers", "most header fields of a request; beyond it 431", "100"),
      limits.size("max-frame", "largest frame; beyond it Close 1009", "16MiB"),
      limits.size("max-message", "largest message, also after inflating; beyond it Close 1009", "16MiB"),
      limits.number("max-fragments", "most frames of a message; beyond it Close 1008", "16384"),
      limits.number("max-connections", "most connections at a time; beyond it 503", "10000"),
      limits.duration("handshake-timeout", "time for the opening handshake", "10s"),
      limits.duration("idle-timeout", "time without anything from the peer until Close; 0s: none", "300s"),
      limits.duration("ping-interval",
                      "time without anything from the peer until a Ping; 0s: none; default: half of the idle "
                      "time-out"),
      limits.duration("pong-timeout", "time for an answer to that Ping", "20s"),
      limits.duration("close-timeout", "time from our Close to the end of the connection", "5s"),
  };
}

std::vector<Option> tls_options() {
  const cli::OptionGroup tls("TLS");
  return {
      tls.file("cert",
               "certificate chain (PEM) for wss and tls; without one a self-signed certificate is made"),
      tls.file("key", "its private key (PEM), if that is in another file"),
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
      "opens a ws:// listener's address as http:// gets a test page.";
  command.options = cli::join_options({server_options(), protocol_options(), limit_options(), tls_options()});
  command.examples = {"wsrig-echo --listen ws://127.0.0.1:9001",
                      "wsrig-echo --listen ws://:9001/chat --listen wss://:9443/chat --subprotocol chat",
                      "wsrig-echo --listen ws://127.0.0.1:0 --misbehave no-pong,masked-frames"};
  return command;
}

}  // namespace wsrig::echo
