#include "loadgen/result_json.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "loadgen/percentiles.hpp"
#include "report/json_writer.hpp"
#include "stats/hdr_encoding.hpp"
#include "ws/base64.hpp"

namespace wsrig::loadgen {

namespace {

using report::JsonWriter;

/// "2026-01-02T03:04:05.123Z"
std::string iso_time(std::chrono::nanoseconds since_epoch) {
  const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(since_epoch).count();
  return fmt::format("{:%FT%T}.{:03}Z", fmt::gmtime(static_cast<std::time_t>(milliseconds / 1000)),
                     milliseconds % 1000);
}

void put_strings(JsonWriter& out, std::string_view name, const std::vector<std::string>& words) {
  out.key(name).begin_array();
  for (const std::string& word : words) out.value(word);
  out.end_array();
}

void put_histogram(JsonWriter& out, const stats::Histogram& histogram) {
  out.begin_object().member("count", histogram.count());
  out.member("min_ns", histogram.min()).member("mean_ns", histogram.mean());
  out.member("stddev_ns", histogram.stddev());
  for (const Percentile& percentile : shown_percentiles) {
    out.member(fmt::format("{}_ns", percentile.name), histogram.percentile(percentile.percent));
  }
  out.member("max_ns", histogram.max());
  out.member("hdr", ws::base64(stats::encode_hdr(histogram))).end_object();
}

void put_timings(JsonWriter& out, const Figures& figures) {
  out.key("timings").begin_object();
  for (const auto& [timing, name, title] : timing_names()) {
    const stats::Histogram& histogram = figures.timings[timing];
    if (!histogram.empty()) put_histogram(out.key(name), histogram);
  }
  out.end_object().key("rtt_by_message").begin_object();
  for (const auto& [label, histogram] : figures.rtt_by_message) put_histogram(out.key(label), histogram);
  out.end_object();
}

template <class Key>
void put_counts(JsonWriter& out, std::string_view name, const std::map<Key, std::uint64_t>& counts) {
  out.key(name).begin_object();
  for (const auto& [key, count] : counts) out.member(fmt::format("{}", key), count);
  out.end_object();
}

/// Counters that stayed at nothing are left out of the lines of a second, of which there are many.
void put_counters(JsonWriter& out, const Counters& counters) {
  out.key("counters").begin_object();
  for (const auto& field : counter_names()) {
    if (counters.*field.counter != 0) out.member(field.name, counters.*field.counter);
  }
  out.end_object();
}

void put_figures(JsonWriter& out, const Figures& figures) {
  out.begin_object().member("duration_ns", figures.duration.count());
  out.member("messages_sent_per_second", per_second(figures.counters.messages_sent, figures.duration));
  out.member("messages_received_per_second",
             per_second(figures.counters.messages_received, figures.duration));
  out.member("error_count", figures.error_count());
  out.member("processor_time_ns", figures.processor_time.count());
  put_counters(out, figures.counters);
  put_counts(out, "close_codes", figures.close_codes);
  put_counts(out, "http_statuses", figures.http_statuses);
  put_counts(out, "errors", figures.errors);
  put_timings(out, figures);
  out.end_object();
}

void put_second(JsonWriter& out, const Second& second) {
  out.member("second", second.number).member("connections", second.connections);
  put_figures(out.key("figures"), second.figures);
}

void put_phase(JsonWriter& out, const Phase& phase) {
  out.begin_object().member("name", phase.name).member("model", name(phase.model));
  out.member("asked", phase.asked).member("asked_rate", phase.asked_rate).member("recorded", phase.recorded);
  out.member("start_ns", phase.start.count()).member("start_spread_ns", phase.start_spread.count());
  out.member("connections", phase.connections);
  put_figures(out.key("figures"), phase.figures);
  out.key("seconds").begin_array();
  for (const Second& second : phase.seconds) {
    put_second(out.begin_object(), second);
    out.end_object();
  }
  out.end_array().end_object();
}

void put_shards(JsonWriter& out, const std::vector<Shard>& shards) {
  out.key("shards").begin_array();
  for (const Shard& shard : shards) {
    out.begin_object().member("rank", shard.rank).member("world", shard.world).member("loops", shard.loops);
    out.member("host", shard.host).member("start_ns", shard.start.count());
    out.member("agreed_start_ns", shard.agreed_start.count())
        .member("skew_ns", shard.skew().count())
        .end_object();
  }
  out.end_array();
}

void put_meta(JsonWriter& out, const Meta& meta, std::string_view schema) {
  out.member("schema", schema).member("program", meta.program).member("version", meta.version);
  put_strings(out, "argv", meta.argv);
  out.member("seed", meta.seed).member("name", meta.name).member("url", meta.url);
  out.member("start", iso_time(meta.start)).member("start_ns", meta.start.count());
  out.member("clock_resolution_ns", meta.clock_resolution.count());
  put_shards(out, meta.shards);
  put_strings(out, "thresholds", meta.thresholds);
}

void put_search(JsonWriter& out, const LimitSearch& search) {
  out.key("search").begin_object().member("criterion", search.criterion).member("limit", search.limit);
  out.key("probes").begin_array();
  for (const Probe& probe : search.probes) {
    out.begin_object().member("rate", probe.rate).member("passed", probe.passed).member("why", probe.why);
    put_figures(out.key("figures"), probe.figures);
    out.end_object();
  }
  out.end_array().end_object();
}

void put_services(JsonWriter& out, const std::vector<ServiceUsage>& services) {
  out.key("services").begin_array();
  for (const ServiceUsage& service : services) {
    out.begin_object().member("name", service.name).key("samples").begin_array();
    for (const UsageSample& sample : service.samples) {
      out.begin_object().member("at_ns", sample.at.count()).member("memory", sample.memory);
      out.member("processor_time_ns", sample.processor_time.count()).end_object();
    }
    out.end_array().end_object();
  }
  out.end_array();
}

void put_verdicts(JsonWriter& out, const Result& result) {
  out.member("interrupted", result.meta.interrupted).member("exit_code", result.exit_code());
  out.key("judgements").begin_array();
  for (const Judgement& judgement : result.judgements) {
    out.begin_object().member("threshold", judgement.threshold).member("passed", judgement.passed);
    out.member("observed", judgement.observed).member("why", judgement.why).end_object();
  }
  out.end_array().key("remarks").begin_array();
  for (const Remark& remark : result.remarks) {
    out.begin_object().member("concern", name(remark.concern)).member("phase", remark.phase);
    out.member("text", remark.text).end_object();
  }
  out.end_array();
}

}  // namespace

std::string to_json(const Result& result) {
  JsonWriter out;
  put_meta(out.begin_object(), result.meta, result_schema);
  put_verdicts(out, result);
  put_figures(out.key("total"), result.total());
  out.key("phases").begin_array();
  for (const Phase& phase : result.phases) put_phase(out, phase);
  out.end_array();
  if (result.search) put_search(out, *result.search);
  put_services(out, result.services);
  return out.end_object().text() + '\n';
}

std::string start_event(const Meta& meta) {
  JsonWriter out;
  put_meta(out.begin_object().member("event", "start"), meta, events_schema);
  return out.end_object().text();
}

std::string second_event(const Phase& phase, const Second& second) {
  JsonWriter out;
  put_second(out.begin_object().member("event", "second").member("phase", phase.name), second);
  return out.end_object().text();
}

std::string end_event(const Result& result) {
  JsonWriter out;
  put_verdicts(out.begin_object().member("event", "end"), result);
  put_figures(out.key("total"), result.total());
  return out.end_object().text();
}

}  // namespace wsrig::loadgen
