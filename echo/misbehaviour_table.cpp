#include <algorithm>

#include "echo/misbehaviour_parts.hpp"

namespace wsrig::echo {

const std::vector<Misbehaviour>& misbehaviours() {
  static const std::vector<Misbehaviour> table = [] {
    std::vector<Misbehaviour> all;
    for (auto* part : {response_misbehaviours, request_misbehaviours, frame_misbehaviours, deaf_misbehaviours,
                       message_misbehaviours, text_misbehaviours, refusing_misbehaviours, close_misbehaviours,
                       deflate_misbehaviours}) {
      std::ranges::move(part(), std::back_inserter(all));
    }
    return all;
  }();
  return table;
}

}  // namespace wsrig::echo
