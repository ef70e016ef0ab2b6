#include "loadgen/merge.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fmt/format.h>
#include <map>
#include <optional>

namespace wsrig::loadgen {

namespace {

using diag::Diagnostic;
using std::chrono::nanoseconds;
using Mistake = std::optional<Diagnostic>;

Diagnostic wrong(const std::string& file, std::string message, std::string hint = {}) {
  return {.file = file, .message = std::move(message), .hint = std::move(hint)};
}

// ---- do they belong together? ----

/// What all shards of a run have in common, as text.
std::vector<std::pair<std::string_view, std::string>> common_facts(const Result& result) {
  const Meta& meta = result.meta;
  std::vector<std::pair<std::string_view, std::string>> facts{
      {"version", meta.version},
      {"seed", std::to_string(meta.seed)},
      {"url", meta.url},
      {"name", meta.name},
      {"world", std::to_string(meta.shards.front().world)},
      {"agreed start", std::to_string(meta.shards.front().agreed_start.count())},
      {"thresholds", fmt::format("{}", fmt::join(meta.thresholds, "; "))},
      {"number of phases", std::to_string(result.phases.size())}};
  for (const Phase& phase : result.phases) {
    facts.emplace_back("phase", fmt::format("{} ({}{}): {}", phase.name, name(phase.model),
                                            phase.recorded ? "" : ", warm-up", phase.asked));
  }
  return facts;
}

Mistake check_alone(const ShardDocument& document) {
  const Result& result = document.result;
  if (result.meta.shards.empty()) return wrong(document.file, "it does not say which shard it is");
  if (result.search)
    return wrong(document.file, "a search for the limit cannot be added up: each step depends on the last");
  for (const Shard& shard : result.meta.shards) {
    if (shard.rank >= shard.world || shard.world != result.meta.shards.front().world) {
      return wrong(document.file,
                   fmt::format("it says that it is shard {} (from 0) of {}", shard.rank, shard.world));
    }
  }
  return {};
}

Mistake check_together(const ShardDocument& first, const ShardDocument& other) {
  const auto facts = common_facts(first.result), others = common_facts(other.result);
  for (std::size_t i = 0; i < std::min(facts.size(), others.size()); ++i) {
    if (facts[i] == others[i]) continue;
    return wrong(other.file, fmt::format("it is of another run: its {} is '{}', that of {} '{}'",
                                         others[i].first, others[i].second, first.file, facts[i].second));
  }
  return {};
}

/// Which file has which rank; a rank that two files have is a mistake.
diag::Result<std::map<std::uint32_t, std::string>> files_by_rank(
    const std::vector<ShardDocument>& documents) {
  std::map<std::uint32_t, std::string> files;
  for (const auto& [file, result] : documents) {
    for (const Shard& shard : result.meta.shards) {
      const auto [entry, is_new] = files.emplace(shard.rank, file);
      if (!is_new) return wrong(file, fmt::format("shard {} is also in {}", shard.rank, entry->second));
    }
  }
  return files;
}

std::string missing_ranks(const std::map<std::uint32_t, std::string>& files, std::uint32_t world) {
  std::string missing;
  for (std::uint32_t rank = 0; rank < world; ++rank) {
    if (!files.contains(rank)) missing += fmt::format("{}{}", missing.empty() ? "" : ", ", rank);
  }
  return missing;
}

// ---- adding up ----

/// Whole seconds by which a shard began behind the first of all.
std::uint32_t delay_of(const Result& result, nanoseconds first) {
  const auto delay = std::chrono::round<std::chrono::seconds>(result.meta.start - first).count();
  return static_cast<std::uint32_t>(std::max<std::int64_t>(delay, 0));
}

void add_seconds(Phase& sum, const Phase& part, std::uint32_t delay) {
  std::map<std::uint32_t, Second> seconds;
  for (Second& second : sum.seconds) seconds.emplace(second.number, std::move(second));
  for (const Second& second : part.seconds) {
    Second& whole = seconds[second.number + delay];
    whole.number = second.number + delay;
    whole.figures.merge(second.figures);
    whole.connections += second.connections;
  }
  sum.seconds.clear();
  for (auto& [number, second] : seconds) sum.seconds.push_back(std::move(second));
}

/// From the first start to the last.
void add_start(Phase& sum, const Phase& part) {
  const nanoseconds last = std::max(sum.start + sum.start_spread, part.start + part.start_spread);
  sum.start = sum.start.count() == 0 ? part.start : std::min(sum.start, part.start);
  sum.start_spread = last - sum.start;
}

void add_phases(Result& sum, const Result& part, std::uint32_t delay) {
  for (std::size_t i = 0; i < sum.phases.size(); ++i) {
    add_start(sum.phases[i], part.phases[i]);
    sum.phases[i].figures.merge(part.phases[i].figures);
    sum.phases[i].connections += part.phases[i].connections;
    add_seconds(sum.phases[i], part.phases[i], delay);
  }
}

void add_meta(Meta& sum, const Meta& part) {
  sum.shards.insert(sum.shards.end(), part.shards.begin(), part.shards.end());
  sum.interrupted = sum.interrupted || part.interrupted;
  sum.clock_resolution = std::max(sum.clock_resolution, part.clock_resolution);
}

/// What the whole shows (whether it was steady) is found out anew; what a shard met stays.
void add_remarks(Result& sum, const Result& part) {
  for (Remark remark : part.remarks) {
    if (remark.concern != Concern::generator && remark.concern != Concern::resource) continue;
    if (part.meta.shards.size() == 1)
      remark.text = fmt::format("shard {}: {}", part.meta.shards.front().rank, remark.text);
    sum.remarks.push_back(std::move(remark));
  }
}

/// Nothing yet, of the run that `like` is a part of.
Result empty_sum(const Result& like, nanoseconds start) {
  Result sum{.meta = like.meta, .phases = like.phases};
  sum.meta.start = start;
  sum.meta.shards.clear();
  for (Phase& phase : sum.phases) {
    phase.figures = {};
    phase.start = phase.start_spread = {};
    phase.seconds.clear();
    phase.connections = 0;
  }
  return sum;
}

Result add_up(const std::vector<ShardDocument>& documents) {
  nanoseconds start = nanoseconds::max();
  for (const auto& [file, result] : documents) start = std::min(start, result.meta.start);
  Result sum = empty_sum(documents.front().result, start);
  for (const auto& [file, part] : documents) {
    add_meta(sum.meta, part.meta);
    add_phases(sum, part, delay_of(part, start));
    add_remarks(sum, part);
    sum.services.insert(sum.services.end(), part.services.begin(), part.services.end());
  }
  return sum;
}

}  // namespace

diag::Result<std::vector<std::string>> find_shard_files(const std::vector<std::string>& paths) {
  namespace fs = std::filesystem;
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      files.push_back(path);
      continue;
    }
    const std::size_t before = files.size();
    for (const auto& entry : fs::directory_iterator(path, error)) {
      const std::string file = entry.path().filename().string();
      if (file.starts_with("shard-") && file.ends_with(".json")) files.push_back(entry.path().string());
    }
    if (error) return wrong(path, error.message());
    if (files.size() == before) return wrong(path, "no shard-N-of-M.json is in this folder");
    std::ranges::sort(files.begin() + static_cast<std::ptrdiff_t>(before), files.end());
  }
  return files;
}

diag::Result<Result> merge_shards(std::vector<ShardDocument> documents, bool allow_missing) {
  for (const ShardDocument& document : documents) {
    if (auto mistake = check_alone(document)) return *mistake;
    if (auto mistake = check_together(documents.front(), document)) return *mistake;
  }
  const auto files = files_by_rank(documents);
  if (!files) return files.error();
  const auto rank_of = [](const ShardDocument& document) { return document.result.meta.shards.front().rank; };
  std::ranges::sort(documents, {}, rank_of);
  const std::uint32_t world = documents.front().result.meta.shards.front().world;
  const std::string missing = missing_ranks(*files, world);
  if (!missing.empty() && !allow_missing) {
    return wrong(
        "", fmt::format("shard {} of {} is missing: what the others show is not the run", missing, world),
        "--allow-missing adds up what there is, and says so in the report");
  }
  Result sum = add_up(documents);
  std::ranges::sort(sum.meta.shards, {}, &Shard::rank);
  if (!missing.empty()) {
    sum.remarks.push_back({Concern::note, "", fmt::format("shard {} of {} is missing here", missing, world)});
  }
  return sum;
}

}  // namespace wsrig::loadgen
