#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <optional>
#include <span>
#include <vector>

#include "loadgen/threshold.hpp"
#include "ws/number.hpp"

/// Reads the text of thresholds.
namespace wsrig::loadgen {

namespace {

using diag::Diagnostic;

/// A word of the text, and where it stands.
struct Word {
  std::string_view text;
  std::size_t offset = 0;
};

Diagnostic at(const Word& word, std::string message, std::string hint = {}) {
  return {.column = word.offset + 1,
          .length = std::max<std::size_t>(word.text.size(), 1),
          .message = std::move(message),
          .hint = std::move(hint)};
}

bool is_sign(char c) { return c == '<' || c == '>' || c == '=' || c == '!'; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// Words end at blanks, and where signs begin or end.
std::vector<Word> split(std::string_view text) {
  std::vector<Word> words;
  std::size_t offset = 0;
  while (offset < text.size()) {
    if (is_blank(text[offset])) {
      ++offset;
      continue;
    }
    std::size_t end = offset + 1;
    while (end < text.size() && !is_blank(text[end]) && is_sign(text[end]) == is_sign(text[offset])) ++end;
    words.push_back({text.substr(offset, end - offset), offset});
    offset = end;
  }
  return words;
}

template <class Value, std::size_t count>
std::optional<Value> look_up(const std::array<std::pair<std::string_view, Value>, count>& table,
                             std::string_view name) {
  const auto found = std::ranges::find(table, name, [](const auto& row) { return row.first; });
  return found == table.end() ? std::nullopt : std::optional(found->second);
}

constexpr std::array<std::pair<std::string_view, Comparison>, 6> comparisons{{
    {"<", Comparison::less},
    {"<=", Comparison::at_most},
    {"==", Comparison::equal},
    {"!=", Comparison::not_equal},
    {">=", Comparison::at_least},
    {">", Comparison::greater},
}};

struct Scale {
  Unit unit;
  double factor;
};
constexpr std::array<std::pair<std::string_view, Scale>, 18> scales{{
    {"", {Unit::count, 1}},
    {"ns", {Unit::time, 1}},
    {"us", {Unit::time, 1e3}},
    {"µs", {Unit::time, 1e3}},
    {"ms", {Unit::time, 1e6}},
    {"s", {Unit::time, 1e9}},
    {"m", {Unit::time, 60e9}},
    {"B", {Unit::octets, 1}},
    {"KiB", {Unit::octets, 0x1p10}},
    {"MiB", {Unit::octets, 0x1p20}},
    {"GiB", {Unit::octets, 0x1p30}},
    {"/s", {Unit::rate, 1}},
    {"/m", {Unit::rate, 1.0 / 60}},
    {"B/s", {Unit::octet_rate, 1}},
    {"KiB/s", {Unit::octet_rate, 0x1p10}},
    {"MiB/s", {Unit::octet_rate, 0x1p20}},
    {"GiB/s", {Unit::octet_rate, 0x1p30}},
    {"%", {Unit::share, 0.01}},
}};

/// How a unit is asked for in a complaint.
std::string_view example(Unit unit) {
  switch (unit) {
    case Unit::count: return "a number, such as 0";
    case Unit::time: return "a time, such as 10ms";
    case Unit::octets: return "a size, such as 64MiB";
    case Unit::rate: return "a rate, such as 20000/s";
    case Unit::octet_rate: return "a rate, such as 10MiB/s";
    case Unit::share: return "a share, such as 0.1%";
  }
  return {};
}

std::optional<OfTiming> read_statistic(std::string_view word) {
  using enum OfTiming::Statistic;
  static constexpr std::array<std::pair<std::string_view, OfTiming::Statistic>, 5> names{
      {{"min", min}, {"max", max}, {"mean", mean}, {"stddev", stddev}, {"count", count}}};
  if (const auto statistic = look_up(names, word)) return OfTiming{.statistic = *statistic};
  if (!word.starts_with('p')) return {};
  const auto percent = ws::to_decimal(word.substr(1));
  if (!percent || *percent <= 0 || *percent >= 100) return {};
  return OfTiming{.statistic = percentile, .percent = *percent};
}

std::optional<Metric> simple_metric(std::string_view word) {
  for (const auto& [timing, name, title] : timing_names()) {
    if (name == word) return OfTiming{.timing = timing};
  }
  for (const auto& field : counter_names()) {
    if (field.name == word) return OfCounter{.counter = field.counter};
  }
  if (word == "errors") return OfCounter{};
  if (word == "close_code") return OfCode{.codes = &Figures::close_codes};
  if (word == "http_status") return OfCode{.codes = &Figures::http_statuses};
  if (word == "connections") return OfConnections{};
  if (word == "limit") return OfLimit{};
  if (word == "processor") return OfProcessor{};
  return {};
}

/// `service.NAME.memory`, `service.NAME.cpu`
std::optional<Metric> service_metric(std::string_view word) {
  constexpr std::string_view front = "service.";
  const std::size_t dot = word.rfind('.');
  if (!word.starts_with(front) || dot <= front.size() || dot == std::string_view::npos) return {};
  const std::string_view what = word.substr(dot + 1);
  if (what != "memory" && what != "cpu") return {};
  return OfService{std::string(word.substr(front.size(), dot - front.size())), what == "memory"};
}

std::optional<Metric> read_metric(std::string_view word) {
  auto metric = simple_metric(word);
  return metric ? metric : service_metric(word);
}

Diagnostic unknown_metric(const Word& word) {
  std::vector<std::string_view> names{"errors",      "close_code", "http_status",
                                      "connections", "limit",      "processor"};
  for (const auto& timing : timing_names()) names.push_back(timing.name);
  for (const auto& counter : counter_names()) names.push_back(counter.name);
  return at(word, fmt::format("unknown metric '{}'", word.text), diag::did_you_mean(word.text, names));
}

/// The units in which a metric can be compared.
struct Units {
  std::vector<Unit> operator()(const OfTiming& timing) const {
    return {timing.statistic == OfTiming::Statistic::count ? Unit::count : Unit::time};
  }
  std::vector<Unit> operator()(const OfCounter& of) const {
    const bool octets = of.counter == &Counters::octets_sent || of.counter == &Counters::octets_received;
    if (octets) return {Unit::octets, Unit::octet_rate};
    return {Unit::count, Unit::rate, Unit::share};
  }
  std::vector<Unit> operator()(const OfCode&) const { return {Unit::count}; }
  std::vector<Unit> operator()(const OfService& service) const {
    return {service.is_memory ? Unit::octets : Unit::share};
  }
  std::vector<Unit> operator()(const OfConnections&) const { return {Unit::count}; }
  std::vector<Unit> operator()(const OfLimit&) const { return {Unit::rate}; }
  std::vector<Unit> operator()(const OfProcessor&) const { return {Unit::share}; }
};

/// Reads word by word; the first mistake ends it.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text), words_(split(text)) {}

  diag::Result<Threshold> read() {
    threshold_.text = std::string(text_);
    for (const auto step :
         {&Reader::read_subject, &Reader::read_detail, &Reader::read_comparison, &Reader::read_value}) {
      if (auto mistake = (this->*step)()) return std::move(*mistake);
    }
    return std::move(threshold_);
  }

 private:
  using Mistake = std::optional<Diagnostic>;

  /// The word at hand; an empty one at the end of the text.
  Word peek(std::size_t ahead = 0) const {
    return next_ + ahead < words_.size() ? words_[next_ + ahead] : Word{{}, text_.size()};
  }
  Word take() {
    const Word word = peek();
    ++next_;
    return word;
  }

  /// `PHASE? METRIC`: a phase may have the name of a metric, if one follows.
  Mistake read_subject() {
    if (peek().text.empty()) return at(peek(), "a threshold is missing, such as 'rtt p99 < 10ms'");
    const bool has_phase = read_metric(peek(1).text).has_value();
    if (has_phase) threshold_.phase = std::string(take().text);
    const auto metric = read_metric(peek().text);
    // Two words before the statistic and the sign: it is the second of them that is no metric.
    const bool second_is_wrong =
        !peek(2).text.empty() && !is_sign(peek(1).text[0]) && !is_sign(peek(2).text[0]);
    if (!metric) return unknown_metric(peek(second_is_wrong ? 1 : 0));
    threshold_.metric = *metric;
    ++next_;
    return {};
  }

  /// The statistic of a timing, the number of a code.
  Mistake read_detail() {
    if (auto* timing = std::get_if<OfTiming>(&threshold_.metric)) return read_timing(*timing);
    if (auto* code = std::get_if<OfCode>(&threshold_.metric)) return read_code(*code);
    return {};
  }

  Mistake read_timing(OfTiming& timing) {
    const auto statistic = read_statistic(peek().text);
    if (!statistic) {
      const bool missing = peek().text.empty() || is_sign(peek().text[0]);
      return at(peek(), missing ? "a statistic is missing; one of p50, p99.9 …, min, max, mean, stddev, count"
                                : fmt::format("unknown statistic '{}'; one of p50, p99.9 …, min, max, mean, "
                                              "stddev, count",
                                              peek().text));
    }
    const Timing kind = timing.timing;
    timing = *statistic;
    timing.timing = kind;
    ++next_;
    return {};
  }

  Mistake read_code(OfCode& of) {
    const Word word = take();
    const auto code = ws::to_integer<decltype(of.code)>(word.text);
    if (!code) return at(word, "a code is expected, such as 1006");
    of.code = *code;
    return {};
  }

  Mistake read_comparison() {
    const auto comparison = look_up(comparisons, peek().text);
    if (!comparison) return at(peek(), "a comparison is expected: <, <=, ==, !=, >= or >");
    threshold_.comparison = *comparison;
    ++next_;
    return {};
  }

  /// A number and its unit, which may stand apart.
  Mistake read_value() {
    const Word word = take();
    const std::size_t split = std::min(word.text.find_first_not_of("0123456789."), word.text.size());
    const auto value = ws::to_decimal(word.text.substr(0, split));
    if (!value) return at(word, "a value is expected, such as 10ms");
    threshold_.value = *value;
    std::string_view unit = word.text.substr(split);
    if (unit.empty()) unit = take().text;
    if (!peek().text.empty()) return at(peek(), "nothing may follow the value");
    return read_unit(word, unit);
  }

  Mistake read_unit(const Word& value, std::string_view unit) {
    const auto scale = look_up(scales, unit);
    const auto units = std::visit(Units{}, threshold_.metric);
    if (!scale || std::ranges::find(units, scale->unit) == units.end()) {
      std::string wanted{example(units.front())};
      for (std::size_t i = 1; i < units.size(); ++i) wanted += fmt::format(", or {}", example(units[i]));
      return at(value, fmt::format("here stands {}", wanted));
    }
    threshold_.unit = scale->unit;
    threshold_.value *= scale->factor;
    return {};
  }

  std::string_view text_;
  std::vector<Word> words_;
  std::size_t next_ = 0;
  Threshold threshold_;
};

}  // namespace

diag::Result<Threshold> parse_threshold(std::string_view text) { return Reader(text).read(); }

}  // namespace wsrig::loadgen
