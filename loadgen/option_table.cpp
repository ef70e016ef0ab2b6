#include "cli/option_group.hpp"
#include "loadgen/options.hpp"
#include "loadgen/output_options.hpp"
#include "loadgen/shard_options.hpp"

namespace wsrig::loadgen {
namespace {

using cli::Option;

std::vector<Option> model_options() {
  return {
      {.name = "connections",
       .letter = 'c',
       .value = "N",
       .help = "connections; 0..N: more and more of them while it runs",
       .default_value = "1"},
      {.name = "rate",
       .letter = 'r',
       .value = "RATE",
       .help = "messages a second over all connections, whatever comes back: 20000/s, 0..20000/s, "
               "steps(1000/s, 2000/s), poisson(20000/s)",
       .default_value = "1000"},
      {.name = "duration", .letter = 'd', .value = "TIME", .help = "how long", .default_value = "10s"},
      {.name = "warmup", .value = "TIME", .help = "the same before, not recorded"},
      {.name = "closed",
       .help = "instead of a rate: a reply lets the next message go (throughput, not latency)"},
      {.name = "depth",
       .value = "N",
       .help = "closed: messages on their way on each connection",
       .default_value = "1"},
      {.name = "blast", .help = "instead of a rate: as fast as the peer takes it"},
      {.name = "hold", .help = "send nothing but keep-alive pings"},
      {.name = "ping-interval",
       .value = "TIME",
       .help = "hold: between the pings of a connection; 0s: none",
       .default_value = "10s"},
      {.name = "receive",
       .help = "the server pushes what any connection, or another wsrig-load, sends (only with --rate is "
               "something sent): latency from the sender's time in the message"},
      {.name = "find-limit",
       .value = "THRESHOLD",
       .help = "search for the highest rate at which this holds, and no error happens: begins at --rate, "
               "tries each for --duration",
       .repeatable = true},
      {.name = "churn", .value = "N", .help = "close each connection after N messages and open it anew"},
      {.name = "end",
       .help = "how connections end: with a closing handshake, or reset",
       .default_value = "close",
       .choices = {"close", "reset"}},
      {.name = "connect-rate",
       .value = "RATE",
       .help = "new connections a second; without it as fast as they come"},
      {.name = "seed", .value = "N", .help = "the same seed sends the same octets"},
  };
}

std::vector<Option> traffic_options() {
  const std::string group = "Traffic";
  return {
      {.name = "message",
       .letter = 'm',
       .value = "ENTRY",
       .help = "[WEIGHT] text|binary|ping|close SIZE [frag=…] [cut=SIZE]; SIZE: 128B, uniform(64B, 1KiB), "
               "lognormal(p50=128B, p99=4KiB), zipf(max=64KiB, s=1.2); frag: 4KiB, count(4), random(8)",
       .default_value = "binary 32B",
       .repeatable = true,
       .group = group},
      {.name = "replay",
       .value = "FILE",
       .help = "messages to send in turn, one a line: {\"text\": \"…\"} or {\"binary\": \"<base64>\"}; a "
               "text may hold ${seq}, ${connection} and ${row.COLUMN}",
       .group = group},
      {.name = "data",
       .value = "FILE",
       .help = "CSV, one row a connection, for ${row.COLUMN} in URL, headers and replayed messages",
       .group = group},
      {.name = "mask",
       .value = "HOW",
       .help = "random (a key for each frame), zero, none, or a key such as 37fa213d",
       .default_value = "random",
       .group = group},
      {.name = "deflate",
       .value = "PARAMETERS",
       .help = "offer permessage-deflate: '' or 'client_no_context_takeover; client_max_window_bits=10'",
       .group = group},
      {.name = "broken",
       .value = "FRAME",
       .help = "a frame that breaks the protocol, in the notation (text rsv1 \"x\"), each on a connection of "
               "its own; the subject has to fail that",
       .repeatable = true,
       .group = group},
      {.name = "broken-share",
       .value = "SHARE",
       .help = "how many of them, as a share of the messages",
       .default_value = "1%",
       .group = group},
  };
}

std::vector<Option> reply_options() {
  const std::string group = "Replies";
  return {
      {.name = "replies",
       .value = "RULE",
       .help =
           "what answers a message: echo, prefix:TEXT, any, json:FIELD (or a JSON pointer: json:/data/id), "
           "regex:EXPRESSION, none",
       .default_value = "echo",
       .group = group},
      {.name = "replies-per-message",
       .value = "N",
       .help = "how many do",
       .default_value = "1",
       .group = group},
      {.name = "reply-timeout",
       .value = "TIME",
       .help = "a reply that takes longer is late",
       .default_value = "5s",
       .group = group},
      {.name = "drain",
       .value = "TIME",
       .help = "wait so long for the last replies",
       .default_value = "5s",
       .group = group},
  };
}

std::vector<Option> handshake_options() {
  const std::string group = "Handshake (values may hold ${env:NAME} and ${file:PATH})";
  return {
      {.name = "header",
       .letter = 'H',
       .value = "'NAME: VALUE'",
       .help = "sent with each handshake",
       .repeatable = true,
       .group = group},
      {.name = "subprotocol", .value = "NAME", .help = "offered", .repeatable = true, .group = group},
      {.name = "origin", .value = "ORIGIN", .help = "the Origin header", .group = group},
      {.name = "cookie",
       .value = "NAME=VALUE",
       .help = "sent with each handshake",
       .repeatable = true,
       .group = group},
      {.name = "user", .value = "NAME:PASSWORD", .help = "basic authentication", .group = group},
      {.name = "bearer", .value = "TOKEN", .help = "bearer authentication", .group = group},
  };
}

std::vector<Option> connection_options() {
  const std::string group = "Connections";
  const auto time = [&](std::string name, std::string help, std::string value) {
    return Option{.name = std::move(name),
                  .value = "TIME",
                  .help = std::move(help),
                  .default_value = std::move(value),
                  .group = group};
  };
  return {
      {.name = "via",
       .value = "PROXY",
       .help = "socks5://[user:password@]host:port or http://… (CONNECT)",
       .group = group},
      {.name = "source",
       .value = "ADDRESS",
       .help = "of our end; several take turns: 127.0.0.2-127.0.0.20",
       .repeatable = true,
       .group = group},
      time("connect-timeout", "for name, TCP, proxy and TLS", "5s"),
      time("handshake-timeout", "for the answer to the opening handshake", "5s"),
      time("close-timeout", "for the closing handshake", "2s"),
      {.name = "max-message",
       .value = "SIZE",
       .help = "largest message that is taken from the subject",
       .default_value = "64MiB",
       .group = group},
      {.name = "receive-buffer",
       .value = "SIZE",
       .help = "SO_RCVBUF: a small one is that of a slow reader",
       .group = group},
      {.name = "ca",
       .value = "FILE",
       .help = "certificates (PEM) to verify a wss subject by",
       .group = group},
      {.name = "server-name",
       .value = "NAME",
       .help = "for SNI and verification, when it is not the host",
       .group = group},
      {.name = "cert", .value = "FILE", .help = "client certificate (PEM)", .group = group},
      {.name = "key", .value = "FILE", .help = "its key (PEM)", .group = group},
      {.name = "insecure", .help = "do not verify the subject's certificate", .group = group},
  };
}

}  // namespace

std::vector<cli::Option> load_options() {
  return cli::join_options(
      {model_options(), traffic_options(), reply_options(), handshake_options(), connection_options()});
}

cli::Command command() {
  cli::Command command;
  command.program = "wsrig-load";
  command.summary = "Drives a WebSocket server or proxy, and says what it measured and how far to believe it";
  command.description =
      "By default messages are sent by a schedule, whatever comes back, and latency counts from the time a "
      "message was meant to be sent. Each message carries its number, its time and a checksum: what is lost, "
      "doubled, reordered or changed is counted. Ctrl-C ends the run with a complete report.";
  command.positionals = {{.name = "URL", .help = "the subject, ws:// or wss://", .required = true}};
  command.options = cli::join_options({load_options(), shard_options(), report_options(), live_options()});
  command.examples = {
      "wsrig-load ws://127.0.0.1:9001/ -c 1000 -r 20000 -d 10s --threshold 'rtt p99 < 10ms'",
      "wsrig-load ws://127.0.0.1:9001/ -c 100 --closed --depth 10 -m 'text lognormal(p50=128B, p99=4KiB)'",
      "wsrig-load wss://localhost:9443/ -c 10000 --hold --ping-interval 30s -d 5m --insecure"};
  return command;
}

}  // namespace wsrig::loadgen
