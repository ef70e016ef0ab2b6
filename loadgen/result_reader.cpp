#include <fmt/format.h>
#include <optional>

#include <boost/json.hpp>

#include "cli/text_file.hpp"
#include "loadgen/result_json.hpp"
#include "net/base64_decoder.hpp"
#include "stats/hdr_encoding.hpp"
#include "ws/number.hpp"

namespace wsrig::loadgen {

namespace {

namespace json = boost::json;

/// What does not fit, thrown inside this file only: the way out of a document is long.
struct Misfit {
  std::string message;
};

/// A value of the document with the way to it, which names it in complaints.
class Node {
 public:
  Node(const json::value& value, std::string path) : value_(&value), path_(std::move(path)) {}

  [[noreturn]] void fail(std::string_view message) const {
    throw Misfit{fmt::format("{}: {}", path_.empty() ? "the document" : path_, message)};
  }

  const json::object& object() const {
    if (!value_->is_object()) fail("an object is expected");
    return value_->get_object();
  }

  Node operator[](std::string_view name) const {
    const json::value* member = object().if_contains(name);
    if (member == nullptr) fail(fmt::format("'{}' is missing", name));
    return {*member, child(name)};
  }

  /// Absent members are left out of documents where they would say nothing.
  std::optional<Node> find(std::string_view name) const {
    const json::value* member = object().if_contains(name);
    return member == nullptr ? std::nullopt : std::optional<Node>(std::in_place, *member, child(name));
  }

  template <class Visit>
  void each_element(const Visit& visit) const {
    if (!value_->is_array()) fail("an array is expected");
    std::size_t index = 0;
    for (const json::value& element : value_->get_array()) {
      visit(Node(element, fmt::format("{}[{}]", path_, index++)));
    }
  }

  template <class Visit>
  void each_member(const Visit& visit) const {
    for (const auto& member : object()) {
      const std::string_view name = member.key();
      visit(name, Node(member.value(), child(name)));
    }
  }

  std::string text() const {
    if (!value_->is_string()) fail("a string is expected");
    return std::string(std::string_view(value_->get_string()));
  }

  bool truth() const {
    if (!value_->is_bool()) fail("true or false is expected");
    return value_->get_bool();
  }

  double number() const {
    boost::system::error_code error;
    const double number = value_->to_number<double>(error);
    if (error) fail("a number is expected");
    return number;
  }

  template <class Integer>
  Integer integer() const {
    boost::system::error_code error;
    const Integer number = value_->to_number<Integer>(error);
    if (error || value_->is_double()) fail("a whole number is expected, or it is too large");
    return number;
  }

  std::chrono::nanoseconds time() const { return std::chrono::nanoseconds(integer<std::int64_t>()); }

 private:
  std::string child(std::string_view name) const {
    return path_.empty() ? std::string(name) : fmt::format("{}.{}", path_, name);
  }

  const json::value* value_;
  std::string path_;
};

std::vector<std::string> read_strings(const Node& node) {
  std::vector<std::string> words;
  node.each_element([&](const Node& element) { words.push_back(element.text()); });
  return words;
}

stats::Histogram read_histogram(const Node& node) {
  const Node hdr = node["hdr"];
  const std::string text = hdr.text();
  ws::ByteBuffer octets;
  net::Base64Decoder decoder;
  const bool is_base64 = decoder.feed(ws::as_bytes(text), octets) && decoder.is_complete();
  const auto coarse = is_base64 ? stats::decode_hdr(octets) : std::nullopt;
  if (!coarse) hdr.fail("no histogram in HdrHistogram's V2 encoding with 3 digits");
  if (coarse->empty()) return {};
  const auto buckets = coarse->buckets();
  const auto min = node["min_ns"].integer<std::uint64_t>(), max = node["max_ns"].integer<std::uint64_t>();
  const bool fits = min >= buckets.front().lowest() && min <= buckets.front().highest() &&
                    max >= buckets.back().lowest() && max <= buckets.back().highest() && min <= max;
  if (!fits) node.fail("'min_ns' and 'max_ns' contradict the histogram in 'hdr'");
  return stats::Histogram({buckets.begin(), buckets.end()}, min, max);
}

Timings read_timings(const Node& node) {
  Timings timings;
  node.each_member([&](std::string_view name, const Node& member) {
    for (const auto& known : timing_names()) {
      if (known.name == name) {
        timings[known.timing] = read_histogram(member);
        return;
      }
    }
    member.fail("unknown timing");
  });
  return timings;
}

Counters read_counters(const Node& node) {
  Counters counters;
  node.each_member([&](std::string_view name, const Node& member) {
    for (const auto& known : counter_names()) {
      if (known.name == name) {
        counters.*known.counter = member.integer<std::uint64_t>();
        return;
      }
    }
    member.fail("unknown counter");
  });
  return counters;
}

std::map<std::uint16_t, std::uint64_t> read_code_counts(const Node& node) {
  std::map<std::uint16_t, std::uint64_t> counts;
  node.each_member([&](std::string_view name, const Node& member) {
    const auto code = ws::to_integer<std::uint16_t>(name);
    if (!code) node.fail("a name here is a code");
    counts[*code] = member.integer<std::uint64_t>();
  });
  return counts;
}

Figures read_figures(const Node& node) {
  Figures figures;
  figures.duration = node["duration_ns"].time();
  figures.processor_time = node["processor_time_ns"].time();
  figures.counters = read_counters(node["counters"]);
  figures.close_codes = read_code_counts(node["close_codes"]);
  figures.http_statuses = read_code_counts(node["http_statuses"]);
  node["errors"].each_member([&](std::string_view kind, const Node& count) {
    figures.errors[std::string(kind)] = count.integer<std::uint64_t>();
  });
  figures.timings = read_timings(node["timings"]);
  node["rtt_by_message"].each_member([&](std::string_view label, const Node& histogram) {
    figures.rtt_by_message[std::string(label)] = read_histogram(histogram);
  });
  return figures;
}

/// The enumerator whose name a node has, `last` being the last one there is.
template <class Enum>
Enum read_name(const Node& node, Enum last) {
  const std::string text = node.text();
  for (std::uint8_t i = 0; i <= static_cast<std::uint8_t>(last); ++i) {
    if (name(static_cast<Enum>(i)) == text) return static_cast<Enum>(i);
  }
  node.fail(fmt::format("'{}' is not known", text));
}

Second read_second(const Node& node) {
  return {.number = node["second"].integer<std::uint32_t>(),
          .figures = read_figures(node["figures"]),
          .connections = node["connections"].integer<std::uint64_t>()};
}

Phase read_phase(const Node& node) {
  Phase phase;
  phase.name = node["name"].text();
  phase.model = read_name(node["model"], Model::receive);
  phase.asked = node["asked"].text();
  phase.asked_rate = node["asked_rate"].number();
  phase.recorded = node["recorded"].truth();
  phase.start = node["start_ns"].time();
  phase.start_spread = node["start_spread_ns"].time();
  phase.connections = node["connections"].integer<std::uint64_t>();
  phase.figures = read_figures(node["figures"]);
  node["seconds"].each_element([&](const Node& second) { phase.seconds.push_back(read_second(second)); });
  return phase;
}

Shard read_shard(const Node& node) {
  return {.rank = node["rank"].integer<std::uint32_t>(),
          .world = node["world"].integer<std::uint32_t>(),
          .loops = node["loops"].integer<std::uint32_t>(),
          .host = node["host"].text(),
          .start = node["start_ns"].time(),
          .agreed_start = node["agreed_start_ns"].time()};
}

Meta read_meta(const Node& node) {
  Meta meta;
  if (node["schema"].text() != result_schema) {
    node["schema"].fail(fmt::format("'{}' is expected, the document of a load", result_schema));
  }
  meta.program = node["program"].text();
  meta.version = node["version"].text();
  meta.argv = read_strings(node["argv"]);
  meta.seed = node["seed"].integer<std::uint64_t>();
  meta.name = node["name"].text();
  meta.url = node["url"].text();
  meta.start = node["start_ns"].time();
  meta.clock_resolution = node["clock_resolution_ns"].time();
  node["shards"].each_element([&](const Node& shard) { meta.shards.push_back(read_shard(shard)); });
  meta.thresholds = read_strings(node["thresholds"]);
  meta.interrupted = node["interrupted"].truth();
  return meta;
}

LimitSearch read_search(const Node& node) {
  LimitSearch search{.criterion = node["criterion"].text(), .limit = node["limit"].number()};
  node["probes"].each_element([&](const Node& probe) {
    search.probes.push_back({.rate = probe["rate"].number(),
                             .figures = read_figures(probe["figures"]),
                             .passed = probe["passed"].truth(),
                             .why = probe["why"].text()});
  });
  return search;
}

ServiceUsage read_service(const Node& node) {
  ServiceUsage usage{.name = node["name"].text()};
  node["samples"].each_element([&](const Node& sample) {
    usage.samples.push_back({.at = sample["at_ns"].time(),
                             .memory = sample["memory"].integer<std::uint64_t>(),
                             .processor_time = sample["processor_time_ns"].time()});
  });
  return usage;
}

void read_verdicts(const Node& node, Result& result) {
  node["judgements"].each_element([&](const Node& judgement) {
    result.judgements.push_back({.threshold = judgement["threshold"].text(),
                                 .passed = judgement["passed"].truth(),
                                 .observed = judgement["observed"].text(),
                                 .why = judgement["why"].text()});
  });
  node["remarks"].each_element([&](const Node& remark) {
    result.remarks.push_back({.concern = read_name(remark["concern"], Concern::note),
                              .phase = remark["phase"].text(),
                              .text = remark["text"].text()});
  });
}

Result read_document(const Node& node) {
  Result result{.meta = read_meta(node)};
  node["phases"].each_element([&](const Node& phase) { result.phases.push_back(read_phase(phase)); });
  if (const auto search = node.find("search")) result.search = read_search(*search);
  node["services"].each_element(
      [&](const Node& service) { result.services.push_back(read_service(service)); });
  read_verdicts(node, result);
  return result;
}

}  // namespace

diag::Result<Result> parse_result(const std::string& file, std::string_view text) {
  json::stream_parser parser;
  boost::system::error_code error;
  const std::size_t read = parser.write_some(text.data(), text.size(), error);
  if (!error) parser.finish(error);
  if (error) return diag::Source(file, std::string(text)).at(read, 1, "no JSON: " + error.message());
  try {
    const json::value document = parser.release();
    return read_document(Node(document, ""));
  } catch (const Misfit& misfit) {
    return diag::Diagnostic{.file = file, .message = misfit.message};
  }
}

diag::Result<Result> read_result(const std::string& path) {
  const auto text = cli::read_text_file(path);
  if (!text) return text.error();
  return parse_result(path, *text);
}

}  // namespace wsrig::loadgen
