#include "proxy/frames.hpp"

#include "ws/close_code.hpp"

namespace wsrig::proxy {

void append_frame(Direction direction, ws::Opcode opcode, ws::Bytes payload, ws::MaskKeySource& keys,
                  ws::ByteBuffer& out) {
  ws::Frame frame{{.opcode = opcode, .payload_length = payload.size()}, {payload.begin(), payload.end()}};
  if (direction == Direction::to_upstream) frame.header.mask = keys.next();
  ws::encode(frame, out);
}

void append_close(Direction direction, std::optional<std::uint16_t> code, std::string_view reason,
                  ws::MaskKeySource& keys, ws::ByteBuffer& out) {
  ws::ByteBuffer payload;
  ws::encode_close(code, reason, payload);
  append_frame(direction, ws::Opcode::close, payload, keys, out);
}

}  // namespace wsrig::proxy
