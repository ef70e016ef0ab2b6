#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "report/result.hpp"
#include "report/text.hpp"
#include "report/totals.hpp"

namespace wsrig::report {

namespace {

namespace json = boost::json;

/// JSON has escapes for ASCII controls, but holds nothing that is not UTF-8.
json::string text(std::string_view raw) { return json::string{visible(raw, Controls::keep_ascii)}; }

json::array texts(const std::vector<std::string>& list) {
  json::array out;
  for (const std::string& item : list) out.emplace_back(text(item));
  return out;
}

void put_unless_empty(json::object& object, std::string_view key, const std::string& value) {
  if (!value.empty()) object[key] = text(value);
}

/// What every document and stream begins with.
json::object identity(const RunResult& run, std::string_view schema) {
  return {{"schema", schema},
          {"program", text(run.program)},
          {"version", text(run.version)},
          {"seed", run.seed},
          {"argv", texts(run.argv)},
          {"subject", text(run.subject)},
          {"started", text(run.started)}};
}

json::object counts(const Totals& totals) {
  json::object out{{"cases", totals.cases}, {"failing", totals.failing}};
  for (const Grade grade : grades) out[name(grade)] = totals.count(grade);
  return out;
}

/// How the run ended: in the document, and in the last event.
void put_outcome(json::object& out, const RunResult& run) {
  out["duration_us"] = run.duration.count();
  out["interrupted"] = run.interrupted;
  put_unless_empty(out, "environment_error", run.environment_error);
  put_unless_empty(out, "first_unreachable", run.first_unreachable);
  out["exit_code"] = run.exit_code();
  out["totals"] = counts(totals(run));
}

json::array suites(const RunResult& run) {
  json::array out;
  for (const Totals& suite : totals_by_suite(run)) {
    out.push_back(
        {{"suite", text(suite.suite)}, {"duration_us", suite.duration.count()}, {"totals", counts(suite)}});
  }
  return out;
}

json::array transcript(const CaseResult& result) {
  json::array out;
  for (const TranscriptLine& line : result.transcript) {
    json::object entry{{"at_us", line.at.count()}};
    put_unless_empty(entry, "connection", line.connection);
    entry["direction"] = text({&line.direction, 1});
    entry["text"] = text(line.text);
    out.push_back(std::move(entry));
  }
  return out;
}

json::object one_case(const CaseResult& result) {
  json::object out{{"id", text(result.id)},
                   {"suite", text(result.suite)},
                   {"aliases", texts(result.aliases)},
                   {"tags", texts(result.tags)},
                   {"requirements", texts(result.requirements)},
                   {"level", name(result.level)},
                   {"section", text(result.section)},
                   {"about", text(result.about)},
                   {"grade", name(result.grade)},
                   {"fails_run", result.fails_run},
                   {"duration_us", result.duration.count()},
                   {"file", text(result.file)},
                   {"line", result.line}};
  put_unless_empty(out, "message", result.message);
  put_unless_empty(out, "rule_section", result.rule_section);
  put_unless_empty(out, "expected", result.expected);
  put_unless_empty(out, "received", result.received);
  put_unless_empty(out, "step", result.step);
  put_unless_empty(out, "reproduce", result.reproduce);
  put_unless_empty(out, "baseline", result.baseline);
  if (!result.documents.empty()) out["documents"] = texts(result.documents);
  if (result.grade != Grade::ok || result.fails_run) out["transcript"] = transcript(result);
  return out;
}

}  // namespace

std::string to_json(const RunResult& run) {
  json::object document = identity(run, "wsrig-report/1");
  put_outcome(document, run);
  document["suites"] = suites(run);
  json::array cases;
  for (const CaseResult& result : run.cases) cases.push_back(one_case(result));
  document["cases"] = std::move(cases);
  return json::serialize(document) + '\n';
}

std::string start_event(const RunResult& run, std::size_t selected) {
  json::object event{{"event", "start"}};
  for (auto& member : identity(run, "wsrig-events/1")) event.insert(member);
  event["selected"] = selected;
  return json::serialize(event);
}

std::string case_event(const CaseResult& result) {
  json::object event{{"event", "case"}};
  for (auto& member : one_case(result)) event.insert(member);
  return json::serialize(event);
}

std::string end_event(const RunResult& run) {
  json::object event{{"event", "end"}};
  put_outcome(event, run);
  return json::serialize(event);
}

}  // namespace wsrig::report
