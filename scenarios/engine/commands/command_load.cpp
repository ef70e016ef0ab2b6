#include <fmt/format.h>
#include <optional>

#include "cli/option_value.hpp"
#include "cli/output_file.hpp"
#include "loadgen/compare.hpp"
#include "loadgen/merge.hpp"
#include "loadgen/report_files.hpp"
#include "loadgen/result_json.hpp"
#include "loadgen/units.hpp"
#include "scenarios/engine/commands/commands.hpp"
#include "scenarios/engine/commands/compare_run.hpp"
#include "ws/number.hpp"

/// What is computed from the documents of finished loads: merge, compare.
namespace wsrig::engine {

namespace {

int environment_failed(std::string_view program, const std::string& problem) {
  fmt::print(stderr, "{}: {}\n", program, problem);
  return cli::exit_code::environment;
}

// ---- merge ----

diag::Result<loadgen::Result> read_and_merge(const cli::Values& values) {
  const auto files = loadgen::find_shard_files(values.positionals());
  if (!files) return files.error();
  std::vector<loadgen::ShardDocument> documents;
  for (const std::string& file : *files) {
    auto result = loadgen::read_result(file);
    if (!result) return result.error();
    documents.push_back({file, std::move(*result)});
  }
  return loadgen::merge_shards(std::move(documents), values.flag("allow-missing"));
}

diag::Result<int> merge(const cli::Values& values) {
  const auto config = loadgen::read_output_options(values);
  if (!config) return config.error();
  auto result = read_and_merge(values);
  if (!result) return result.error();
  auto& thresholds = result->meta.thresholds;
  thresholds.insert(thresholds.end(), config->thresholds.begin(), config->thresholds.end());
  auto files = loadgen::ReportFiles::open(*config, {});
  if (!files) return environment_failed("wsrig merge", files.error());
  return files->finish(*result);
}

// ---- compare ----

/// "2%", "0.5%" as a part of one, between 0 and `most`.
diag::Result<double> share_option(const cli::Values& values, std::string_view name, double most) {
  const std::string& text = values.text(name);
  const auto percent =
      text.ends_with('%') ? ws::to_decimal(std::string_view(text).substr(0, text.size() - 1)) : std::nullopt;
  if (percent && *percent < most * 100) return *percent / 100;
  return diag::Diagnostic{
      .message =
          fmt::format("'{}' is not a value of '--{}', which takes a percentage, such as 2%", text, name)};
}

diag::Result<stats::ComparisonOptions> read_comparison_options(const cli::Values& values) {
  const auto confidence = share_option(values, "confidence", 1);
  if (!confidence) return confidence.error();
  const auto margin = share_option(values, "margin", 1);
  if (!margin) return margin.error();
  if (*confidence < 0.5)
    return diag::Diagnostic{.message = "--confidence below 50% would see differences everywhere"};
  return stats::ComparisonOptions{.confidence = *confidence, .margin = *margin};
}

/// Documents of runs that were taken before.
diag::Result<Turns> read_documents(const std::vector<std::string>& paths) {
  if (paths.size() % 2 != 0) {
    return diag::Diagnostic{
        .message = "compare takes pairs of documents: A.json B.json, in the order in which they were taken"};
  }
  Turns turns;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    auto result = loadgen::read_result(paths[i]);
    if (!result) return result.error();
    (i % 2 == 0 ? turns.a : turns.b).push_back(std::move(*result));
  }
  return turns;
}

/// Runs that are taken now.
diag::Result<Turns> take_runs(const cli::Values& values) {
  const auto& paths = values.positionals();
  if (paths.size() != 2)
    return diag::Diagnostic{.message = "compare --run takes two scenario files: A.yaml B.yaml"};
  const auto repeats = cli::number_option(values, "repeats", 1, 1000);
  if (!repeats) return repeats.error();
  const auto seed = cli::number_option(values, "seed");
  if (!seed) return seed.error();
  TurnsConfig config{.a = paths[0], .b = paths[1], .repeats = *repeats, .seed = *seed};
  config.on_run = [all = 2 * *repeats](std::size_t done, const loadgen::Result& result) {
    const loadgen::Figures total = result.total();
    const stats::Histogram& rtt = total.timings[loadgen::Timing::rtt];
    fmt::print(stderr, "{} of {}: {}  rtt p50 {}  p99 {}\n", done, all, done % 2 == 1 ? 'A' : 'B',
               loadgen::print_time(rtt.percentile(50)), loadgen::print_time(rtt.percentile(99)));
  };
  return run_in_turn(config);
}

/// Says what was found, also in `document`, if that is wanted.
int tell(const loadgen::ComparisonReport& report, std::optional<cli::OutputFile> document, bool color) {
  const bool stdout_is_taken = document && document->is_standard_output();
  fmt::print(stdout_is_taken ? stderr : stdout, "{}",
             loadgen::comparison_table(report, color && !stdout_is_taken));
  const std::string problem = document ? document->write(loadgen::comparison_json(report)) : "";
  return problem.empty() ? report.exit_code() : environment_failed("wsrig compare", problem);
}

diag::Result<int> compare(const cli::Values& values) {
  const auto options = read_comparison_options(values);
  if (!options) return options.error();
  std::optional<cli::OutputFile> document;
  if (values.has("json")) {
    auto opened = cli::OutputFile::open(values.text("json"));
    if (!opened) return environment_failed("wsrig compare", opened.error());
    document = std::move(*opened);
  }
  const auto turns = values.flag("run") ? take_runs(values) : read_documents(values.positionals());
  if (!turns) return turns.error();
  if (!turns->problem.empty()) return environment_failed("wsrig compare", turns->problem);
  const int code = tell(loadgen::compare_results(turns->a, turns->b, *options), std::move(document),
                        cli::use_color(values, 1));
  return turns->interrupted ? cli::exit_code::interrupted : code;
}

}  // namespace

cli::Program merge_command() {
  cli::Command command{.program = "wsrig merge",
                       .summary = "add up the shards of a load, and judge the sum",
                       .description =
                           "Histograms and counters are added, never averaged, so that the result is that of "
                           "one process which "
                           "had done it all. A shard that is missing, or of another run, is an error.",
                       .positionals = {{.name = "SHARD",
                                        .help = "documents of shards, or folders of them",
                                        .repeatable = true,
                                        .required = true}},
                       .options = loadgen::report_options(),
                       .examples = {"wsrig merge shards/ --html run.html",
                                    "wsrig merge a.json b.json --threshold 'rtt p99 < 10ms'"}};
  command.options.push_back(
      {.name = "allow-missing", .help = "go on without shards that are not there; the report says so"});
  return {.command = command, .run = merge};
}

cli::Program compare_command() {
  cli::Command command{.program = "wsrig compare",
                       .summary = "tell whether one load was slower than another",
                       .description =
                           "Takes the documents of runs that were made in turn, A B A B …, or makes them "
                           "(--run), and compares rtt p50, rtt "
                           "p99 and the rate of replies by bootstrap. One pair can be compared, but only "
                           "repeats show how much one run "
                           "differs from the next; fifteen pairs find a slowdown of a tenth. Exit code 1 "
                           "when B is worse, or when too little "
                           "was measured.",
                       .positionals = {{.name = "DOCUMENT",
                                        .help = "A.json B.json, and further pairs; with --run A.yaml B.yaml",
                                        .repeatable = true,
                                        .required = true}},
                       .examples = {"wsrig compare before.json after.json",
                                    "wsrig compare --run direct.yaml through-the-proxy.yaml --repeats 20"}};
  command.options = {
      {.name = "run", .help = "run the loads of two scenario files in turn, and compare them"},
      {.name = "repeats", .value = "N", .help = "with --run: how often each is run", .default_value = "15"},
      {.name = "seed",
       .value = "N",
       .help = "with --run: both sides send the same octets",
       .default_value = "1"},
      {.name = "confidence", .value = "PERCENT", .help = "of the intervals", .default_value = "98%"},
      {.name = "margin",
       .value = "PERCENT",
       .help = "a smaller difference is none, however certain",
       .default_value = "2%"},
      {.name = "json", .value = "FILE", .help = "the comparison as JSON (- is standard output)"}};
  return {.command = command, .run = compare};
}

}  // namespace wsrig::engine
