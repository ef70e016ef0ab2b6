#pragma once

#include "pcap/context.hpp"

namespace wsrig::pcap {

/// Fills in what a handshake agreed on, announces the connection, and reports what is wrong with the
/// handshake (RFC 6455 §4; over HTTP/2 RFC 8441 §5 leaves out the fields that HTTP/1.1 needs for the
/// upgrade). `connection` has its request and response, as far as they are known.
void open_connection(Connection& connection, Journal& journal);

/// Announces a connection that asked for a WebSocket in vain; with what is wrong in what it asked.
void refuse_connection(Connection& connection, Journal& journal);

}  // namespace wsrig::pcap
