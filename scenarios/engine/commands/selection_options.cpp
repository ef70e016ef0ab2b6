#include "scenarios/engine/commands/selection_options.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "ws/number.hpp"

namespace wsrig::engine {

namespace {

constexpr std::string_view group = "Which cases";

diag::Diagnostic wrong(std::string message) {
  diag::Diagnostic diagnostic;
  diagnostic.message = std::move(message);
  return diagnostic;
}

/// "2/5" is the second of five shards.
diag::Result<std::pair<std::size_t, std::size_t>> parse_shard(std::string_view text) {
  const auto slash = std::min(text.find('/'), text.size());
  const auto index = ws::to_integer<std::size_t>(text.substr(0, slash));
  const auto count = ws::to_integer<std::size_t>(text.substr(std::min(slash + 1, text.size())));
  if (!index || !count || *index < 1 || *index > *count) {
    return wrong(fmt::format("--shard takes I/N with 1 <= I <= N, for instance 1/4, not '{}'", text));
  }
  return std::pair{*index - 1, *count};
}

}  // namespace

std::vector<cli::Option> selection_options() {
  const std::string heading(group);
  return {
      {.name = "only",
       .value = "GLOB",
       .help = "cases whose full id, alias or requirement fits, for instance 'rfc6455/5.5*' or R098",
       .default_value = "",
       .repeatable = true,
       .group = heading},
      {.name = "skip",
       .value = "GLOB",
       .help = "leave these out",
       .default_value = "",
       .repeatable = true,
       .group = heading},
      {.name = "tag",
       .value = "TAG",
       .help = "cases with this tag; !TAG leaves them out; the tag volume is left out unless it is named",
       .default_value = "",
       .repeatable = true,
       .group = heading},
      {.name = "level",
       .value = "LEVEL",
       .help = "cases of this level",
       .default_value = "",
       .repeatable = true,
       .choices = {"must", "should", "may", "contested"},
       .group = heading},
      {.name = "shard",
       .value = "I/N",
       .help = "the I-th of N parts of what was chosen",
       .default_value = "",
       .group = heading},
  };
}

diag::Result<Selection> read_selection(const cli::Values& values) {
  Selection selection;
  selection.ids = values.list("only");
  selection.excluded = values.list("skip");
  selection.tags = values.list("tag");
  for (const auto& name : values.list("level")) selection.levels.push_back(*report::level_from_name(name));
  if (values.given("shard")) {
    const auto shard = parse_shard(values.text("shard"));
    if (!shard) return shard.error();
    std::tie(selection.shard_index, selection.shard_count) = *shard;
  }
  return selection;
}

diag::Result<ChosenCases> choose_cases(const std::vector<std::string>& paths, const cli::Values& values) {
  const auto selection = read_selection(values);
  if (!selection) return selection.error();
  auto files = paths.empty() ? load_builtin() : load_paths(paths);
  if (!files) return files.error();
  ChosenCases cases;
  cases.files = std::move(*files);
  cases.all = expand(cases.files);
  auto chosen = select(cases.all, *selection);
  if (!chosen) return chosen.error();
  cases.chosen = std::move(*chosen);
  if (cases.chosen.empty()) return wrong("no case was chosen");
  return cases;
}

}  // namespace wsrig::engine
