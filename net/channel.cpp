#include "net/channel.hpp"

#include <algorithm>
#include <sys/epoll.h>
#include <utility>

#include "net/socket.hpp"
#include "net/splice_pipe.hpp"

namespace wsrig::net {

namespace {

// What one connection may read before the others have their turn.
constexpr std::size_t octets_per_turn = std::size_t{1024} * 1024;

constexpr std::size_t spliced_at_once = std::size_t{64} * 1024;
// Smaller pieces cost less when they are read and written.
constexpr std::size_t least_spliced = std::size_t{8} * 1024;

constexpr std::uint32_t closed_events = EPOLLRDHUP | EPOLLHUP | EPOLLERR;

}  // namespace

Channel::Channel(Loop& loop, Stream stream)
    : loop_(loop), stream_(std::move(stream)), last_read_(loop.now()), last_write_(loop.now()) {}

Channel::~Channel() { loop_.forget(stream_.descriptor(), *this); }

void Channel::start(ChannelHandler& handler) {
  if (std::exchange(handler_, &handler) != nullptr) return;
  if (!watched_) {
    readable_ = true;  // TLS may hold octets already, which raise no event
    write_error_ = loop_.watch(stream_.descriptor(), *this);
    watched_ = !write_error_;
    if (watched_) return;  // the first event comes at once
  }
  if (readable_) wake();
}

void Channel::take_over(Watcher& before, std::uint32_t events) {
  watched_ = true;
  note(events);
  loop_.hand_over(stream_.descriptor(), before, *this);
}

void Channel::note(std::uint32_t events) {
  if ((events & (EPOLLIN | closed_events)) != 0) readable_ = true;
  if ((events & closed_events) != 0) peer_closed_ = true;
}

void Channel::on_ready(std::uint32_t events) {
  woken_ = false;
  note(events);
  if (handler_ == nullptr) return;  // taken over, and not started yet
  const Loop& loop = loop_;         // this channel may be gone after each call
  if (kept_) write_kept();
  if (!loop.is_serving(this)) return;
  if (shutdown_wanted_) finish_shutdown();
  read_ready();
}

void Channel::read_ready() {
  const Loop& loop = loop_;
  std::size_t left = octets_per_turn;
  while (readable_ && !paused_ && !dead_ && !read_ended_) {
    if (left == 0) return wake();
    const ws::MutableBytes whole = loop_.read_buffer();
    const ws::MutableBytes buffer = whole.first(std::min<std::size_t>(whole.size(), octets_at_once_));
    const bool splices = may_splice();
    const IoResult result = splices ? splice() : stream_.read(buffer);
    left -= std::min(left, result.size);
    if (splices && result.status == IoStatus::ok) {
      deliver_spliced(result.size);
    } else if (!deliver(result, buffer.size())) {
      return;
    }
    if (!loop.is_serving(this)) return;
  }
  // Nothing more will be read that could tell of the failed write.
  const bool rest_is_wanted = paused_ && readable_ && !read_ended_ && handler_->wants_rest();
  if (write_error_ && !dead_ && !rest_is_wanted) die(write_error_);
}

// ---- from socket to socket ----

void Channel::splice_to(Channel& sink, std::uint64_t octets) {
  const bool is_seen = is_tls() || sink.is_tls() || tap_ || sink.tap_;
  if (is_seen || !loop_.splice_pipe().is_open()) return;
  splice_sink_ = &sink;
  splice_left_ = octets;
}

bool Channel::may_splice() const {
  if (splice_left_ == 0) return false;
  const Channel& sink = *splice_sink_;
  return !sink.kept_ && !sink.dead_ && !sink.write_error_ && !sink.shutdown_wanted_;
}

IoResult Channel::splice() {
  SplicePipe& pipe = loop_.splice_pipe();
  const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(splice_left_, spliced_at_once));
  IoResult result = pipe.fill(stream_.descriptor(), most);
  if (result.status == IoStatus::ok) splice_sink_->take_spliced(pipe, result.size);
  return result;
}

void Channel::deliver_spliced(std::size_t size) {
  last_read_ = loop_.now();
  splice_left_ = size < least_spliced ? 0 : splice_left_ - size;
  handler_->on_spliced(size);
}

// What the kernel does not take now is kept like any other octets.
void Channel::take_spliced(SplicePipe& pipe, std::size_t size) {
  while (size > 0) {
    const IoResult result = pipe.drain(stream_.descriptor(), size);
    if (result.status == IoStatus::ok) {
      size -= result.size;
      continue;
    }
    kept_ = std::make_unique<ws::ByteBuffer>(size);
    kept_offset_ = 0;
    pipe.drain(*kept_);
    if (result.status == IoStatus::would_block) return;
    fail_write(result.error);
    kept_.reset();
    return;
  }
}

// False when there is no use in reading on; the channel may be gone then.
bool Channel::deliver(const IoResult& result, std::size_t asked) {
  switch (result.status) {
    case IoStatus::ok:
      last_read_ = loop_.now();
      // A TLS record is always short, and behind a FIN no further event comes.
      if (result.size < asked && !is_tls() && !peer_closed_) readable_ = false;
      if (tap_) tap_->on_octets(ChannelTap::Way::read, loop_.read_buffer().first(result.size));
      handler_->on_data(loop_.read_buffer().first(result.size));
      return true;
    case IoStatus::would_block: readable_ = false; return true;
    case IoStatus::eof:
      // A reset that a write was told of looks like this to the reads after it. (Broken pipe: the FIN came
      // first.)
      if (write_error_ && write_error_ != boost::system::errc::broken_pipe) {
        readable_ = false;
        return true;
      }
      read_ended_ = true;
      tell_tap(ChannelTap::Way::read, ChannelTap::End::fin);
      handler_->on_eof();
      return true;
    case IoStatus::failed: die(result.error); return false;
  }
  return false;
}

void Channel::die(error_code error) {
  dead_ = true;
  kept_.reset();
  const bool is_truncated = error == tls_truncated();
  tell_tap(ChannelTap::Way::read, is_truncated ? ChannelTap::End::fin : ChannelTap::End::reset);
  handler_->on_error(error);
}

void Channel::send(ws::Bytes data) {
  if (dead_ || write_error_ || shutdown_wanted_ || data.empty()) return;
  if (!kept_) data = data.subspan(write_now(data));
  if (data.empty() || write_error_) return;
  if (!kept_) kept_ = std::make_unique<ws::ByteBuffer>();
  if (kept_offset_ > kept_->size() / 2) {
    kept_->erase(kept_->begin(), kept_->begin() + static_cast<std::ptrdiff_t>(kept_offset_));
    kept_offset_ = 0;
  }
  ws::append(*kept_, data);
}

// Writes until the kernel takes no more; returns how many octets went. Failures are told of in a later turn.
std::size_t Channel::write_now(ws::Bytes data) {
  std::size_t written = 0;
  while (written < data.size()) {
    const IoResult result = stream_.write(data.subspan(written));
    if (result.status == IoStatus::would_block) break;
    if (result.status != IoStatus::ok) {
      fail_write(result.error);
      break;
    }
    if (tap_) tap_->on_octets(ChannelTap::Way::written, data.subspan(written, result.size));
    written += result.size;
    // The kernel took what it had room for, and tells when there is more: asking again is no use.
    if (!is_tls()) break;
  }
  return written;
}

void Channel::fail_write(error_code error) {
  write_error_ = error;
  readable_ = true;
  wake();
}

void Channel::write_kept() {
  const std::size_t written = write_now(ws::Bytes(*kept_).subspan(kept_offset_));
  kept_offset_ += written;
  if (written > 0) last_write_ = loop_.now();
  if (write_error_) {
    kept_.reset();
    kept_offset_ = 0;
  } else if (kept_offset_ == kept_->size()) {
    kept_.reset();
    kept_offset_ = 0;
    handler_->on_drained();
  }
}

void Channel::pause() { paused_ = true; }

void Channel::resume() {
  if (!std::exchange(paused_, false)) return;
  wake();
}

void Channel::shutdown() {
  if (std::exchange(shutdown_wanted_, true) || dead_ || !stream_.is_open()) return;
  finish_shutdown();
}

void Channel::finish_shutdown() {
  if (kept_ || shutdown_done_ || dead_ || write_error_) return;
  shutdown_done_ = stream_.shutdown_write().status != IoStatus::would_block;
  if (shutdown_done_) tell_tap(ChannelTap::Way::written, ChannelTap::End::fin);
}

void Channel::reset() {
  loop_.forget(stream_.descriptor(), *this);
  handler_ = nullptr;
  dead_ = true;
  kept_.reset();
  if (!stream_.is_open()) return;
  stream_.reset();
  tell_tap(ChannelTap::Way::written, ChannelTap::End::reset);
}

void Channel::wake() {
  if (handler_ != nullptr && !std::exchange(woken_, true)) loop_.wake(*this);
}

void Channel::tell_tap(ChannelTap::Way way, ChannelTap::End end) const {
  if (tap_) tap_->on_end(way, end);
}

std::string Channel::peer_address() const { return net::peer_address(stream_.descriptor()).print(); }

}  // namespace wsrig::net
