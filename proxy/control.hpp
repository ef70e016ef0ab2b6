#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "proxy/config.hpp"
#include "proxy/counters.hpp"
#include "proxy/faults/fault_switch.hpp"
#include "ws/handshake.hpp"
#include "ws/http_head.hpp"

namespace wsrig::proxy {

/// What can be seen and changed while the proxy runs, as HTTP requests and answers without sockets:
///   GET /healthz      "ok"
///   GET /metrics      Prometheus text
///   GET /faults       {"routes": [{"route": "/", "mode": "tunnel", "faults": ["latency(50ms)"]}]}
///   PUT /faults       {"route": "/", "faults": ["latency(50ms)@upstream", …]}: these instead of those set
///                     before; without "route", on all routes
///   DELETE /faults    none on any route
/// PUT and DELETE answer as GET does. A request with an Origin comes from a web page, and is refused.
class Control {
 public:
  /// Lets the faults of a configuration's routes be set; what is set on a route of the same name stays.
  void attach(Config& config);
  ws::ResponseHead answer(const ws::HttpHead& request, std::string_view body, const Counters& counters);

 private:
  struct Entry {
    Mode mode = Mode::tunnel;
    bool speaks_frames = false;  ///< mode inspect, and no bridge
    std::shared_ptr<FaultSwitch> faults;
  };

  ws::ResponseHead put_faults(std::string_view body);
  void clear_faults();
  ws::ResponseHead list_faults() const;

  std::map<std::string, Entry, std::less<>> routes_;  ///< by host and path
};

}  // namespace wsrig::proxy
