#include "loadgen/output_options.hpp"

#include "loadgen/threshold.hpp"

namespace wsrig::loadgen {

namespace {

const std::string files = "Reports (FILE may be - for standard output)";
const std::string live = "While it runs";

}  // namespace

std::vector<cli::Option> report_options() {
  return {
      {.name = "threshold",
       .letter = 't',
       .value = "THRESHOLD",
       .help =
           "what has to hold, such as 'rtt p99 < 10ms', 'errors == 0' or 'missed_sends < 0.1%'; else exit 1",
       .repeatable = true,
       .group = files},
      {.name = "json", .value = "FILE", .help = "everything as one JSON document", .group = files},
      {.name = "html", .value = "FILE", .help = "one self-contained HTML page with plots", .group = files},
      {.name = "hdr-log",
       .value = "FILE",
       .help = "an interval log of all histograms, as HdrHistogram's tools read it",
       .group = files},
      {.name = "percentiles",
       .value = "FILE",
       .help = "percentile distributions in text, as HdrHistogram's plotter reads them",
       .group = files},
  };
}

std::vector<cli::Option> live_options() {
  return {
      {.name = "jsonl", .value = "FILE", .help = "one JSON event a second (FILE may be -)", .group = live},
      {.name = "prometheus",
       .value = "HOST:PORT",
       .help = "answer Prometheus here while it runs, at /metrics",
       .group = live},
      {.name = "statsd",
       .value = "HOST:PORT",
       .help = "send each second's figures to a statsd, over UDP",
       .group = live},
      {.name = "shards",
       .value = "DIR",
       .help = "put this process's part of a run there, for 'wsrig merge'",
       .group = live},
      {.name = "quiet", .letter = 'q', .help = "no progress", .group = live},
  };
}

diag::Result<OutputConfig> read_output_options(const cli::Values& values) {
  for (const std::string& text : values.list("threshold")) {
    auto threshold = parse_threshold(text);
    if (!threshold) return diag::Source("--threshold", text).place(threshold.error());
  }
  return OutputConfig{.json = values.text("json"),
                      .jsonl = values.text("jsonl"),
                      .html = values.text("html"),
                      .hdr_log = values.text("hdr-log"),
                      .percentiles = values.text("percentiles"),
                      .shards = values.text("shards"),
                      .prometheus = values.text("prometheus"),
                      .statsd = values.text("statsd"),
                      .thresholds = values.list("threshold"),
                      .quiet = values.flag("quiet"),
                      .color = cli::use_color(values, 1)};
}

}  // namespace wsrig::loadgen
