#include <algorithm>
#include <fmt/format.h>
#include <set>
#include <utility>

#include "cli/glob.hpp"
#include "scenarios/engine/format/model.hpp"

namespace wsrig::engine {
namespace {

std::string_view without_brackets(std::string_view id) { return id.substr(0, id.find('[')); }

bool matches(const std::string& pattern, const CaseInstance& instance) {
  if (pattern == instance.id || cli::matches_glob(pattern, instance.id)) return true;
  if (cli::matches_glob(pattern, without_brackets(instance.id))) return true;
  const auto fits = [&](const std::string& name) { return cli::matches_glob(pattern, name); };
  const auto& requirements = instance.definition->requirements;
  return std::any_of(instance.aliases.begin(), instance.aliases.end(), fits) ||
         std::any_of(requirements.begin(), requirements.end(), fits);
}

bool has_tag(const CaseInstance& instance, std::string_view tag) {
  const auto& tags = instance.definition->tags;
  return std::find(tags.begin(), tags.end(), tag) != tags.end();
}

std::string_view tag_name(std::string_view tag) { return tag.starts_with('!') ? tag.substr(1) : tag; }

diag::Diagnostic nothing_matches(std::string_view what, std::string_view word,
                                 const std::set<std::string>& candidates) {
  const std::vector<std::string_view> views(candidates.begin(), candidates.end());
  diag::Diagnostic diagnostic;
  diagnostic.message = fmt::format("no case {} '{}'", what, word);
  diagnostic.hint = diag::did_you_mean(word, views);
  return diagnostic;
}

diag::Diagnostic unmatched_pattern(const std::vector<CaseInstance>& all, const std::string& pattern) {
  std::set<std::string> candidates;
  for (const CaseInstance& instance : all) {
    candidates.insert(std::string(without_brackets(instance.id)));
    candidates.insert(instance.aliases.begin(), instance.aliases.end());
    const auto& requirements = instance.definition->requirements;
    candidates.insert(requirements.begin(), requirements.end());
    if (pattern.find('[') != std::string::npos) candidates.insert(instance.id);
  }
  return nothing_matches("matches", pattern, candidates);
}

std::optional<diag::Diagnostic> check_patterns(const std::vector<CaseInstance>& all,
                                               const std::vector<std::string>& patterns) {
  for (const std::string& pattern : patterns) {
    const auto fits = [&](const CaseInstance& instance) { return matches(pattern, instance); };
    if (std::none_of(all.begin(), all.end(), fits)) return unmatched_pattern(all, pattern);
  }
  return {};
}

std::optional<diag::Diagnostic> check_tags(const std::vector<CaseInstance>& all,
                                           const std::vector<std::string>& tags) {
  std::set<std::string> known;
  for (const CaseInstance& instance : all)
    known.insert(instance.definition->tags.begin(), instance.definition->tags.end());
  for (const std::string& tag : tags) {
    if (!known.contains(std::string(tag_name(tag))))
      return nothing_matches("has the tag", tag_name(tag), known);
  }
  return {};
}

bool matches_any(const std::vector<std::string>& patterns, const CaseInstance& instance) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const auto& pattern) { return matches(pattern, instance); });
}

/// Any of the tags without '!' (if there are some), and none of those with it.
bool tags_fit(const std::vector<std::string>& tags, const CaseInstance& instance) {
  bool wanted = false;
  bool found = false;
  for (const std::string& tag : tags) {
    const bool excludes = tag.starts_with('!');
    if (excludes && has_tag(instance, tag_name(tag))) return false;
    wanted = wanted || !excludes;
    found = found || (!excludes && has_tag(instance, tag));
  }
  return found || !wanted;
}

/// Cases that take long run when they are asked for, by their tag or by name.
bool waits_to_be_asked(const Selection& selection, const CaseInstance& instance) {
  constexpr std::string_view volume = "volume";
  const auto& tags = selection.tags;
  return has_tag(instance, volume) && selection.ids.empty() &&
         std::find(tags.begin(), tags.end(), volume) == tags.end();
}

bool is_selected(const Selection& selection, const CaseInstance& instance) {
  const auto& levels = selection.levels;
  const bool level_fits =
      levels.empty() || std::find(levels.begin(), levels.end(), instance.definition->level) != levels.end();
  const bool id_fits = selection.ids.empty() || matches_any(selection.ids, instance);
  return level_fits && id_fits && !waits_to_be_asked(selection, instance) &&
         !matches_any(selection.excluded, instance) && tags_fit(selection.tags, instance);
}

}  // namespace

diag::Result<std::vector<CaseInstance>> select(std::vector<CaseInstance> all, const Selection& selection) {
  if (auto wrong = check_patterns(all, selection.ids)) return std::move(*wrong);
  if (auto wrong = check_patterns(all, selection.excluded)) return std::move(*wrong);
  if (auto wrong = check_tags(all, selection.tags)) return std::move(*wrong);
  std::erase_if(all, [&](const CaseInstance& instance) { return !is_selected(selection, instance); });
  std::size_t position = 0;
  std::erase_if(
      all, [&](const CaseInstance&) { return position++ % selection.shard_count != selection.shard_index; });
  return all;
}

}  // namespace wsrig::engine
