#pragma once

#include <string>

#include "proxy/counters.hpp"

namespace wsrig::proxy {

/// All counters in Prometheus' text format 0.0.4.
std::string print_metrics(const Counters& counters);

}  // namespace wsrig::proxy
