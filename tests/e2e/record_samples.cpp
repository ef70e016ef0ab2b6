// Records the numbers on standard input, one a line, and tells what a histogram made of them, as JSON: for
// histogram_test.py, which holds it against those of others.
#include <fmt/format.h>
#include <iostream>

#include "stats/hdr_encoding.hpp"
#include "stats/recorder.hpp"
#include "ws/base64.hpp"

int main() {
  wsrig::stats::Recorder recorder;
  for (std::uint64_t sample = 0; std::cin >> sample;) recorder.record(sample);
  const wsrig::stats::Histogram histogram = recorder.snapshot();
  fmt::print("{{\"count\":{},\"min\":{},\"max\":{},\"mean\":{},\"stddev\":{},\"error\":{}", histogram.count(),
             histogram.min(), histogram.max(), histogram.mean(), histogram.stddev(),
             wsrig::stats::bucket_layout::relative_error);
  for (const double percent : {1.0, 25.0, 50.0, 75.0, 90.0, 95.0, 99.0, 99.9, 99.99, 100.0}) {
    fmt::print(",\"{}\":{}", percent, histogram.percentile(percent));
  }
  fmt::print(",\"hdr\":\"{}\"}}\n", wsrig::ws::base64(wsrig::stats::encode_hdr(histogram)));
}
