#include "pcap/message_reader.hpp"

#include <algorithm>

namespace wsrig::pcap {

namespace {

/// DEFLATE makes at most 1032 octets of one: this much at a time bounds what is inflated at a time.
constexpr std::size_t slice = std::size_t{4} * 1024;
/// What a sender between messages may hold of a buffer.
constexpr std::size_t spare = std::size_t{64} * 1024;
/// No reference reaches farther back (RFC 1951 §2).
constexpr std::uint64_t deflate_window = std::uint64_t{32} * 1024;

}  // namespace

MessageReader::MessageReader(const std::optional<ws::DeflateParams>& deflate, ws::Role sender,
                             std::uint64_t keep)
    : deflate_(deflate), sender_(sender), keep_(keep) {}

void MessageReader::begin_frame(const ws::FrameHeader& header) {
  if (header.opcode != ws::Opcode::continuation) start(header);
  if (!open_) return;
  ++frames_;
  last_frame_ = header.fin;
  wire_ += header.payload_length;
}

void MessageReader::start(const ws::FrameHeader& header) {
  if (open_) lose();
  open_ = complete_ = utf8_ok_ = true;
  opcode_ = header.opcode;
  text_ = header.opcode == ws::Opcode::text;
  compressed_ = deflate_ && (header.rsv & ws::rsv1) != 0;
  inflated_ = compressed_ ? Inflated::yes : Inflated::plain;
  if (compressed_ && !inflater_)
    inflater_.emplace(deflate_->window_bits(sender_), deflate_->takeover(sender_));
  utf8_.reset();
  buffer_.clear();
  if (buffer_.capacity() > spare) buffer_.shrink_to_fit();
  kept_ = 0;
  wire_ = size_ = 0;
  frames_ = 0;
}

void MessageReader::payload(ws::Bytes chunk) {
  if (!open_) return;
  if (!compressed_) return add(chunk);
  while (!chunk.empty() && inflated_ == Inflated::yes && complete_) {
    const ws::Bytes piece = chunk.first(std::min(chunk.size(), slice));
    chunk = chunk.subspan(piece.size());
    inflate(piece);
  }
}

void MessageReader::inflate(ws::Bytes chunk) {
  buffer_.resize(kept_);
  const ws::InflateStatus status = inflater_->inflate(chunk, buffer_, SIZE_MAX);
  const ws::Bytes text = ws::Bytes(buffer_).subspan(kept_);
  size_ += text.size();
  window_known_ += text.size();
  if (text_ && utf8_ok_) utf8_ok_ = utf8_.feed(text);
  kept_ = std::min<std::size_t>(buffer_.size(), std::max<std::size_t>(kept_, keep_));
  if (status != ws::InflateStatus::ok) failed_to_inflate();
}

void MessageReader::add(ws::Bytes text) {
  if (!complete_) return;
  if (text_ && utf8_ok_) utf8_ok_ = utf8_.feed(text);
  const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(keep_ - kept_, text.size()));
  if (room == 0) return;
  ws::append(buffer_, text.first(room));
  kept_ += room;
}

void MessageReader::missing(std::uint64_t size) {
  if (open_ && size != 0) complete_ = false;
}

bool MessageReader::end_frame() {
  if (!open_ || !last_frame_) return false;
  open_ = false;
  if (compressed_ && !complete_) {
    inflated_ = Inflated::unknown;
    forget_window();
  } else if (inflated_ == Inflated::yes && inflater_->finish() != ws::InflateStatus::ok) {
    failed_to_inflate();
  }
  if (complete_ && text_ && inflated_ <= Inflated::yes && !utf8_.complete()) utf8_ok_ = false;
  return true;
}

void MessageReader::lose() {
  if (open_ && compressed_) inflated_ = Inflated::unknown;
  open_ = false;
  forget_window();
}

/// Behind a loss nobody can say whether the sender or the capture is to blame, until the whole window has
/// been seen anew.
void MessageReader::failed_to_inflate() {
  inflated_ = window_lost_ && window_known_ < deflate_window ? Inflated::unknown : Inflated::corrupt;
  utf8_ok_ = true;
  kept_ = 0;
  forget_window();
}

/// A fresh inflater takes messages that refer to nothing before them; the first that does fails, and says so.
void MessageReader::forget_window() {
  inflater_.reset();
  window_lost_ = deflate_ && deflate_->takeover(sender_);
  window_known_ = 0;
}

}  // namespace wsrig::pcap
