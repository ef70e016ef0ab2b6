#include <algorithm>
#include <fmt/format.h>

#include "report/html_page.hpp"
#include "report/result.hpp"
#include "report/text.hpp"
#include "report/totals.hpp"

namespace wsrig::report {

namespace {

std::string section_link(const std::string& section) {
  const std::string url = section_url(section);
  if (url.empty()) return markup(section);
  return fmt::format("<a href=\"{}\" rel=\"noreferrer\">{}</a>", markup(url), markup(section));
}

/// "2 cases fail the run" as a strip of colours, one part a grade.
std::string bar(const Totals& all) {
  std::string out =
      "<svg class=\"bar\" viewBox=\"0 0 1000 14\" preserveAspectRatio=\"none\" role=\"img\" "
      "aria-label=\"grades\">";
  std::size_t before = 0;
  for (const Grade grade : grades) {
    const std::size_t count = all.count(grade);
    if (count == 0) continue;
    const std::size_t left = 1000 * before / all.cases;
    before += count;
    out += fmt::format(
        "<rect class=\"{}\" x=\"{}\" y=\"0\" width=\"{}\" height=\"14\"><title>{} {}</title></rect>",
        name(grade), left, 1000 * before / all.cases - left, count, name(grade));
  }
  return out + "</svg>\n";
}

/// Check boxes that stand before the cases, so that style sheets alone can hide a grade.
std::string filters(const Totals& all) {
  std::string boxes, labels;
  for (const Grade grade : grades) {
    const std::size_t count = all.count(grade);
    if (count == 0) continue;
    boxes += fmt::format("<input type=\"checkbox\" class=\"filter\" id=\"show-{0}\" checked>\n", name(grade));
    labels += fmt::format("<label for=\"show-{0}\" class=\"chip {0}\"><b>{1}</b> {0}</label>\n", name(grade),
                          count);
  }
  return boxes + "<nav class=\"chips\" aria-label=\"show or hide grades\">\n" + labels + "</nav>\n";
}

std::string suite_row(const Totals& suite, std::string_view tag) {
  std::string row = fmt::format("<tr><{0}>{1}</{0}>", tag, markup(suite.suite));
  for (const Grade grade : grades) {
    const std::size_t count = suite.count(grade);
    row +=
        count == 0 ? std::string{"<td></td>"} : fmt::format("<td class=\"{}\">{}</td>", name(grade), count);
  }
  return row + fmt::format("<td>{}</td></tr>\n", human(suite.duration));
}

std::string suite_table(const RunResult& run) {
  std::string out = "<table class=\"suites\">\n<thead><tr><th>suite</th>";
  for (const Grade grade : grades) out += fmt::format("<th>{}</th>", name(grade));
  out += "<th>time</th></tr></thead>\n<tbody>\n";
  for (const Totals& suite : totals_by_suite(run)) out += suite_row(suite, "th");
  Totals all = totals(run);
  all.suite = "total";
  return out + "</tbody>\n<tfoot>\n" + suite_row(all, "th") + "</tfoot>\n</table>\n";
}

std::string transcript_row(const TranscriptLine& line) {
  const std::string_view side = line.direction == '>' ? "sent" : line.direction == '<' ? "came" : "note";
  return fmt::format("<tr class=\"{}\"><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n", side,
                     seconds(line.at), markup(line.connection), markup({&line.direction, 1}),
                     markup(line.text));
}

/// Of a case that went well the beginning and the end: a page of a thousand cases has to open quickly.
std::string transcript(const CaseResult& result) {
  constexpr std::size_t first = 16, last = 8;
  const auto& lines = result.transcript;
  if (lines.empty()) return {};
  const bool is_whole = result.grade != Grade::ok || lines.size() <= first + last + 1;
  std::string out = "<h4>transcript</h4>\n<table class=\"transcript\">\n";
  for (std::size_t index = 0; index < lines.size(); ++index) {
    if (!is_whole && index == first) {
      const std::size_t left_out = lines.size() - first - last;
      out += transcript_row({lines[index].at, "", '-', fmt::format("{} lines are not shown", left_out)});
      index += left_out;
    }
    out += transcript_row(lines[index]);
  }
  return out + "</table>\n";
}

std::string facts_list(const CaseResult& result) {
  std::string out;
  for (const Fact& fact : facts_of(result)) {
    out += fmt::format("<dt>{}</dt><dd><pre>{}</pre></dd>\n", fact.label, markup(fact.text));
  }
  if (!result.rule_section.empty())
    out += fmt::format("<dt>rule</dt><dd>{}</dd>\n", section_link(result.rule_section));
  return out.empty() ? out : "<dl>\n" + out + "</dl>\n";
}

std::string words(std::string_view title, const std::vector<std::string>& list) {
  std::string out;
  for (const std::string& word : list) out += fmt::format(" <code>{}</code>", markup(word));
  return out.empty() ? out : fmt::format(" · {}{}", title, out);
}

std::string one_case(const CaseResult& result) {
  const std::string_view grade = name(result.grade);
  const bool has_message = result.grade != Grade::ok || result.fails_run;
  return fmt::format(
             "<details class=\"case {0}{1}\"{2}>\n<summary><span class=\"badge {0}\">{0}</span> "
             "<code>{3}</code>"
             "<span class=\"req\">{4}</span></summary>\n<div class=\"body\">\n",
             grade, result.fails_run ? " failing" : "", result.fails_run ? " open" : "", markup(result.id),
             name(result.level)) +
         (has_message ? fmt::format("<p class=\"message\">{}</p>\n", markup(reason_of(result)))
                      : std::string{}) +
         fmt::format("<p class=\"about\">{}</p>\n<p class=\"meta\">{} · {}{}{}</p>\n", markup(result.about),
                     section_link(result.section), human(result.duration), words("also", result.aliases),
                     words("tags", result.tags)) +
         facts_list(result) + transcript(result) + "</div>\n</details>\n";
}

template <class Wanted>
std::string case_list(const RunResult& run, std::string_view title, const Wanted& wanted) {
  std::string out;
  for (const CaseResult& result : run.cases) {
    if (wanted(result)) out += one_case(result);
  }
  return out.empty() ? out : fmt::format("<section>\n<h2>{}</h2>\n{}</section>\n", title, out);
}

std::string header(const RunResult& run) {
  const bool good = run.exit_code() == 0;
  std::string out = fmt::format(
      "<header class=\"{}\">\n<h1>{}</h1>\n<p class=\"subject\"><code>{}</code></p>\n<p class=\"meta\">{} {} "
      "· {} · "
      "{} · seed <code>{}</code></p>\n",
      good ? "good" : "bad", markup(headline(run)), markup(run.subject), markup(run.program),
      markup(run.version), markup(run.started), human(run.duration), run.seed);
  for (const std::string& remark : remarks(run))
    out += fmt::format("<p class=\"remark\">{}</p>\n", markup(remark));
  return out +
         fmt::format("<p class=\"meta\"><code>{}</code></p>\n</header>\n", markup(shell_line(run.argv)));
}

}  // namespace

std::string to_html(const RunResult& run) {
  const Totals all = totals(run);
  std::string out = page_begin(run.program + " " + run.version, run.subject + ": " + headline(run));
  out += header(run);
  if (!run.cases.empty()) out += bar(all) + filters(all) + suite_table(run);
  out += "<main>\n";
  out += case_list(run, "What fails the run", [](const CaseResult& result) { return result.fails_run; });
  for (const Totals& suite : totals_by_suite(run)) {
    out += case_list(run, markup(suite.suite), [&suite](const CaseResult& result) {
      return !result.fails_run && result.suite == suite.suite;
    });
  }
  return out + "</main>\n" + std::string(page_end);
}

}  // namespace wsrig::report
