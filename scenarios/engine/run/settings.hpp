#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "net/tls.hpp"
#include "net/url.hpp"
#include "scenarios/engine/format/model.hpp"
#include "scenarios/engine/steps/matcher.hpp"

namespace wsrig::engine {

class Backend;
class ServiceSet;

/// What the user declares of the subject: it changes what is expected, so that a sane limit is no failure.
struct Subject {
  net::Url url;
  const net::TlsContext* tls = nullptr;  ///< for wss
  Oracle oracle;
  bool deflate = true;      ///< false: cases that need permessage-deflate are skipped
  std::string subprotocol;  ///< one that the subject speaks; empty: cases that need one are skipped
  std::optional<std::uint64_t> max_message;  ///< octets; beyond it Close 1009 is as good as an answer
  std::optional<std::uint64_t> max_frame;
  std::vector<std::pair<std::string, std::string>> headers;  ///< sent in every handshake of the runner
};

struct CaseSettings {
  Subject subject;
  std::uint64_t seed = 0;
  std::chrono::milliseconds connect_timeout{5000};  ///< TCP and TLS
  std::chrono::milliseconds handshake_timeout{5000};
  std::chrono::milliseconds within{2000};  ///< deadline of an expectation that states none
  Variables services;                      ///< "echo.address" and the like
  Backend* backend = nullptr;              ///< the tester's end behind a proxy under test
  const ServiceSet* processes = nullptr;   ///< of the services
  bool is_silent = false;                  ///< the first look got no answer to its opening handshake
  bool record = false;                     ///< keep what goes over the wire as a capture
};

}  // namespace wsrig::engine
