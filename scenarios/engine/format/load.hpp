#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "diag/diagnostic.hpp"
#include "loadgen/config.hpp"
#include "scenarios/engine/format/model.hpp"
#include "ws/notation.hpp"

namespace wsrig::engine {

/// The `load:` and `thresholds:` of a scenario file. `config` has all that is known before services run; the
/// texts may name services.
struct Load {
  loadgen::Config config{};
  std::string url{};  ///< empty: the subject of the run
  std::vector<std::pair<std::string, std::string>> headers{};
  std::optional<Script> session{};  ///< what each connection does first
  std::vector<std::string> thresholds{};
  std::size_t line = 0;  ///< of the block
};

/// The names that a session gives: those of its login to URL and headers, all of them to payloads.
struct CapturedNames {
  std::vector<std::string> by_login{};
  std::vector<std::string> by_all{};
};
CapturedNames captured_by(const std::optional<Script>& session);

/// What a load's templates may name besides what connections have: `echo.address` and so on. Gives the text
/// with these replaced; what is left is settled as loadgen::read_template does.
/// `captured` are the names that a session gives.
diag::Result<ws::Expression> settle(std::string_view text, const loadgen::Config& config,
                                    const ws::Lookup& services, std::span<const std::string> captured = {});
/// The same for an expression that was read elsewhere.
diag::Result<ws::Expression> settle(ws::Expression expression, const loadgen::Config& config,
                                    const ws::Lookup& services, std::span<const std::string> captured);

/// The load as it runs: `services` gives the values of service variables, `subject` is the URL where the file
/// names none.
diag::Result<loadgen::Config> settle(const Load& load, const std::string& subject,
                                     const ws::Lookup& services);

}  // namespace wsrig::engine
