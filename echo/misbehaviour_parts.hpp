#pragma once

#include <vector>

#include "echo/misbehaviour.hpp"

/// The table of misbehaviours, part by part of the protocol.
namespace wsrig::echo {

std::vector<Misbehaviour> response_misbehaviours();  ///< what the 101 says (RFC 6455 §4.2.2)
std::vector<Misbehaviour> request_misbehaviours();   ///< which requests are accepted (§4.2.1)
std::vector<Misbehaviour> frame_misbehaviours();     ///< frames that leave (§5)
std::vector<Misbehaviour> deaf_misbehaviours();      ///< frames that are let pass (§5)
std::vector<Misbehaviour> message_misbehaviours();   ///< Pongs and replies (§5.5.2, §5.6)
std::vector<Misbehaviour> text_misbehaviours();      ///< lenient decoders of UTF-8 (§8.1)
std::vector<Misbehaviour> refusing_misbehaviours();  ///< legal messages that fail the connection (§5)
std::vector<Misbehaviour> close_misbehaviours();     ///< the closing handshake (§5.5.1, §7)
std::vector<Misbehaviour> deflate_misbehaviours();   ///< permessage-deflate (RFC 7692)

}  // namespace wsrig::echo
