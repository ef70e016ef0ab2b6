#include "pcap/options.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/option_group.hpp"
#include "cli/option_value.hpp"
#include "ws/number.hpp"

namespace wsrig::pcap {

namespace {

using cli::Option;

struct ViewName {
  View view;
  std::string_view name;
  bool is_flag;  ///< chosen as --name; else as a word
};
constexpr std::array<ViewName, 10> views{{{View::summary, "summary", false},
                                          {View::list, "list", false},
                                          {View::follow, "follow", false},
                                          {View::why, "why", false},
                                          {View::stats, "stats", false},
                                          {View::jsonl, "jsonl", true},
                                          {View::csv, "csv", true},
                                          {View::har, "har", true},
                                          {View::html, "html", true},
                                          {View::scenario, "scenario", true}}};

std::vector<Option> input_options() {
  return {
      {.name = "interface",
       .letter = 'i',
       .value = "NAME",
       .help = "capture from an interface instead of a file, until SIGINT"},
      {.name = "filter",
       .letter = 'f',
       .value = "BPF",
       .help = "read only packets that match, in the language of pcap-filter(7)"},
      {.name = "keylog",
       .letter = 'k',
       .value = "FILE",
       .help = "TLS secrets, as programs write them to $SSLKEYLOGFILE",
       .repeatable = true},
      {.name = "no-search", .help = "do not look for WebSockets without a handshake"},
  };
}

std::vector<Option> output_options() {
  const std::string group = "Output";
  return {
      {.name = "jsonl",
       .help = "print a line of JSON for each connection, frame, message and anomaly",
       .group = group},
      {.name = "csv", .help = "print a line of comma-separated values for each frame", .group = group},
      {.name = "har", .help = "print a HAR 1.2 document with _webSocketMessages", .group = group},
      {.name = "html", .help = "print a timeline as one self-contained page", .group = group},
      {.name = "scenario", .help = "print a scenario file that wsrig run replays", .group = group},
      {.name = "output", .letter = 'o', .value = "FILE", .help = "write the view to a file", .group = group},
      {.name = "write",
       .letter = 'w',
       .value = "FILE",
       .help = "write the packets of the connections that are shown, as pcapng",
       .group = group},
      {.name = "export-payloads",
       .value = "DIR",
       .help = "write each message to a file of its own",
       .group = group},
      {.name = "payload", .value = "SIZE", .help = "most octets of a payload that are shown", .group = group},
      {.name = "tcp", .help = "list what TCP does as well", .group = group},
      {.name = "hex", .help = "follow: show payloads as octets", .group = group},
      {.name = "fail-on",
       .value = "ANOMALY",
       .help = "exit with 1 when there is such an anomaly; any: whatever it is",
       .repeatable = true,
       .group = group},
  };
}

std::vector<Option> filter_options() {
  const std::string group = "Selection";
  return {
      {.name = "stream",
       .letter = 's',
       .value = "N",
       .help = "show this connection",
       .repeatable = true,
       .group = group},
      {.name = "direction",
       .help = "show what this side sent",
       .choices = {"client", "server"},
       .group = group},
      {.name = "opcode",
       .value = "NAME",
       .help = "show frames of this kind: text, binary, cont, close, ping, pong, or a number",
       .repeatable = true,
       .group = group},
      {.name = "path",
       .value = "GLOB",
       .help = "show connections to this path",
       .repeatable = true,
       .group = group},
      {.name = "min-length", .value = "SIZE", .help = "show payloads of at least this", .group = group},
      {.name = "max-length", .value = "SIZE", .help = "show payloads of at most this", .group = group},
      {.name = "text", .value = "TEXT", .help = "show payloads in which this occurs", .group = group},
      {.name = "anomaly",
       .value = "ANOMALY",
       .help = "show this kind of anomaly, and the connections that have it",
       .repeatable = true,
       .group = group},
  };
}

diag::Diagnostic mistake(std::string message, std::string hint = {}) {
  return {.message = std::move(message), .hint = std::move(hint)};
}

const ViewName* find_word(std::string_view word) {
  const auto* view =
      std::ranges::find_if(views, [&](const ViewName& v) { return !v.is_flag && v.name == word; });
  return view == views.end() ? nullptr : view;
}

std::optional<ws::Opcode> opcode_of(std::string_view name) {
  for (int value = 0; value < 16; ++value) {
    const auto opcode = static_cast<ws::Opcode>(value);
    if (ws::name(opcode) == name) return opcode;
  }
  const auto value = ws::to_integer<std::uint8_t>(name);
  return value && *value <= 15 ? std::optional(ws::Opcode{*value}) : std::nullopt;
}

/// `[FILE] [VIEW [N]]`, or the view first.
std::optional<diag::Diagnostic> read_words(std::vector<std::string> words, Config& config) {
  for (std::size_t i = 0; i < std::min<std::size_t>(words.size(), 2); ++i) {
    const ViewName* view = find_word(words[i]);
    if (view == nullptr) continue;
    config.view = view->view;
    words.erase(words.begin() + static_cast<std::ptrdiff_t>(i));
    const bool takes_number = view->view == View::follow || view->view == View::why;
    if (takes_number && i < words.size()) config.connection = ws::to_integer<std::uint64_t>(words[i]);
    if (config.connection) {
      words.erase(words.begin() + static_cast<std::ptrdiff_t>(i));
    }
    break;
  }
  if (config.view == View::follow && !config.connection)
    return mistake("follow needs the number of a connection", "wsrig-pcap FILE follow 1");
  if (words.size() > 1) {
    return mistake("unexpected '" + words[1] + "'",
                   "one capture, and one of summary, list, follow N, why [N], stats");
  }
  if (!words.empty()) config.file = words.front();
  if (config.file.empty() == config.interface.empty())
    return mistake("a capture file is needed, or --interface", "- is standard input");
  return {};
}

std::optional<diag::Diagnostic> read_flags(const cli::Values& values, Config& config) {
  bool chosen = config.view != View::summary;
  for (const ViewName& view : views) {
    if (!view.is_flag || !values.flag(view.name)) continue;
    if (chosen) return mistake("more than one view is asked for");
    config.view = view.view;
    chosen = true;
  }
  return {};
}

std::optional<diag::Diagnostic> read_anomalies(const cli::Values& values, std::string_view option,
                                               std::vector<std::string>& out) {
  out = values.list(option);
  const auto known = anomaly_ids();
  for (const std::string& id : out) {
    if (id.starts_with("handshake:") || std::ranges::find(known, id) != known.end()) continue;
    const std::string near = diag::did_you_mean(id, known);
    return mistake("--" + std::string(option) + ": unknown anomaly '" + id + "'",
                   near.empty() ? fmt::format("one of {}", fmt::join(known, ", ")) : near);
  }
  return {};
}

std::optional<diag::Diagnostic> read_filter(const cli::Values& values, FilterOptions& filter) {
  for (const std::string& text : values.list("stream")) {
    const auto stream = ws::to_integer<std::uint64_t>(text);
    if (!stream) return mistake("--stream: '" + text + "' is not the number of a connection");
    filter.streams.push_back(*stream);
  }
  for (const std::string& text : values.list("opcode")) {
    const auto opcode = opcode_of(text);
    if (!opcode) {
      return mistake("--opcode: unknown kind of frame '" + text + "'",
                     "text, binary, cont, close, ping, pong, or 0 to 15");
    }
    filter.opcodes.push_back(*opcode);
  }
  if (values.given("direction")) {
    filter.sender = values.text("direction") == "client" ? ws::Role::client : ws::Role::server;
  }
  filter.paths = values.list("path");
  filter.text = values.text("text");
  for (auto [name, target] :
       {std::pair{"min-length", &filter.min_length}, std::pair{"max-length", &filter.max_length}}) {
    if (!values.has(name)) continue;
    const auto size = cli::size_option(values, name);
    if (!size) return size.error();
    *target = *size;
  }
  return read_anomalies(values, "anomaly", filter.anomalies);
}

}  // namespace

cli::Command command() {
  cli::Command command;
  command.program = "wsrig-pcap";
  command.summary = "Tells what happened on WebSocket connections, from a capture";
  command.description =
      "Reads pcap and pcapng, plain or in gzip, and finds the WebSockets in it on any port, inside TLS (with "
      "the secrets), HTTP/2, CONNECT and SOCKS tunnels and behind the PROXY protocol; also where the capture "
      "began later than the connection, or lacks packets.\n\nVIEW is one of summary (a line a connection; so "
      "without a view), list (a line a frame), follow N (the messages of connection N), why [N] (how "
      "connections came to their end) and stats. It may stand before FILE, too.\n\nExit codes: 0; 1 for a "
      "damaged capture or an anomaly of --fail-on; 2 for a mistake in the options; 3 when nothing could be "
      "opened.";
  command.positionals = {{.name = "FILE",
                          .help = "a capture; - is standard input, VIEW [N] what to make of it",
                          .repeatable = true}};
  command.options = cli::join_options({input_options(), output_options(), filter_options()});
  command.examples = {"wsrig-pcap session.pcap", "wsrig-pcap session.pcapng list --tcp",
                      "wsrig-pcap session.pcap why 3", "wsrig-pcap --keylog keys.txt --jsonl session.pcap",
                      "wsrig-pcap --scenario session.pcap -o session.yaml"};
  return command;
}

diag::Result<Config> read_options(const cli::Values& values) {
  Config config;
  config.interface = values.text("interface");
  if (const auto wrong = read_words(values.positionals(), config)) return *wrong;
  if (const auto wrong = read_flags(values, config)) return *wrong;
  if (const auto wrong = read_filter(values, config.filter)) return *wrong;
  if (const auto wrong = read_anomalies(values, "fail-on", config.fail_on)) return *wrong;
  config.bpf = values.text("filter");
  config.output = values.text("output");
  config.write = values.text("write");
  config.export_payloads = values.text("export-payloads");
  config.key_logs = values.list("keylog");
  config.tcp = values.flag("tcp");
  config.hex = values.flag("hex");
  config.search = !values.flag("no-search");
  config.argv = values.argv();
  if (values.has("payload")) {
    const auto size = cli::size_option(values, "payload");
    if (!size) return size.error();
    config.payload = *size;
  }
  if (!config.write.empty() && (config.file.empty() || config.file == "-")) {
    return mistake("--write reads the capture a second time: it needs a file");
  }
  if (config.connection) config.filter.streams.push_back(*config.connection);
  return config;
}

}  // namespace wsrig::pcap
