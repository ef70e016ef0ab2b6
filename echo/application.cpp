#include "echo/application.hpp"

#include <algorithm>

namespace wsrig::echo {

namespace {

// Enough to keep a connection busy until the loop comes back to it.
constexpr std::size_t source_octets_per_turn = std::size_t{256} * 1024;

ws::ByteBuffer printable_pattern(std::size_t size) {
  ws::ByteBuffer pattern(size);
  for (std::size_t i = 0; i < size; ++i) pattern[i] = static_cast<std::uint8_t>('a' + i % 26);
  return pattern;
}

}  // namespace

void PrefixApplication::on_message(Conversation& conversation, const ws::Message& message) const {
  ws::ByteBuffer reply;
  reply.reserve(prefix_.size() + message.payload.size());
  ws::append(reply, prefix_);
  ws::append(reply, message.payload);
  conversation.send(message.opcode, reply);
}

/// Takes its conversation off the list when that ends.
struct BroadcastApplication::Member : ConversationState {
  Member(std::set<Conversation*>& the_members, Conversation& the_conversation)
      : members(the_members), conversation(&the_conversation) {
    members.insert(conversation);
  }
  ~Member() override { members.erase(conversation); }

  std::set<Conversation*>& members;
  Conversation* conversation;
};

void BroadcastApplication::on_open(Conversation& conversation) const {
  conversation.state = std::make_unique<Member>(members_, conversation);
}

// In a turn of its own: the buffer that all connections write through holds replies of this one meanwhile.
void BroadcastApplication::on_message(Conversation& conversation, const ws::Message& message) const {
  conversation.loop().post([this, opcode = message.opcode,
                            payload = ws::ByteBuffer(message.payload.begin(), message.payload.end())] {
    send_to_all(opcode, payload);
  });
}

void BroadcastApplication::send_to_all(ws::Opcode opcode, ws::Bytes payload) const {
  for (Conversation* const member : members_) {
    if (member->pending() <= source_octets_per_turn) member->send(opcode, payload);
  }
}

/// Where a source has got to on one connection.
struct SourceApplication::Stream : ConversationState {
  explicit Stream(net::Loop& loop) : timer(loop), begun(loop.now()) {}

  net::Timer timer;
  net::Clock::time_point begun;
  std::uint64_t sent = 0;
};

SourceApplication::SourceApplication(std::size_t size, std::uint64_t per_second)
    : message_(printable_pattern(size)), per_second_(per_second) {}

void SourceApplication::on_open(Conversation& conversation) const {
  conversation.state = std::make_unique<Stream>(conversation.loop());
  if (per_second_ > 0) return send_due(conversation);
  send_while_taken(conversation);
}

void SourceApplication::on_drained(Conversation& conversation) const {
  if (per_second_ == 0) send_while_taken(conversation);
}

// Message n is due n / rate after the start, whenever the ones before it left: being late does not add up.
// What a slow peer has not taken is not piled up further: those messages are left out.
void SourceApplication::send_due(Conversation& conversation) const {
  auto& stream = static_cast<Stream&>(*conversation.state);
  using std::chrono::nanoseconds;
  constexpr std::uint64_t second = 1'000'000'000;
  const auto elapsed =
      static_cast<std::uint64_t>(nanoseconds(conversation.loop().now() - stream.begun).count());
  const std::uint64_t due = elapsed / second * per_second_ + elapsed % second * per_second_ / second + 1;
  for (; stream.sent < due; ++stream.sent) {
    if (conversation.pending() > source_octets_per_turn) continue;
    if (!conversation.send(ws::Opcode::binary, message_)) return;
  }
  const auto interval = nanoseconds(second / per_second_);
  stream.timer.start(std::max<net::Clock::duration>(interval, std::chrono::milliseconds(1)),
                     [this, &conversation] { send_due(conversation); });
}

void SourceApplication::send_while_taken(Conversation& conversation) const {
  auto& stream = static_cast<Stream&>(*conversation.state);
  std::size_t left = source_octets_per_turn;
  while (conversation.pending() == 0 && left > 0) {
    if (!conversation.send(ws::Opcode::binary, message_)) return;
    left -= std::min(left, message_.size() + 1);
  }
  // What is pending tells of itself when it was taken; otherwise the others have their turn first.
  if (conversation.pending() > 0) return;
  stream.timer.start({}, [this, &conversation] { send_while_taken(conversation); });
}

}  // namespace wsrig::echo
