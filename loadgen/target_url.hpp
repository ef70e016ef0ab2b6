#pragma once

#include <string_view>

#include "diag/diagnostic.hpp"
#include "net/url.hpp"
#include "ws/notation.hpp"

namespace wsrig::loadgen {

/// A subject in whose path and query `${…}` may stand. `url.target` has it as it was written, `path` with the
/// variables of each connection.
struct TargetUrl {
  net::Url url;
  ws::Expression path;
};

/// Reads the URL of a subject, in which the names that are left are those of connections. A mistake is one of
/// the URL, wherever it stands.
diag::Result<TargetUrl> read_target_url(const ws::Expression& expression);

}  // namespace wsrig::loadgen
