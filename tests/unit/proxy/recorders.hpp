#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proxy/stage.hpp"
#include "tests/support/playbook.hpp"

namespace wsrig::proxy {

/// The end of a chain that keeps what it is given.
struct ByteRecorder final : ByteSink {
  void write(ws::Bytes data) override {
    octets += ws::as_text(data);
    ++writes;
  }
  void end() override { octets += "|FIN"; }
  void reset() override { octets += "|RST"; }
  std::size_t pending() const override { return 0; }

  std::string octets;
  int writes = 0;
};

/// Keeps each frame as a line: "text fin=0 Hel". Octets that went past it are in `behind`.
struct FrameRecorder final : FrameSink {
  void begin_frame(const ws::FrameHeader& header) override { frame = {header, {}}; }
  void payload(ws::MutableBytes chunk) override { ws::append(frame.payload, chunk); }
  void end_frame() override { lines.push_back(test::describe(frame.header, frame.payload)); }
  ByteSink& bytes() override { return behind; }

  ws::Frame frame;
  std::vector<std::string> lines;
  ByteRecorder behind;
};

/// A whole frame, whose payload comes in one piece, or octet by octet.
inline void send_frame(FrameSink& sink, ws::Frame frame, bool octet_by_octet = false) {
  frame.header.payload_length = frame.payload.size();
  sink.begin_frame(frame.header);
  const std::size_t step = octet_by_octet ? 1 : std::max<std::size_t>(frame.payload.size(), 1);
  for (std::size_t at = 0; at < frame.payload.size(); at += step) {
    sink.payload(ws::MutableBytes(frame.payload).subspan(at, step));
  }
  sink.end_frame();
}

inline ws::Frame make_frame(ws::Opcode opcode, std::string_view payload = {}, bool fin = true) {
  return {{.fin = fin, .opcode = opcode}, {payload.begin(), payload.end()}};
}

}  // namespace wsrig::proxy
