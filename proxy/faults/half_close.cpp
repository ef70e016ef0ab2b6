#include "proxy/faults/strike.hpp"

namespace wsrig::proxy {

FaultKind half_close_fault() {
  return strike_fault("half-close", "FIN this way, while the other way goes on",
                      [](ByteSink& next, const StageContext&) { next.end(); });
}

}  // namespace wsrig::proxy
