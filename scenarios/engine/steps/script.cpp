#include "scenarios/engine/steps/script.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <fmt/format.h>
#include <utility>

#include "scenarios/engine/steps/pattern_reader.hpp"
#include "ws/notation_reader.hpp"

namespace wsrig::engine {
namespace {

using ws::Token;
using ws::TokenReader;

constexpr std::array<std::string_view, 11> send_words{"text", "binary", "cont", "ping",  "pong",    "close",
                                                      "op",   "raw",    "http", "reset", "shutdown"};
constexpr std::array<std::string_view, 4> grade_words{"ok", "non-strict", "informational", "fail"};
/// What may follow the name of a connection, and the name of a service.
constexpr std::array<std::string_view, 5> connection_words{">", "<", "reconnect", "hold", "resume"};
constexpr std::array<std::string_view, 4> service_words{"signal", "exit", "memory", "connections"};
constexpr std::array<std::pair<std::string_view, int>, 6> signals{{{"TERM", SIGTERM},
                                                                   {"INT", SIGINT},
                                                                   {"HUP", SIGHUP},
                                                                   {"QUIT", SIGQUIT},
                                                                   {"USR1", SIGUSR1},
                                                                   {"USR2", SIGUSR2}}};

bool contains(const auto& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

void note_name(std::vector<std::string>& names, const std::string& name) {
  if (!contains(names, name)) names.push_back(name);
}

/// Time passes for all connections, and steps run again for all.
bool is_for_all(const Action& action) {
  return std::holds_alternative<Pause>(action) || std::holds_alternative<Times>(action) ||
         std::holds_alternative<EndTimes>(action);
}

class ScriptReader {
 public:
  ScriptReader(const diag::Source& source, const ScriptOrigin& origin) : reader_(source), origin_(origin) {}

  Script run() {
    while (true) {
      while (reader_.peek().kind == Token::Kind::newline) reader_.take();
      if (reader_.peek().kind == Token::Kind::end) break;
      if (reader_.at("|")) {
        read_alternative_line();
      } else {
        reader_.at("every") ? read_repetition() : read_step();
      }
      if (!reader_.at_step_end()) reader_.fail_unexpected("the end of the step");
    }
    if (!open_times_.empty()) reader_.fail(open_times_.back(), "'end' is missing");
    return std::move(script_);
  }

 private:
  /// The place of the step that began at `start` and was read just now.
  Place place_from(std::size_t start) const {
    const std::string_view written = reader_.source().text().substr(start, reader_.last_end() - start);
    const std::size_t newline = written.find('\n');
    std::string text(written.substr(0, newline));
    if (newline != std::string_view::npos) text += " …";
    return {start, origin_.first_line + reader_.source().position(start).line - 1, std::move(text)};
  }

  void read_step() {
    const std::size_t start = reader_.peek().offset;
    Step step;
    step.connection = read_name();
    const bool is_about_service = !step.connection.empty() && contains(service_words, reader_.peek().text);
    step.action = is_about_service ? read_service_action() : read_action(start);
    note_step(step);
    step.place = place_from(start);
    steps().push_back(std::move(step));
  }

  /// Those that are read at present.
  std::vector<Step>& steps() { return script_.repetition ? script_.repetition->steps : script_.steps; }

  void read_repetition() {
    const Token every = reader_.take();
    if (script_.repetition) reader_.fail(every, "there can be only one 'every'");
    const Token period = reader_.peek();
    Repetition repetition;
    repetition.period = read_duration(reader_);
    if (repetition.period <= microseconds{})
      reader_.fail(period, "the steps below need a time to repeat them in");
    repetition.place = place_from(every.offset);
    script_.repetition = std::move(repetition);
  }

  /// Of a connection, or of a service.
  std::string read_name() {
    const std::string_view next = reader_.peek(1).text;
    const bool named = reader_.peek().kind == Token::Kind::word &&
                       (contains(connection_words, next) || contains(service_words, next));
    return named ? std::string(reader_.take().text) : std::string();
  }

  void note_step(const Step& step) {
    if (is_about_service(step.action)) return note_name(script_.services, step.connection);
    if (!is_for_all(step.action)) note_name(script_.connections, step.connection);
  }

  Action read_action(std::size_t start) {
    if (reader_.accept(">")) return read_send();
    if (reader_.accept("<")) return Expect{read_alternatives(start)};
    if (reader_.accept("pause")) return Pause{read_duration(reader_)};
    if (reader_.accept("reconnect")) return Reconnect{};
    if (reader_.accept("hold")) return Hold{};
    if (reader_.accept("resume")) return Resume{};
    if (reader_.at("times")) return read_times();
    if (reader_.at("end")) return read_end();
    static constexpr std::array<std::string_view, 6> words{"pause",  "reconnect", "hold",
                                                           "resume", "times",     "end"};
    reader_.fail(reader_.peek(),
                 "a step begins with '>', '<', '|', pause, reconnect, hold, resume, times, end or every",
                 diag::did_you_mean(reader_.peek().text, words));
  }

  Times read_times() {
    open_times_.push_back(reader_.take());
    return {ws::read_joined(reader_)};
  }

  EndTimes read_end() {
    const Token word = reader_.take();
    if (open_times_.empty()) reader_.fail(word, "there is no 'times' that this could end");
    open_times_.pop_back();
    return {};
  }

  Action read_service_action() {
    if (reader_.accept("signal")) return SendSignal{read_signal()};
    if (reader_.accept("exit")) return ExpectExit{static_cast<int>(read_number(255)), read_within()};
    if (reader_.accept("memory")) return read_usage(ExpectUsage::What::memory);
    reader_.take();
    return read_usage(ExpectUsage::What::connections);
  }

  int read_signal() {
    const Token token = reader_.peek();
    const auto found = std::find_if(signals.begin(), signals.end(),
                                    [&](const auto& signal) { return signal.first == token.text; });
    if (found == signals.end()) reader_.fail_unexpected("one of TERM, INT, HUP, QUIT, USR1, USR2");
    reader_.take();
    return found->second;
  }

  std::uint64_t read_number(std::uint64_t most) {
    const Token token = reader_.peek();
    const auto number = ws::parse_number(token.text, most);
    if (token.kind != Token::Kind::number || !number)
      reader_.fail_unexpected(fmt::format("a number, 0 to {}", most));
    reader_.take();
    return *number;
  }

  ExpectUsage read_usage(ExpectUsage::What what) {
    reader_.expect("at");
    reader_.expect("most");
    ExpectUsage usage;
    usage.what = what;
    usage.most = what == ExpectUsage::What::memory ? read_size() : read_number(1'000'000);
    usage.within = read_within();
    return usage;
  }

  std::uint64_t read_size() {
    const Token token = reader_.peek();
    const auto size = ws::parse_size(token.text);
    if (token.kind != Token::Kind::number || !size) reader_.fail_unexpected("a size such as 1MiB");
    reader_.take();
    return *size;
  }

  std::optional<microseconds> read_within() {
    return reader_.accept("within") ? std::optional(read_duration(reader_)) : std::nullopt;
  }

  Action read_send() {
    if (reader_.accept("shutdown")) return Shutdown{};
    if (reader_.accept("reset")) return Reset{};
    if (reader_.accept("raw")) return read_raw();
    if (reader_.accept("http")) return read_http();
    SendFrame send{ws::read_frame(reader_, send_words)};
    if (reader_.peek().kind == Token::Kind::word)
      ws::read_attribute(reader_, send.frame.attributes);  // names it
    return send;
  }

  SendRaw read_raw() {
    SendRaw send;
    send.bytes = ws::read_expression(reader_);
    send.attributes = read_cut();
    return send;
  }

  SendHttp read_http() {
    SendHttp send;
    const bool as_lines = reader_.peek().kind == Token::Kind::triple_string;
    send.text = as_lines ? ws::read_http_text(reader_) : ws::read_expression(reader_);
    send.attributes = read_cut();
    return send;
  }

  std::vector<ws::Attribute> read_cut() {
    std::vector<ws::Attribute> attributes;
    while (ws::starts_attribute(reader_)) {
      const Token token = reader_.peek();
      attributes.push_back(ws::read_attribute(reader_, attributes));
      if (token.text != "cut")
        reader_.fail(token, fmt::format("'{}' belongs to a frame; here only cut= can stand", token.text));
    }
    return attributes;
  }

  void read_alternative_line() {
    const Token bar = reader_.take();
    Expect* const expect = steps().empty() ? nullptr : std::get_if<Expect>(&steps().back().action);
    if (!expect)
      reader_.fail(bar, "a '|' line is an alternative to the '<' line above it, and there is none");
    for (Alternative& alternative : read_alternatives(bar.offset))
      expect->alternatives.push_back(std::move(alternative));
  }

  std::vector<Alternative> read_alternatives(std::size_t start) {
    if (!reader_.accept("failed")) return {read_alternative(start)};
    std::vector<Alternative> alternatives;
    for (auto& [pattern, grade] : read_failure(reader_)) {
      Alternative& alternative = alternatives.emplace_back();
      alternative.pattern = std::move(pattern);
      alternative.grade = grade;
      alternative.has_arrow = true;
      alternative.goes_on = false;
    }
    std::optional<microseconds> within;
    if (reader_.accept("within")) within = read_duration(reader_);
    for (Alternative& alternative : alternatives) {
      alternative.within = within;
      alternative.place = place_from(start);
    }
    return alternatives;
  }

  Alternative read_alternative(std::size_t start) {
    Alternative alternative;
    alternative.eventually = reader_.accept("eventually");
    alternative.pattern = read_pattern(reader_);
    alternative.within = read_within();
    if (reader_.accept("->")) read_grade(alternative);
    alternative.place = place_from(start);
    return alternative;
  }

  void read_grade(Alternative& alternative) {
    const bool continues = reader_.accept("continue");
    const Token word = reader_.peek();
    const bool known = std::find(grade_words.begin(), grade_words.end(), word.text) != grade_words.end();
    if (word.kind != Token::Kind::word)
      reader_.fail_unexpected(fmt::format("a grade: {}", fmt::join(grade_words, ", ")));
    if (!known) {
      reader_.fail(word,
                   fmt::format("unknown grade '{}'; one of {}", word.text, fmt::join(grade_words, ", ")),
                   diag::did_you_mean(word.text, grade_words));
    }
    alternative.grade = *report::grade_from_name(reader_.take().text);
    alternative.has_arrow = true;
    alternative.goes_on = continues;
  }

  TokenReader reader_;
  const ScriptOrigin& origin_;
  Script script_;
  std::vector<Token> open_times_;
};

}  // namespace

diag::Result<std::uint64_t> rounds_of(const Times& times, const ws::Scope& scope) {
  constexpr std::uint64_t most = 1'000'000;
  const auto text = ws::evaluate(times.count, scope);
  if (!text) return text.error();
  const auto rounds = ws::parse_number(*text, most);
  if (rounds && *rounds > 0) return *rounds;
  diag::Diagnostic wrong;
  wrong.column = times.count.offset + 1;
  wrong.message = fmt::format("'{}' is not a count from 1 to {}", *text, most);
  return wrong;
}

bool is_about_service(const Action& action) {
  return std::holds_alternative<SendSignal>(action) || std::holds_alternative<ExpectExit>(action) ||
         std::holds_alternative<ExpectUsage>(action);
}

bool Script::sends_signals() const {
  return std::any_of(steps.begin(), steps.end(),
                     [](const Step& step) { return std::holds_alternative<SendSignal>(step.action); });
}

bool Script::awaits_memory() const {
  return std::any_of(steps.begin(), steps.end(), [](const Step& step) {
    const auto* usage = std::get_if<ExpectUsage>(&step.action);
    return usage != nullptr && usage->what == ExpectUsage::What::memory;
  });
}

bool Script::has_http() const {
  return std::any_of(steps.begin(), steps.end(),
                     [](const Step& step) { return std::holds_alternative<SendHttp>(step.action); });
}

diag::Diagnostic place_in_file(diag::Diagnostic diagnostic, std::string_view steps_text,
                               const ScriptOrigin& origin) {
  if (diagnostic.line == 0)
    diagnostic = diag::Source("", std::string(steps_text)).place(std::move(diagnostic));
  if (diagnostic.line == 0) return diagnostic;
  diagnostic.line += origin.first_line - 1;
  diagnostic.column += origin.indent;
  if (origin.file) {
    diagnostic.file = origin.file->name();
    diagnostic.source_line = std::string(origin.file->line(diagnostic.line));
  }
  return diagnostic;
}

diag::Result<Script> parse_script(std::string_view text, const ScriptOrigin& origin) {
  const diag::Source source("", std::string(text));
  try {
    return ScriptReader(source, origin).run();
  } catch (ws::SyntaxError& error) {
    return place_in_file(std::move(error.diagnostic), text, origin);
  }
}

}  // namespace wsrig::engine
