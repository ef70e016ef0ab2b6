#include "proxy/metrics.hpp"

#include <fmt/format.h>
#include <string_view>

namespace wsrig::proxy {

namespace {

void add(std::string& out, std::string_view name, std::string_view type, std::string_view help,
         std::uint64_t value) {
  out += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n{0} {3}\n", name, help, type, value);
}

void add_directions(std::string& out, std::string_view name, std::string_view help, std::uint64_t to_upstream,
                    std::uint64_t to_downstream) {
  out += fmt::format("# HELP {0} {1}\n# TYPE {0} counter\n", name, help);
  out += fmt::format("{0}{{direction=\"upstream\"}} {1}\n{0}{{direction=\"downstream\"}} {2}\n", name,
                     to_upstream, to_downstream);
}

}  // namespace

std::string print_metrics(const Counters& counters) {
  std::string out;
  add(out, "wsrig_proxy_connections_total", "counter", "Client connections accepted.", counters.accepted);
  add(out, "wsrig_proxy_refused_total", "counter", "Requests answered with an error of the proxy's own.",
      counters.refused);
  add(out, "wsrig_proxy_tunnels_total", "counter", "Tunnels opened.", counters.tunnels_opened);
  add(out, "wsrig_proxy_tunnels", "gauge", "Tunnels open now.", counters.tunnels_open());
  add(out, "wsrig_proxy_dial_failures_total", "counter", "Upstreams that could not be reached.",
      counters.dial_failures);
  add(out, "wsrig_proxy_handshake_failures_total", "counter",
      "Upstreams whose answer was no valid handshake.", counters.handshake_failures);
  add(out, "wsrig_proxy_violations_total", "counter", "Tunnels ended because a peer broke the protocol.",
      counters.violations);
  const auto& [up, down] = counters.traffic.values;
  add_directions(out, "wsrig_proxy_bytes_total", "Octets that came into tunnels, by the way they went.",
                 up.octets, down.octets);
  add_directions(out, "wsrig_proxy_frames_total", "Frames that came into tunnels, by the way they went.",
                 up.frames, down.frames);
  return out;
}

}  // namespace wsrig::proxy
