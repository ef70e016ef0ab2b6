#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "diag/diagnostic.hpp"
#include "net/url.hpp"

namespace wsrig::proxy {

/// Targets of a bridge by name, one `name: host:port` (or `name: unix:/path`) a line; `#` begins a comment. A
/// client names one in its query, `?token=name`, and reaches nothing that is not in the file. It is read
/// again when it has changed; while it cannot be read, it holds nothing.
class TokenFile {
 public:
  /// Mistakes point into the file.
  static diag::Result<std::shared_ptr<TokenFile>> open(const std::string& path);

  /// The target that a query ("?a=b&token=name") names; empty when there is none.
  std::optional<net::Url> find(std::string_view query);

 private:
  using Targets = std::map<std::string, net::Url, std::less<>>;
  /// What changes with a file.
  struct Stamp {
    std::int64_t seconds = 0;
    std::int64_t nanoseconds = 0;
    std::uint64_t inode = 0;
    std::int64_t size = -1;
    friend bool operator==(const Stamp&, const Stamp&) = default;
  };

  explicit TokenFile(std::string path) : path_(std::move(path)) {}
  static Stamp stamp_of(const std::string& path);
  static diag::Result<Targets> read(const std::string& path);

  std::string path_;
  Stamp stamp_;
  Targets targets_;
};

}  // namespace wsrig::proxy
