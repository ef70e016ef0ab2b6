#pragma once

#include <string>

#include "pcap/observer.hpp"

/// How the views write things for people.
namespace wsrig::pcap {

/// "0.001234": seconds since the beginning of the capture; negative where a packet is older than the first.
std::string show_time(Time time, Time begin);
/// "2026-11-20T13:37:00.123456Z"
std::string iso_time(Time time);
/// "850 µs"; "-" where one of them is not known.
std::string show_span(const std::optional<Origin>& from, const std::optional<Origin>& to);
std::string show_span(std::chrono::nanoseconds span);
/// ">" from the client to the server, "<" back.
constexpr char arrow(ws::Role sender) { return sender == ws::Role::client ? '>' : '<'; }
std::string_view role_name(ws::Role role);  ///< "client", "server"

/// A frame in the notation, its payload cut after `octets`; with what the capture lacks of it.
std::string show_frame(const FrameSeen& frame, std::size_t octets, bool with_mask);
/// `close 1000 "bye"`, `close` without a code.
std::string show_close(const CloseSeen& close);
/// "text", "op3"
std::string show_opcode(ws::Opcode opcode);
/// "permessage-deflate; server_no_context_takeover": what was agreed; empty without compression.
std::string show_deflate(const Connection& connection);
/// "12.3 KiB"
std::string show_size(std::uint64_t octets);

/// What came of the handshake: "101", "403", "mid-stream 0.99", "encrypted", "no answer",
/// "answer not captured".
std::string show_status(const Connection& connection);

}  // namespace wsrig::pcap
