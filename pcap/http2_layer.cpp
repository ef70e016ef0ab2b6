#include "pcap/http2_layer.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "capture/big_endian.hpp"
#include "pcap/hpack_reader.hpp"
#include "pcap/opening.hpp"
#include "pcap/websocket_session.hpp"

namespace wsrig::pcap {

namespace {

constexpr std::size_t preface_size = 24, header_size = 9;
// RFC 9113 §6
constexpr std::uint8_t type_data = 0, type_headers = 1, type_reset = 3, type_settings = 4,
                       type_continuation = 9;
constexpr std::uint8_t flag_end_stream = 1, flag_ack = 1, flag_end_headers = 4, flag_padded = 8,
                       flag_priority = 0x20;
constexpr std::uint16_t setting_header_table_size = 1;
/// SETTINGS_MAX_FRAME_SIZE allows 16 MiB; only DATA is ever longer than this, and DATA is not kept.
constexpr std::uint32_t longest_kept = std::size_t{64} * 1024;
constexpr std::size_t longest_block = std::size_t{256} * 1024;
constexpr std::size_t most_streams = 10000;

std::string_view value_of(const HpackReader::Fields& fields, std::string_view name) {
  const auto found = std::ranges::find(fields, name, &std::pair<std::string, std::string>::first);
  return found == fields.end() ? std::string_view() : std::string_view(found->second);
}

/// The fields as HTTP/1.1 writes them, behind a start line.
std::string as_head(std::string start_line, const HpackReader::Fields& fields) {
  std::string head = std::move(start_line) + "\r\n";
  if (const auto authority = value_of(fields, ":authority"); !authority.empty()) {
    head += fmt::format("host: {}\r\n", authority);
  }
  for (const auto& [name, value] : fields) {
    if (!name.starts_with(':')) head += fmt::format("{}: {}\r\n", name, value);
  }
  return head + "\r\n";
}

}  // namespace

struct Http2Layer::Half {
  ws::ByteBuffer pending{};  ///< a preface, a header or a frame that is not complete yet
  std::optional<FrameHeader> frame{};
  std::uint32_t data_left = 0;  ///< of a DATA frame's payload, without its padding
  std::uint32_t padding_left = 0;
  bool padded = false;     ///< the octet that tells how much padding comes next
  ws::ByteBuffer block{};  ///< a header block that is not complete yet
  std::uint32_t block_stream = 0;
  bool block_ends_stream = false;
  HpackReader hpack{};
  std::size_t preface_left = 0;
};

struct Http2Layer::Stream {
  std::optional<ws::HttpHead> request{};
  Origin requested{};
  Connection* connection = nullptr;
  std::unique_ptr<WebSocketSession> session{};
  bool refused = false;
};

Http2Layer::Http2Layer(Context& context, Slot& slot, Side client)
    : context_(context), slot_(slot), client_(client) {
  for (auto& half : halves_) half = std::make_unique<Half>();
  half(client).preface_left = preface_size;
}

Http2Layer::~Http2Layer() = default;

void Http2Layer::data(Side from, ws::Bytes octets, const Origin& origin) {
  Half& here = half(from);
  const std::size_t skipped = std::min(here.preface_left, octets.size());
  here.preface_left -= skipped;
  octets = octets.subspan(skipped);
  while (!octets.empty() && !slot_.is_ignoring()) {
    const bool in_data = here.frame && here.frame->type == type_data;
    octets = octets.subspan(in_data ? take_data(from, octets, origin) : take(from, octets, origin));
  }
}

/// Takes octets of a frame header, or of the payload of a frame that is not DATA.
std::size_t Http2Layer::take(Side from, ws::Bytes octets, const Origin& origin) {
  Half& here = half(from);
  const std::size_t wanted = here.frame ? here.frame->length : header_size;
  const std::size_t taken = std::min(wanted - here.pending.size(), octets.size());
  ws::append(here.pending, octets.first(taken));
  if (here.pending.size() < wanted) return taken;
  if (!here.frame) {
    if (!begin_frame(from, origin)) slot_.ignore();
    return taken;
  }
  const ws::ByteBuffer payload = std::exchange(here.pending, {});
  on_frame(from, payload, origin);
  here.frame.reset();
  return taken;
}

/// False where a header cannot be one.
bool Http2Layer::begin_frame(Side from, const Origin& origin) {
  Half& here = half(from);
  const ws::Bytes octets = here.pending;
  FrameHeader frame{.length = capture::be32(octets) >> 8,
                    .type = octets[3],
                    .flags = octets[4],
                    .stream = capture::be32(octets, 5) & 0x7fffffff};
  here.pending.clear();
  here.frame = frame;
  if (frame.type != type_data) {
    if (frame.length > longest_kept) return false;
    if (frame.length > 0) return true;
    on_frame(from, {}, origin);
    here.frame.reset();
    return true;
  }
  here.padded = (frame.flags & flag_padded) != 0;
  here.padding_left = 0;
  here.data_left = frame.length;
  if (frame.length > 0) return true;
  here.frame.reset();
  if ((frame.flags & flag_end_stream) != 0) end_stream(from, frame.stream, StreamEnd::fin, origin);
  return true;
}

/// RFC 9113 §6.1: DATA goes on as it comes.
std::size_t Http2Layer::take_data(Side from, ws::Bytes octets, const Origin& origin) {
  Half& here = half(from);
  std::size_t taken = 0;
  if (here.padded) {
    here.padded = false;
    here.data_left -= 1;
    here.padding_left = std::min<std::uint32_t>(octets[0], here.data_left);
    here.data_left -= here.padding_left;
    taken = 1;
  }
  const std::size_t content = std::min<std::size_t>(here.data_left, octets.size() - taken);
  here.data_left -= static_cast<std::uint32_t>(content);
  const auto stream = streams_.find(here.frame->stream);
  if (content > 0 && stream != streams_.end() && stream->second.session) {
    stream->second.session->data(from, octets.subspan(taken, content), origin);
  }
  taken += content;
  const std::size_t padding = std::min<std::size_t>(here.padding_left, octets.size() - taken);
  here.padding_left -= static_cast<std::uint32_t>(padding);
  taken += padding;
  if (here.data_left > 0 || here.padding_left > 0) return taken;
  const FrameHeader frame = *here.frame;
  here.frame.reset();
  if ((frame.flags & flag_end_stream) != 0) end_stream(from, frame.stream, StreamEnd::fin, origin);
  return taken;
}

void Http2Layer::on_frame(Side from, ws::Bytes payload, const Origin& origin) {
  Half& here = half(from);
  const FrameHeader frame = *here.frame;
  switch (frame.type) {
    case type_headers: {
      const std::size_t padding = (frame.flags & flag_padded) != 0 && !payload.empty() ? payload[0] : 0;
      const std::size_t front =
          ((frame.flags & flag_padded) != 0 ? 1u : 0u) + ((frame.flags & flag_priority) != 0 ? 5u : 0u);
      if (front + padding > payload.size()) return slot_.ignore();
      const ws::Bytes fragment = payload.subspan(front, payload.size() - front - padding);
      here.block.assign(fragment.begin(), fragment.end());
      here.block_stream = frame.stream;
      here.block_ends_stream = (frame.flags & flag_end_stream) != 0;
      break;
    }
    case type_continuation:
      if (here.block.size() + payload.size() > longest_block) return slot_.ignore();
      ws::append(here.block, payload);
      break;
    case type_reset: return end_stream(from, frame.stream, StreamEnd::reset, origin);
    case type_settings:
      for (std::size_t at = 0; (frame.flags & flag_ack) == 0 && at + 6 <= payload.size(); at += 6) {
        if (capture::be16(payload, at) != setting_header_table_size) continue;
        half(other(from)).hpack.set_table_size(capture::be32(payload, at + 2));
      }
      return;
    default: return;
  }
  if ((frame.flags & flag_end_headers) != 0) on_header_block(from, origin);
}

void Http2Layer::on_header_block(Side from, const Origin& origin) {
  Half& here = half(from);
  const auto fields = here.hpack.read(here.block);
  here.block.clear();
  if (!fields) return slot_.ignore();
  const bool asks =
      value_of(*fields, ":method") == "CONNECT" && value_of(*fields, ":protocol") == "websocket";
  if (from == client_ && asks) {
    on_request(here.block_stream,
               as_head(fmt::format("GET {} HTTP/1.1", value_of(*fields, ":path")), *fields), origin);
  } else if (from != client_ && !value_of(*fields, ":status").empty()) {
    on_response(here.block_stream,
                as_head(fmt::format("HTTP/1.1 {} ", value_of(*fields, ":status")), *fields), origin);
  }
  if (here.block_ends_stream) end_stream(from, here.block_stream, StreamEnd::fin, origin);
}

void Http2Layer::on_request(std::uint32_t id, const std::string& head, const Origin& origin) {
  if (streams_.size() >= most_streams) streams_.erase(streams_.begin());
  Stream& stream = streams_[id];
  stream.request.emplace(head);
  stream.requested = origin;
}

/// RFC 8441 §5: any 2xx accepts.
void Http2Layer::on_response(std::uint32_t id, const std::string& head, const Origin& origin) {
  const auto found = streams_.find(id);
  if (found == streams_.end() || found->second.connection != nullptr) return;
  ws::HttpHead response(head);
  if (response.status() < 200) return;
  Stream& stream = found->second;
  Connection& connection = context_.new_connection();
  stream.connection = &connection;
  connection.client = client_;
  connection.http2_stream = id;
  connection.request = stream.request;
  connection.requested = stream.requested;
  connection.response = std::move(response);
  connection.answered = origin;
  if (connection.status() / 100 != 2) return refuse_connection(connection, context_.journal);
  open_connection(connection, context_.journal);
  stream.session = std::make_unique<WebSocketSession>(connection, context_.journal);
  stream.session->begin(ws::Role::client, 0);
  stream.session->begin(ws::Role::server, 0);
}

void Http2Layer::end_stream(Side from, std::uint32_t id, StreamEnd how, const Origin& origin) {
  const auto found = streams_.find(id);
  if (found == streams_.end() || found->second.connection == nullptr) return;
  Connection& connection = *found->second.connection;
  const ws::Role role = from == client_ ? ws::Role::client : ws::Role::server;
  connection.stream_end[static_cast<std::size_t>(role)] = origin;
  if (found->second.session) {
    found->second.session->end(from, how, origin);
    if (how == StreamEnd::reset) found->second.session->end(other(from), how, origin);
  }
  const bool over = how == StreamEnd::reset || (connection.stream_end[0] && connection.stream_end[1]);
  if (over) streams_.erase(found);
}

void Http2Layer::hole(Side from, std::uint64_t size, const Origin& origin) {
  Half& here = half(from);
  const bool within = here.frame && here.frame->type == type_data && !here.padded && size <= here.data_left &&
                      (size < here.data_left || here.padding_left > 0);
  if (!within) {
    for (auto& [id, stream] : streams_) {
      if (stream.session) stream.session->hole(from, unknown_size, origin);
    }
    return slot_.ignore();
  }
  here.data_left -= static_cast<std::uint32_t>(size);
  const auto stream = streams_.find(here.frame->stream);
  if (stream != streams_.end() && stream->second.session) stream->second.session->hole(from, size, origin);
}

void Http2Layer::end(Side from, StreamEnd how, const Origin& origin) {
  for (auto& [id, stream] : streams_) {
    if (stream.session) stream.session->end(from, how, origin);
  }
}

}  // namespace wsrig::pcap
