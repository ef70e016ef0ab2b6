#pragma once

#include <string>
#include <vector>

#include "diag/diagnostic.hpp"
#include "loadgen/result.hpp"

namespace wsrig::loadgen {

/// A document, and the file it came from.
struct ShardDocument {
  std::string file{};
  Result result{};
};

/// The documents that paths name: files, and folders with the shards of one run (as --shards writes them). A
/// folder without any is a mistake.
diag::Result<std::vector<std::string>> find_shard_files(const std::vector<std::string>& paths);

/// The whole of which these are the shards, whatever their order: histograms and counters are added up,
/// seconds by the time at which they happened. Documents of different runs, a shard that is there twice, and,
/// unless `allow_missing`, one that is not there are mistakes, named by their files. What is missing is said
/// in a remark. Nothing is judged.
diag::Result<Result> merge_shards(std::vector<ShardDocument> documents, bool allow_missing = false);

}  // namespace wsrig::loadgen
