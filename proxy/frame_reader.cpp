#include "proxy/frame_reader.hpp"

#include <algorithm>

namespace wsrig::proxy {

namespace {

// As ws::encode would write it; for each frame, so without writing it.
std::size_t size_on_wire(const ws::FrameHeader& header) {
  std::size_t size = header.mask ? 6 : 2;
  if (header.payload_length > UINT16_MAX || header.length_form == ws::LengthForm::u64) {
    size += 8;
  } else if (header.payload_length > 125 || header.length_form == ws::LengthForm::u16) {
    size += 2;
  }
  return size;
}

}  // namespace

/// The parser's sink during one call of feed().
struct FrameReader::Feed {
  FrameReader& self;
  FrameEvents& events;
  ws::MutableBytes data;
  std::size_t position = 0;     ///< of the next octet in `data`
  std::size_t frame_start = 0;  ///< where the frame at hand began, when it did in `data`
  bool starts_here = false;

  bool on_header(const ws::FrameHeader& header);
  void on_payload(ws::MutableBytes chunk);
  bool on_frame_end();

 private:
  ws::Bytes take_header(const ws::FrameHeader& header, ws::EncodedHeader& split);
  void check_payload(ws::MutableBytes chunk);
  bool end_control(const ws::FrameHeader& header);
  void fail(const ws::Violation& violation);
};

// The header's octets: in `data`, or, where they came in two feeds, written again into `split`.
ws::Bytes FrameReader::Feed::take_header(const ws::FrameHeader& header, ws::EncodedHeader& split) {
  frame_start = position;
  starts_here = self.pending_ == 0;
  if (starts_here) {
    position += size_on_wire(header);
    return data.subspan(frame_start, position - frame_start);
  }
  split = ws::encode(header);
  position += split.size - self.pending_;
  self.pending_ = 0;
  return split.bytes();
}

bool FrameReader::Feed::on_header(const ws::FrameHeader& header) {
  ws::EncodedHeader split{};
  const ws::Bytes raw = take_header(header, split);
  if (const auto violation = self.referee_.begin(header)) {
    fail(*violation);
    return false;
  }
  self.masker_ = ws::Masker(header.mask.value_or(ws::MaskKey{}));
  self.control_size_ = 0;
  ++self.frames_;
  if (ws::is_control(header.opcode)) return true;
  self.in_data_frame_ = true;
  events.on_data_frame(header, raw);
  return true;
}

void FrameReader::Feed::on_payload(ws::MutableBytes chunk) {
  if (self.stopped_) return;
  const ws::FrameHeader& header = self.parser_.header();
  position += chunk.size();
  if (ws::is_control(header.opcode)) {
    std::ranges::copy(chunk, self.control_.begin() + self.control_size_);
    self.control_size_ = static_cast<std::uint8_t>(self.control_size_ + chunk.size());
    return;
  }
  if (self.referee_.reads_payload()) check_payload(chunk);
  if (!self.stopped_) events.on_data_payload(chunk);
}

// In the clear, block by block: what goes on keeps its mask.
void FrameReader::Feed::check_payload(ws::MutableBytes chunk) {
  if (!self.parser_.header().mask) {
    if (const auto violation = self.referee_.payload(chunk)) fail(*violation);
    return;
  }
  std::array<std::uint8_t, 4096> clear;
  for (ws::Bytes rest = chunk; !rest.empty() && !self.stopped_;) {
    const ws::Bytes block = rest.first(std::min(rest.size(), clear.size()));
    rest = rest.subspan(block.size());
    self.masker_.copy(block, clear.data());
    if (const auto violation = self.referee_.payload({clear.data(), block.size()})) fail(*violation);
  }
}

bool FrameReader::Feed::on_frame_end() {
  if (self.stopped_) return false;
  const ws::FrameHeader& header = self.parser_.header();
  if (ws::is_control(header.opcode)) return end_control(header);
  self.in_data_frame_ = false;
  if (const auto violation = self.referee_.end()) {
    fail(*violation);
    return false;
  }
  events.on_data_frame_end();
  return !self.stopped_;
}

bool FrameReader::Feed::end_control(const ws::FrameHeader& header) {
  std::array<std::uint8_t, ws::max_header_size + 125> again;
  const ws::MutableBytes payload(self.control_.data(), self.control_size_);
  ws::Bytes raw = data.subspan(frame_start, position - frame_start);
  const ws::EncodedHeader encoded = ws::encode(header);
  if (!starts_here || raw.size() != encoded.size + payload.size()) {
    const auto end = std::ranges::copy(encoded.bytes(), again.begin()).out;
    std::ranges::copy(payload, end);
    raw = {again.data(), encoded.size + payload.size()};
  }
  self.masker_.apply(payload);
  if (header.opcode == ws::Opcode::close) {
    self.stopped_ = true;
    if (const auto violation = self.referee_.close(payload)) {
      events.on_violation(*violation);
      return false;
    }
  }
  events.on_control(header, payload, raw);
  return !self.stopped_;
}

void FrameReader::Feed::fail(const ws::Violation& violation) {
  self.stopped_ = true;
  events.on_violation(violation);
}

// At the first octet of anything else it stops, and leaves that to the parser.
std::size_t FrameReader::feed_plain(ws::MutableBytes data, FrameEvents& events) {
  std::size_t taken = 0;
  while (parser_.at_boundary() && !stopped_) {
    const ws::MutableBytes rest = data.subspan(taken);
    ws::FrameHeader header;
    const std::size_t size = ws::decode_header(rest, header);
    const bool is_plain = header.opcode == ws::Opcode::binary && header.fin && header.rsv == 0;
    if (size == 0 || !is_plain || header.payload_length > rest.size() - size) break;
    if (const auto violation = referee_.begin(header)) {
      stopped_ = true;
      events.on_violation(*violation);
      break;
    }
    const ws::MutableBytes payload = rest.subspan(size, static_cast<std::size_t>(header.payload_length));
    taken += size + payload.size();
    ++frames_;
    events.on_data_frame(header, rest.first(size));
    if (!payload.empty()) events.on_data_payload(payload);
    referee_.end();
    events.on_data_frame_end();
  }
  return taken;
}

void FrameReader::feed(ws::MutableBytes data, FrameEvents& events) {
  if (stopped_) return;
  data = data.subspan(feed_plain(data, events));
  if (stopped_) return;
  Feed feed{*this, events, data};
  parser_.parse(data, feed);
  if (!stopped_ && feed.position < data.size()) {
    pending_ = static_cast<std::uint8_t>(pending_ + data.size() - feed.position);
  }
}

}  // namespace wsrig::proxy
