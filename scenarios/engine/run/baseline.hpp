#pragma once

#include <string>
#include <vector>

#include "diag/diagnostic.hpp"
#include "report/result.hpp"

namespace wsrig::engine {

/// A file of expected results: what a known subject gets wrong, each with its reason. A case that ends as
/// expected does not fail the run; one that ends better or worse than expected does, until the file is
/// updated.
///
///   wsrig-expected: 1
///   subject: python3-websockets 10.4
///   cases:
///     "rfc6455/5.5-*/ping-too-long": { status: fail, reason: "answers a Ping of 126 octets" }
class Baseline {
 public:
  struct Entry {
    std::string glob;  ///< over the full case id
    report::Grade status = report::Grade::fail;
    std::string reason;
    std::size_t line = 0;
  };

  /// A file that is missing is an empty baseline where `may_be_new`.
  static diag::Result<Baseline> load(const std::string& path, bool may_be_new);

  /// The last entry whose glob fits, or null.
  const Entry* find(std::string_view id) const;
  /// Entries that fit none of these ids: the cases were renamed, or the glob is misspelt.
  std::vector<diag::Diagnostic> stale(const std::vector<std::string>& ids) const;
  /// The file anew: entries that still hold keep their globs and reasons, the others are replaced by what the
  /// run saw. New entries get the reason of the failure, for a person to better.
  std::string updated(const report::RunResult& run) const;

 private:
  std::string path_;
  std::string text_;
  std::string subject_;
  std::vector<Entry> entries_;
};

}  // namespace wsrig::engine
