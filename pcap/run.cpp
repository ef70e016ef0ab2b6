#include "pcap/run.hpp"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fmt/format.h>
#include <memory>

#include "capture/live.hpp"
#include "capture/reader.hpp"
#include "cli/text_file.hpp"
#include "pcap/csv_view.hpp"
#include "pcap/dissection.hpp"
#include "pcap/follow_view.hpp"
#include "pcap/har_view.hpp"
#include "pcap/html_view.hpp"
#include "pcap/jsonl_view.hpp"
#include "pcap/list_view.hpp"
#include "pcap/packet_export.hpp"
#include "pcap/payload_export.hpp"
#include "pcap/scenario_view.hpp"
#include "pcap/stats_view.hpp"
#include "pcap/summary_view.hpp"
#include "pcap/why_view.hpp"

namespace wsrig::pcap {

namespace {

/// Octets of a payload that are shown where --payload does not say.
constexpr std::uint64_t shown_in_list = 64, shown_in_json = 1024, longest_message = 16 << 20;

std::atomic<bool> interrupted = false;
std::atomic<capture::LiveSource*> live_source = nullptr;

void on_signal(int) {
  interrupted = true;
  if (capture::LiveSource* source = live_source) source->stop();
}

/// SIGINT and SIGTERM end the reading; what was read is reported.
void catch_signals() {
  struct sigaction action{};
  action.sa_handler = on_signal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

void complain(std::string_view what) { fmt::print(stderr, "wsrig-pcap: {}\n", what); }

/// A file that is written, or standard output.
class OutputFile {
 public:
  explicit OutputFile(const std::string& path)
      : file_(path.empty() ? stdout : std::fopen(path.c_str(), "wb")) {}
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile() {
    if (file_ != nullptr && file_ != stdout) std::fclose(file_);
  }
  std::FILE* get() const { return file_; }

 private:
  std::FILE* file_;
};

/// Notices anomalies that fail the run.
class AnomalyWatch final : public Observer {
 public:
  explicit AnomalyWatch(const std::vector<std::string>& patterns) : patterns_(patterns) {}
  Wanted wanted() const override { return {.frames = false}; }
  void on_anomaly(const Anomaly& anomaly) override {
    for (const std::string& pattern : patterns_) seen_ = seen_ || matches(pattern, anomaly.id);
  }
  bool seen() const { return seen_; }

 private:
  const std::vector<std::string>& patterns_;
  bool seen_ = false;
};

std::unique_ptr<Observer> make_view(const Config& config, Sink& sink) {
  const bool handshakes = !config.filter.selects_frames() && config.filter.anomalies.empty();
  const std::string name = config.file.empty() ? config.interface : config.file;
  switch (config.view) {
    case View::summary: return std::make_unique<SummaryView>(sink);
    case View::list:
      return std::make_unique<ListView>(sink,
                                        ListView::Options{.payload = config.payload.value_or(shown_in_list),
                                                          .handshakes = handshakes,
                                                          .tcp = config.tcp});
    case View::follow:
      return std::make_unique<FollowView>(
          sink, FollowView::Options{.payload = config.payload.value_or(longest_message),
                                    .handshakes = handshakes,
                                    .hex = config.hex});
    case View::why: return std::make_unique<WhyView>(sink);
    case View::stats: return std::make_unique<StatsView>(sink);
    case View::jsonl:
      return std::make_unique<JsonlView>(sink, config.payload.value_or(shown_in_json), config.argv);
    case View::csv: return std::make_unique<CsvView>(sink, config.payload.value_or(shown_in_list));
    case View::har: return std::make_unique<HarView>(sink, config.payload.value_or(longest_message));
    case View::html: return std::make_unique<HtmlView>(sink, name);
    case View::scenario: return std::make_unique<ScenarioView>(sink, name);
  }
  return nullptr;
}

/// What the summary says of the capture as a whole.
std::string totals_line(const DissectionTotals& totals) {
  std::string line = fmt::format("{} packets, {} TCP connections, {} shown", totals.packets,
                                 totals.flows.connections, totals.connections);
  const auto add = [&](std::uint64_t count, std::string_view what) {
    if (count > 0) line += fmt::format(", {} {}", count, what);
  };
  add(totals.flows.half_open, "attempts without an answer");
  add(totals.flows.refused, "attempts refused");
  add(totals.flows.evicted, "connections forgotten for want of room");
  add(totals.filtered, "packets filtered out");
  add(totals.truncated, "packets cut inside of a header");
  add(totals.malformed, "malformed packets");
  add(totals.unknown_link, "packets of an unknown link type");
  return line + "\n";
}

/// Exit code for what is wrong with the capture, which it tells.
int judge_capture(const capture::PacketSource& source, const Config& config, const DissectionTotals& totals) {
  const auto& problem = source.problem();
  if (!problem) return cli::exit_code::ok;
  const bool damaged = problem->severity == capture::Problem::Severity::damage;
  complain(fmt::format("{}: {}{}", config.file, damaged ? "" : "warning: ", describe(*problem)));
  if (!damaged) return cli::exit_code::ok;
  return totals.packets == 0 && problem->offset == 0 ? cli::exit_code::environment : cli::exit_code::failed;
}

/// Fills `source`; an exit code when it cannot.
diag::Result<int> open_source(const Config& config, std::unique_ptr<capture::PacketSource>& source) {
  if (!config.interface.empty()) {
    auto live = capture::open_live({.interface = config.interface, .filter = config.bpf});
    if (!live) {
      complain(live.error().message);
      return cli::exit_code::environment;
    }
    live_source = live->get();
    source = std::move(*live);
    return cli::exit_code::ok;
  }
  auto file = capture::open_capture(config.file);
  if (!file) {
    complain(fmt::format("cannot open '{}': {}", config.file, file.error().message()));
    return cli::exit_code::environment;
  }
  source = std::move(*file);
  return cli::exit_code::ok;
}

bool read_keys(const Config& config, TlsKeyLog& keys) {
  for (const std::string& path : config.key_logs) {
    const auto text = cli::read_text_file(path);
    if (!text) {
      complain(text.error().message);
      return false;
    }
    if (keys.add(*text) == 0) complain(fmt::format("warning: there is no TLS secret in '{}'", path));
  }
  return true;
}

/// All that is told of the capture: the view, and what is written besides.
class Observers {
 public:
  Observers(const Config& config, const TlsKeyLog& keys, Sink& sink)
      : view_(make_view(config, sink)), watch_(config.fail_on) {
    add(config.filter, *view_);
    if (!config.export_payloads.empty()) add(config.filter, payloads_.emplace(config.export_payloads));
    if (!config.write.empty()) add(config.filter, packets_.emplace(keys));
    if (!config.fail_on.empty()) add(of_anomalies(config.filter), watch_);
  }

  const std::vector<Observer*>& all() const { return all_; }
  bool must_fail() const { return watch_.seen(); }
  void finish() {
    for (Observer* observer : all_) observer->finish();
  }
  /// Returns the first thing that could not be written, or nothing.
  std::string write_the_rest(const Config& config, const Sink& sink) {
    if (sink.failed()) return "cannot write the output";
    if (payloads_ && !payloads_->failure().empty()) return payloads_->failure();
    return packets_ ? write_packets(config) : std::string();
  }

 private:
  void add(const FilterOptions& filter, Observer& observer) {
    if (filter.selects_all()) return all_.push_back(&observer);
    all_.push_back(filters_.emplace_back(std::make_unique<Filter>(filter, observer)).get());
  }
  /// What kinds of frames are shown does not matter to what fails the run.
  static FilterOptions of_anomalies(const FilterOptions& filter) {
    return {.streams = filter.streams,
            .paths = filter.paths,
            .anomalies = filter.anomalies,
            .sender = filter.sender};
  }
  /// Copies the packets of what is shown; the capture is read a second time.
  std::string write_packets(const Config& config) {
    auto again = capture::open_capture(config.file);
    if (!again) return fmt::format("cannot open '{}': {}", config.file, again.error().message());
    return packets_->write(**again, config.write);
  }

  std::unique_ptr<Observer> view_;
  AnomalyWatch watch_;
  std::optional<PayloadExport> payloads_;
  std::optional<PacketExport> packets_;
  std::vector<std::unique_ptr<Filter>> filters_;
  std::vector<Observer*> all_;
};

}  // namespace

diag::Result<int> run(const Config& config) {
  std::optional<capture::PacketFilter> bpf;
  if (!config.bpf.empty()) {
    auto filter = capture::PacketFilter::compile(config.bpf);
    if (!filter) return filter.error();
    bpf.emplace(std::move(*filter));
  }
  TlsKeyLog keys;
  if (!read_keys(config, keys)) return cli::exit_code::environment;
  catch_signals();
  std::unique_ptr<capture::PacketSource> source;
  auto opened = open_source(config, source);
  if (!opened || *opened != cli::exit_code::ok) return opened;
  const OutputFile file(config.output);
  if (file.get() == nullptr) {
    complain(fmt::format("cannot write '{}': {}", config.output, std::strerror(errno)));
    return cli::exit_code::environment;
  }

  Sink sink(file.get());
  Observers observers(config, keys, sink);
  const DissectionTotals totals =
      dissect(*source, observers.all(), keys,
              {.filter = bpf ? &*bpf : nullptr, .search = config.search, .interrupted = [] {
                 return interrupted.load();
               }});
  live_source = nullptr;
  observers.finish();
  const bool failed_attempts = totals.flows.half_open + totals.flows.refused > 0;
  if (config.view == View::summary || (config.view == View::why && failed_attempts)) {
    sink.write(totals_line(totals));
  }
  sink.flush();
  if (const auto failure = observers.write_the_rest(config, sink); !failure.empty()) {
    complain(failure);
    return cli::exit_code::environment;
  }
  if (interrupted && config.interface.empty()) return cli::exit_code::interrupted;
  const int capture = judge_capture(*source, config, totals);
  return observers.must_fail() && capture == cli::exit_code::ok ? cli::exit_code::failed : capture;
}

}  // namespace wsrig::pcap
