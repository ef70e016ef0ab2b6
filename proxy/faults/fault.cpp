#include "proxy/faults/fault.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "ws/notation.hpp"

namespace wsrig::proxy {

namespace {

/// How a value of this kind is written.
std::string_view example(FaultParameter::Kind kind) {
  switch (kind) {
    case FaultParameter::Kind::duration: return "50ms";
    case FaultParameter::Kind::size: return "16KiB";
    case FaultParameter::Kind::rate: return "64KiB/s";
    case FaultParameter::Kind::count: return "3";
    case FaultParameter::Kind::percent: return "50%";
  }
  return {};
}

/// Without the unit that a rate and a percentage end with; empty where that is missing.
std::optional<std::string_view> without(std::string_view unit, std::string_view text) {
  if (!text.ends_with(unit)) return std::nullopt;
  return text.substr(0, text.size() - unit.size());
}

std::optional<std::uint64_t> parse_value(FaultParameter::Kind kind, std::string_view text) {
  switch (kind) {
    case FaultParameter::Kind::duration: return ws::parse_duration_us(text);
    case FaultParameter::Kind::size: return ws::parse_size(text);
    case FaultParameter::Kind::count: return ws::parse_number(text);
    case FaultParameter::Kind::rate: {
      const auto size = without("/s", text);
      return size ? ws::parse_size(*size) : std::nullopt;
    }
    case FaultParameter::Kind::percent: {
      const auto number = without("%", text);
      return number ? ws::parse_number(*number) : std::nullopt;
    }
  }
  return std::nullopt;
}

struct Mistake {
  diag::Diagnostic diagnostic;
};

/// Reads a fault from left to right; a mistake is thrown, and becomes a Result at the end.
class FaultReader {
 public:
  explicit FaultReader(std::string_view text) : source_("", std::string(text)), rest_(source_.text()) {}

  std::shared_ptr<const Fault> read() {
    const FaultKind& kind = read_kind();
    FaultArguments arguments = default_arguments(kind);
    if (accept("(")) read_arguments(kind, arguments);
    check(kind, arguments);
    const auto direction = read_direction();
    skip_blanks();
    if (!rest_.empty()) fail(rest_, "nothing may follow the fault");
    return std::make_shared<Fault>(kind, std::move(arguments), direction, std::string(source_.text()));
  }

 private:
  [[noreturn]] void fail(std::string_view where, std::string message, std::string hint = {}) const {
    const auto offset = static_cast<std::size_t>(where.data() - source_.text().data());
    throw Mistake{
        source_.at(offset, std::max<std::size_t>(where.size(), 1), std::move(message), std::move(hint))};
  }

  void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size())); }

  bool accept(std::string_view punctuation) {
    skip_blanks();
    if (!rest_.starts_with(punctuation)) return false;
    rest_.remove_prefix(punctuation.size());
    return true;
  }

  /// Everything up to one of these, without outer blanks.
  std::string_view read_until(std::string_view ends) {
    skip_blanks();
    std::string_view word = rest_.substr(0, rest_.find_first_of(ends));
    rest_.remove_prefix(word.size());
    while (word.ends_with(' ')) word.remove_suffix(1);
    return word;
  }

  const FaultKind& read_kind() {
    const std::string_view name = read_until("(@");
    const auto found = std::ranges::find(fault_kinds(), name, &FaultKind::name);
    name_ = name;
    if (found != fault_kinds().end()) return *found;
    std::vector<std::string_view> names;
    for (const FaultKind& kind : fault_kinds()) names.push_back(kind.name);
    fail(name, fmt::format("unknown fault '{}'", name), suggest(name, names));
  }

  static std::string suggest(std::string_view word, const std::vector<std::string_view>& known) {
    std::string hint = diag::did_you_mean(word, known);
    return hint.empty() ? fmt::format("one of {}", fmt::join(known, ", ")) : hint;
  }

  static FaultArguments default_arguments(const FaultKind& kind) {
    FaultArguments arguments;
    for (const FaultParameter& parameter : kind.parameters) {
      if (parameter.default_value.empty()) continue;
      if (const auto value = parse_value(parameter.kind, parameter.default_value)) {
        arguments.set(parameter.name, *value);
      }
    }
    return arguments;
  }

  void read_arguments(const FaultKind& kind, FaultArguments& arguments) {
    std::vector<std::string_view> given;
    if (accept(")")) return;
    do {
      std::string_view value = read_until(",)");
      const FaultParameter& parameter = take_parameter(kind, value, given);
      arguments.set(parameter.name, read_value(parameter, value));
    } while (accept(","));
    if (!accept(")")) fail(rest_, "')' is missing");
  }

  /// The parameter that an argument is for; cuts `name=` off the argument.
  const FaultParameter& take_parameter(const FaultKind& kind, std::string_view& argument,
                                       std::vector<std::string_view>& given) const {
    const std::size_t equals = argument.find('=');
    const FaultParameter& parameter = equals == std::string_view::npos
                                          ? parameter_at(kind, given.size(), argument)
                                          : parameter_named(kind, argument.substr(0, equals));
    if (std::ranges::find(given, parameter.name) != given.end()) {
      fail(argument, fmt::format("'{}' is given twice", parameter.name));
    }
    given.push_back(parameter.name);
    if (equals != std::string_view::npos) argument.remove_prefix(equals + 1);
    return parameter;
  }

  const FaultParameter& parameter_at(const FaultKind& kind, std::size_t index,
                                     std::string_view argument) const {
    if (index < kind.parameters.size()) return kind.parameters[index];
    fail(argument, fmt::format("'{}' takes no more parameters", kind.name));
  }

  const FaultParameter& parameter_named(const FaultKind& kind, std::string_view name) const {
    const auto found = std::ranges::find(kind.parameters, name, &FaultParameter::name);
    if (found != kind.parameters.end()) return *found;
    std::vector<std::string_view> names;
    for (const FaultParameter& parameter : kind.parameters) names.push_back(parameter.name);
    fail(name, fmt::format("'{}' has no parameter '{}'", kind.name, name), suggest(name, names));
  }

  std::uint64_t read_value(const FaultParameter& parameter, std::string_view text) const {
    const auto value = parse_value(parameter.kind, text);
    if (!value) {
      fail(text, fmt::format("'{}' is not a value for '{}'", text, parameter.name),
           fmt::format("write it like {}={}", parameter.name, example(parameter.kind)));
    }
    if (*value < parameter.least) fail(text, fmt::format("'{}' is too small", parameter.name));
    if (*value > parameter.most) fail(text, fmt::format("'{}' is too large", parameter.name));
    return *value;
  }

  void check(const FaultKind& kind, const FaultArguments& arguments) const {
    for (const FaultParameter& parameter : kind.parameters) {
      if (!parameter.required || arguments.has(parameter.name)) continue;
      fail(name_, fmt::format("'{}' needs '{}'", kind.name, parameter.name),
           fmt::format("write {}({})", kind.name, example(parameter.kind)));
    }
    const std::string problem = kind.check ? kind.check(arguments) : "";
    if (!problem.empty()) fail(name_, fmt::format("'{}' {}", kind.name, problem));
  }

  std::optional<Direction> read_direction() {
    if (!accept("@")) return std::nullopt;
    const std::string_view word = read_until(" ");
    if (word == "upstream") return Direction::to_upstream;
    if (word == "downstream") return Direction::to_downstream;
    fail(word, fmt::format("unknown direction '{}'", word), "one of upstream, downstream");
  }

  diag::Source source_;
  std::string_view rest_;  ///< what is not read yet
  std::string_view name_;  ///< of the kind, as written
};

std::string print_parameter(const FaultParameter& parameter) {
  std::string text = fmt::format("      {:<10} {}", parameter.name, parameter.about);
  if (!parameter.default_value.empty()) text += fmt::format(" (default {})", parameter.default_value);
  if (parameter.required) text += fmt::format(" (needed, like {})", example(parameter.kind));
  return text + "\n";
}

}  // namespace

std::unique_ptr<ByteStage> Fault::make(ByteSink& next, const StageContext& context) const {
  if (!concerns(context) || needs_frames() || !kind_.make_bytes) return nullptr;
  return kind_.make_bytes(next, context, arguments_);
}

std::unique_ptr<FrameStage> Fault::make(FrameSink& next, const StageContext& context) const {
  if (!concerns(context) || !needs_frames()) return nullptr;
  return kind_.make_frames(next, context, arguments_);
}

diag::Result<std::shared_ptr<const Fault>> parse_fault(std::string_view text) {
  try {
    return FaultReader(text).read();
  } catch (const Mistake& mistake) {
    return mistake.diagnostic;
  }
}

std::string print_faults() {
  std::string text;
  for (const FaultKind& kind : fault_kinds()) {
    const bool always_frames = kind.needs_frames && !kind.make_bytes;
    text += fmt::format("  {:<18} {}{}\n", kind.name, kind.about, always_frames ? " [mode=inspect]" : "");
    for (const FaultParameter& parameter : kind.parameters) text += print_parameter(parameter);
  }
  return text;
}

}  // namespace wsrig::proxy
