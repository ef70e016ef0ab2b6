#include <fmt/format.h>

#include "echo/fault_parts.hpp"
#include "echo/misbehaviour_parts.hpp"

namespace wsrig::echo {

using namespace faults;
using ws::DeflateParams;
using ws::Frame;
using ws::Opcode;

namespace {

/// What the server does, whatever it has answered.
Apply really(std::function<void(DeflateParams&)> edit) {
  return [edit = std::move(edit)](Faults& faults) { faults.deflate_edits.push_back(edit); };
}

Apply answer_without(std::string_view parameter) {
  return with_deflate_answer([parameter](std::string& value) { remove_parameter(value, parameter); });
}

Apply answer_with(std::string_view parameter) {
  return with_deflate_answer([parameter](std::string& value) { value += fmt::format("; {}", parameter); });
}

bool is_compressed(const Frame& frame) { return is_data(frame) && (frame.header.rsv & ws::rsv1) != 0; }

std::vector<Misbehaviour> answers() {
  return {
      {"deflate-context-not-answered", "RFC 7692 §7.1.1.1",
       "takes server_no_context_takeover and does not say so", answer_without("server_no_context_takeover")},
      {"deflate-window-not-answered", "RFC 7692 §7.1.2.1", "takes server_max_window_bits and does not say so",
       answer_without("server_max_window_bits")},
      {"deflate-window-larger", "RFC 7692 §7.1.2.1", "answers a window of 15 bits, whatever was offered",
       with_deflate_answer([](std::string& value) {
         const auto size = value.size();
         remove_parameter(value, "server_max_window_bits");
         if (value.size() != size) value += "; server_max_window_bits=15";
       })},
      {"deflate-client-window-unasked", "RFC 7692 §7.1.2.2", "answers client_max_window_bits always",
       answer_with("client_max_window_bits=15")},
      {"deflate-client-window-without-value", "RFC 7692 §7.1.2.2",
       "answers client_max_window_bits without a value", answer_with("client_max_window_bits")},
      {"deflate-unknown-parameter", "RFC 7692 §7", "answers a parameter that there is not",
       answer_with("constructor")},
      {"deflate-flag-with-value", "RFC 7692 §7", "answers client_no_context_takeover=1",
       answer_with("client_no_context_takeover=1")},
      {"deflate-window-of-7", "RFC 7692 §7", "answers a window of 7 bits",
       answer_with("server_max_window_bits=7")},
      {"deflate-window-of-16", "RFC 7692 §7", "answers a window of 16 bits",
       answer_with("server_max_window_bits=16")},
      {"deflate-window-of-08", "RFC 7692 §7", "answers a window with a leading zero",
       answer_with("server_max_window_bits=08")},
      {"deflate-parameter-twice", "RFC 7692 §7", "answers a parameter twice",
       answer_with("client_no_context_takeover; client_no_context_takeover")},
      {"deflate-twice", "RFC 7692 §5.1", "accepts permessage-deflate twice",
       with_deflate_answer([](std::string& value) { value += ", permessage-deflate"; })},
      {"deflate-always", "RFC 7692 §7", "accepts permessage-deflate whatever was offered",
       respond([](ws::ResponseHead& response) {
         for (const auto& [name, value] : response.fields) {
           if (name == "Sec-WebSocket-Extensions") return;
         }
         response.fields.emplace_back("Sec-WebSocket-Extensions", ws::deflate_extension);
       })},
  };
}

std::vector<Misbehaviour> deeds() {
  return {
      {"deflate-context-kept", "RFC 7692 §7.1.1", "agrees to give up its context, and keeps it",
       really([](DeflateParams& params) { params.server_no_context_takeover = false; })},
      {"deflate-window-ignored", "RFC 7692 §7.1.2", "agrees to a smaller window, and uses the largest",
       really([](DeflateParams& params) { params.server_max_window_bits = 15; })},
      {"deflate-context-forgotten", "RFC 7692 §7.1.1.2",
       "forgets the client's context, which it did not ask it to give up",
       really([](DeflateParams& params) { params.client_no_context_takeover = true; })},
      {"deflate-client-window-small", "RFC 7692 §7.1.2.2",
       "understands a window of 512 octets only, and does not say so",
       really([](DeflateParams& params) { params.client_max_window_bits = 9; })},
      {"deflate-tail-kept", "RFC 7692 §7.2.2", "leaves 00 00 ff ff at the end of compressed messages",
       edit_frames(is_compressed,
                   [](Frame& frame) {
                     ws::append(frame.payload, ws::ByteBuffer{0x00, 0x00, 0xff, 0xff});
                     frame.header.payload_length = frame.payload.size();
                   })},
      {"deflate-cut", "RFC 7692 §7.2.2", "cuts the last octets off compressed messages",
       edit_frames(is_compressed,
                   [](Frame& frame) {
                     frame.payload.resize(frame.payload.size() / 2);
                     frame.header.payload_length = frame.payload.size();
                   })},
      {"deflate-bit-missing", "RFC 6455 §8.1", "compresses text without setting RSV1",
       edit_frames(is_compressed, [](Frame& frame) { frame.header.rsv = 0; })},
      {"deflate-bit-on-continuation", "RFC 7692 §6", "sets RSV1 on every frame of a compressed message",
       together(
           {fragment(is_compressed, 3), edit_frames(has_opcode(Opcode::continuation),
                                                    [](Frame& frame) { frame.header.rsv = ws::rsv1; })})},
  };
}

}  // namespace

std::vector<Misbehaviour> deflate_misbehaviours() {
  std::vector<Misbehaviour> table = answers();
  for (Misbehaviour& row : deeds()) table.push_back(std::move(row));
  return table;
}

}  // namespace wsrig::echo
