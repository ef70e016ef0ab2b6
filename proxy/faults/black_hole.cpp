#include "proxy/faults/strike.hpp"

namespace wsrig::proxy {

FaultKind black_hole_fault() {
  return strike_fault("black-hole", "takes everything and passes nothing on, not even FIN",
                      [](ByteSink&, const StageContext&) {});
}

}  // namespace wsrig::proxy
