#include "proxy/faults/strike.hpp"

namespace wsrig::proxy {

FaultKind cut_fault() {
  return strike_fault("cut", "FIN to both sides, in the middle of things",
                      [](ByteSink& next, const StageContext& context) {
                        next.end();
                        context.cut();
                      });
}

}  // namespace wsrig::proxy
