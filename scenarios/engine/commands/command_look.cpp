#include <algorithm>
#include <fmt/format.h>
#include <sstream>

#include "scenarios/engine/commands/commands.hpp"
#include "scenarios/engine/commands/selection_options.hpp"
#include "scenarios/engine/format/requirements.hpp"
#include "scenarios/engine/format/scenario_file.hpp"

/// The commands that look at scenarios without running them: list, check, explain, schema.
namespace wsrig::engine {

namespace {

const cli::Positional optional_paths{
    .name = "PATH", .help = "files or folders; none: the built-in suite", .repeatable = true};

void print_listed(const CaseInstance& instance, bool with_text) {
  const Case& definition = *instance.definition;
  fmt::print("{}\n", instance.id);
  if (!with_text) return;
  fmt::print("    {} {}  {}\n", report::name(definition.level), definition.section, definition.about);
  if (!instance.aliases.empty()) {
    fmt::print("    also {}\n", fmt::join(instance.aliases, ", "));
  }
}

diag::Result<int> list(const cli::Values& values) {
  const auto cases = choose_cases(values.positionals(), values);
  if (!cases) return cases.error();
  for (const auto& instance : cases->chosen) print_listed(instance, values.flag("long"));
  return cli::exit_code::ok;
}

/// All mistakes of one file go to stderr.
bool check_file(const std::string& path, std::string text, bool color) {
  const auto mistakes = check_scenario(path, std::move(text));
  for (const auto& mistake : mistakes) fmt::print(stderr, "{}\n", diag::render(mistake, color));
  return mistakes.empty();
}

diag::Result<int> check(const cli::Values& values) {
  const auto paths = find_scenario_files(values.positionals());
  if (!paths) return paths.error();
  std::size_t bad = 0;
  for (const auto& path : *paths) {
    auto text = read_scenario_text(path);
    if (!text) return text.error();
    if (!check_file(path, std::move(*text), cli::use_color(values, 2))) ++bad;
  }
  fmt::print("{} of {} scenario files without mistakes\n", paths->size() - bad, paths->size());
  return bad == 0 ? cli::exit_code::ok : cli::exit_code::usage;
}

const Requirement* find_requirement(std::string_view id) {
  const auto found = std::ranges::find(requirements(), id, &Requirement::id);
  return found == requirements().end() ? nullptr : &*found;
}

void print_quote(const Requirement& requirement) {
  fmt::print("  {} {}  {}\n    \"{}\"\n", report::name(requirement.level), requirement.section,
             requirement.about, requirement.quote);
}

/// The requirement, and which cases of the built-in suite cover it.
diag::Result<int> explain_requirement(const Requirement& requirement) {
  const auto files = load_builtin();
  if (!files) return files.error();
  fmt::print("{}\n\n", requirement.id);
  print_quote(requirement);
  fmt::print("\n  binds    {}\n", fmt::join(requirement.who, ", "));
  if (!requirement.reason.empty()) {
    fmt::print("  no case  {}\n", requirement.reason);
  }
  for (const auto& file : *files) {
    for (const Case& one : file->cases) {
      if (std::ranges::find(one.requirements, requirement.id) == one.requirements.end()) continue;
      fmt::print("  case     {}/{} ({})\n", file->suite, one.id, one.combinations.size());
    }
  }
  return cli::exit_code::ok;
}

void print_explanation(const CaseInstance& instance) {
  const Case& definition = *instance.definition;
  fmt::print("{}\n\n  {}\n\n", instance.id, definition.about);
  fmt::print("  level    {}\n  tests    {}\n  file     {}:{}\n", report::name(definition.level),
             definition.section, instance.file->source->name(), definition.line);
  if (!instance.aliases.empty()) {
    fmt::print("  also     {}\n", fmt::join(instance.aliases, ", "));
  }
  if (!definition.tags.empty()) {
    fmt::print("  tags     {}\n", fmt::join(definition.tags, ", "));
  }
  if (!definition.needs.empty()) {
    fmt::print("  needs    {}\n", fmt::join(definition.needs, ", "));
  }
  for (const auto& [name, value] : instance.variables) {
    fmt::print("  with     {} = {}\n", name, value);
  }
  for (const std::string& id : definition.requirements) {
    const Requirement* const requirement = find_requirement(id);
    if (requirement == nullptr) continue;
    fmt::print("\n  {}\n", id);
    print_quote(*requirement);
  }
  fmt::print("\n  steps\n");
  std::istringstream steps(definition.steps_text);
  for (std::string line; std::getline(steps, line);) {
    fmt::print("    {}\n", line);
  }
}

diag::Result<int> explain(const cli::Values& values) {
  const auto& positionals = values.positionals();
  const std::vector<std::string> paths(positionals.begin() + 1, positionals.end());
  if (const Requirement* const requirement = find_requirement(positionals.front());
      requirement != nullptr && paths.empty())
    return explain_requirement(*requirement);
  auto files = paths.empty() ? load_builtin() : load_paths(paths);
  if (!files) return files.error();
  Selection selection;
  selection.ids = {positionals.front()};
  const auto found = select(expand(*files), selection);
  if (!found) return found.error();
  for (std::size_t index = 0; index < found->size(); ++index) {
    if (index > 0) fmt::print("\n");
    print_explanation((*found)[index]);
  }
  return cli::exit_code::ok;
}

}  // namespace

cli::Program list_command() {
  cli::Command command{.program = "wsrig list",
                       .summary = "list cases",
                       .positionals = {optional_paths},
                       .options = selection_options(),
                       .examples = {"wsrig list --tag close", "wsrig list scenarios/conformance --long"}};
  command.options.push_back({.name = "long",
                             .letter = 'l',
                             .help = "with level, section and what it is about",
                             .default_value = ""});
  return {.command = command, .run = list};
}

cli::Program check_command() {
  return {
      .command = {.program = "wsrig check",
                  .summary = "find the mistakes in scenario files without running them",
                  .positionals =
                      {{.name = "PATH", .help = "files or folders", .repeatable = true, .required = true}},
                  .examples = {"wsrig check my-cases.yaml"}},
      .run = check};
}

cli::Program explain_command() {
  return {
      .command = {.program = "wsrig explain",
                  .summary =
                      "tell what a case tests, and how; or what a requirement says, and which cases cover it",
                  .positionals = {{.name = "ID",
                                   .help = "a full id, an alias or a glob; or a requirement",
                                   .required = true},
                                  optional_paths},
                  .examples = {"wsrig explain autobahn-6.4.1", "wsrig explain R098"}},
      .run = explain};
}

cli::Program schema_command() {
  return {.command = {.program = "wsrig schema",
                      .summary = "print the JSON Schema of scenario files, for editors",
                      .examples = {"wsrig schema > wsrig.schema.json"}},
          .run = [](const cli::Values&) -> diag::Result<int> {
            fmt::print("{}", schema());
            return cli::exit_code::ok;
          }};
}

}  // namespace wsrig::engine
