#include "proxy/faults/strike.hpp"

namespace wsrig::proxy {

FaultKind reset_fault() {
  return strike_fault("reset", "RST this way", [](ByteSink& next, const StageContext&) { next.reset(); });
}

}  // namespace wsrig::proxy
