#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

#include "echo/misbehaviour.hpp"
#include "ws/close_code.hpp"

/// What the tables of misbehaviours and of quirks are written with: one function for each way to differ,
/// whose argument says how exactly.
namespace wsrig::echo::faults {

using Apply = std::function<void(Faults&)>;
using Chosen = std::function<bool(const ws::Frame&)>;

/// All of them, one after the other.
Apply together(std::initializer_list<Apply> parts);

// ---- frames as values ----
ws::ByteBuffer encoded(const ws::FrameHeader& header, ws::Bytes payload);
ws::ByteBuffer encoded(ws::Opcode opcode, ws::Bytes payload);
ws::ByteBuffer close_payload(std::uint16_t code, std::string_view reason = {});
void set_payload(ws::Frame& frame, ws::ByteBuffer payload);
Chosen has_opcode(ws::Opcode opcode);
bool is_data(const ws::Frame& frame);
/// "hello".
ws::Bytes hello();

// ---- the response to the handshake ----
Apply respond(ResponseEdit edit);
Apply without_field(std::string_view name);
/// Gives a field that is there another value.
Apply with_field(std::string_view name, std::string_view value);
/// One field more, at the end.
Apply with_more(std::string_view name, std::string_view value);
/// Adds an element to a list header, or the header.
Apply with_element(std::string_view name, std::string_view element);
/// Edits what is answered about permessage-deflate, where it is.
Apply with_deflate_answer(std::function<void(std::string&)> edit);
void remove_parameter(std::string& value, std::string_view name);

// ---- what is let pass ----
Apply tolerate(std::initializer_list<std::string_view> findings);
Apply ignore(ws::Rule rule);
/// Lets a rule be broken by some headers only.
Apply ignore_where(ws::Rule rule, std::function<bool(const ws::FrameHeader&)> where);
/// Lets a rule about a Close be broken by some codes only.
Apply ignore_close_code(std::uint16_t code);

// ---- frames that leave ----
Apply shape(FrameEdit edit);
Apply edit_frames(Chosen chosen, std::function<void(ws::Frame&)> edit);
/// Cuts the chosen frames into pieces of at most so many octets; a later piece is a continuation.
Apply fragment(Chosen chosen, std::size_t piece);
/// More frames in front of each of the chosen ones, or behind it.
Apply insert_before(Chosen chosen, ws::Frame frame);
Apply insert_behind(Chosen chosen, ws::Frame frame);
/// Replaces one code in the Close frames that are sent.
Apply replace_close_code(std::uint16_t code, std::uint16_t by);
Apply answer_close_with(ws::ByteBuffer payload);

// ---- messages and the course of a conversation ----
Apply change_message(MessageEdit edit);
/// Only messages that this holds for.
Apply change_where(std::function<bool(const ws::Message&)> chosen, MessageEdit edit);
/// Answers the messages that this holds for by failing the connection with `code`.
Apply refuse(std::function<bool(const ws::Message&)> chosen, std::uint16_t code);
Apply send_at_open(ws::ByteBuffer octets);
Apply send_before_reply(ws::ByteBuffer octets);
Apply send_behind_reply(ws::ByteBuffer octets);
Apply send_after_close(ws::ByteBuffer octets);

}  // namespace wsrig::echo::faults
