// What an endpoint allocates, counted by replacing operator new: nothing while idle, nothing for a claim.
#include <atomic>
#include <cstdlib>
#include <gtest/gtest.h>
#include <new>
#include <string>

#include "tests/support/frames.hpp"
#include "tests/support/playbook.hpp"
#include "ws/endpoint.hpp"

namespace {
std::size_t allocations = 0;
std::size_t live_blocks = 0;
std::size_t largest_block = 0;
}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  ++live_blocks;
  largest_block = std::max(largest_block, size);
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  if (memory != nullptr) --live_blocks;
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }

namespace wsrig::ws {
namespace {

using test::octets;
using test::open_wire;
using test::wire;
using test::operator+;

constexpr auto client = Role::client;
const EndpointConfig as_server{};

struct Silent final : EndpointEvents {
  std::size_t messages = 0;
  void on_message(const Message&) override { ++messages; }
};

TEST(EndpointMemory, an_idle_endpoint_has_none) {
  const std::size_t before = allocations;
  const Endpoint endpoint(as_server);
  EXPECT_EQ(allocations, before);
}

TEST(EndpointMemory, an_echo_of_whole_messages_allocates_nothing) {
  ByteBuffer read = wire(client, Opcode::text, "Hello") + wire(client, Opcode::ping, "x");
  Silent events;
  ByteBuffer out;
  out.reserve(100);
  Endpoint endpoint(as_server);
  const std::size_t before = allocations;
  endpoint.receive(read, events, out);
  endpoint.send(Opcode::text, as_bytes("Hello"), out);
  EXPECT_EQ(allocations, before);
  EXPECT_EQ(events.messages, 1u);
}

TEST(EndpointMemory, buffers_do_not_outlive_their_message) {
  const std::string large(1 << 20, 'x');
  ByteBuffer read = open_wire(client, Opcode::text, large) + wire(client, Opcode::continuation, large);
  Silent events;
  ByteBuffer out;
  Endpoint endpoint(as_server);
  const std::size_t before = live_blocks;
  endpoint.receive(read, events, out);
  EXPECT_EQ(events.messages, 1u);
  EXPECT_EQ(live_blocks, before);
}

TEST(EndpointMemory, a_failed_endpoint_has_none) {
  ByteBuffer read = open_wire(client, Opcode::text, "abc");
  ByteBuffer bad = octets("f080 00000000");
  ByteBuffer out;
  out.reserve(100);
  Silent events;
  Endpoint endpoint(as_server);
  const std::size_t before = live_blocks;
  endpoint.receive(read, events, out);
  EXPECT_EQ(live_blocks, before + 1);
  endpoint.receive(bad, events, out);
  EXPECT_TRUE(endpoint.failed());
  EXPECT_EQ(live_blocks, before);
}

TEST(EndpointMemory, s10_4_memory_follows_what_came_and_not_what_was_announced) {
  EndpointConfig config;
  config.limits = {.frame = UINT64_MAX, .message = UINT64_MAX, .fragments = UINT32_MAX};
  ByteBuffer read = octets("82ff 7fffffffffffffff 00000000") + std::string(1000, 'x');
  Silent events;
  ByteBuffer out;
  Endpoint endpoint(config);
  largest_block = 0;
  endpoint.receive(read, events, out);
  EXPECT_LE(largest_block, 2000u);
}

TEST(EndpointMemory, a_message_in_two_reads_takes_no_more_than_its_size) {
  const std::string payload(100'000, 'x');
  ByteBuffer read = wire(client, Opcode::text, payload);
  Silent events;
  ByteBuffer out;
  Endpoint endpoint(as_server);
  largest_block = 0;
  endpoint.receive(MutableBytes(read).first(60'000), events, out);
  endpoint.receive(MutableBytes(read).subspan(60'000), events, out);
  EXPECT_EQ(events.messages, 1u);
  EXPECT_EQ(largest_block, payload.size());
}

TEST(EndpointMemory, a_million_tiny_fragments_take_few_allocations) {
  EndpointConfig config;
  config.limits.fragments = 2'000'000;
  ByteBuffer first = open_wire(client, Opcode::binary, "x");
  Silent events;
  ByteBuffer out;
  Endpoint endpoint(config);
  endpoint.receive(first, events, out);
  const ByteBuffer fragment = open_wire(client, Opcode::continuation, "x");
  ByteBuffer read;
  for (int i = 0; i < 1000; ++i) append(read, fragment);
  const std::size_t before = allocations;
  largest_block = 0;
  for (int i = 0; i < 1000; ++i) {
    ByteBuffer::iterator at = read.begin();
    for (int j = 0; j < 1000; ++j, at += static_cast<std::ptrdiff_t>(fragment.size())) {
      std::copy(fragment.begin(), fragment.end(), at);
    }
    endpoint.receive(read, events, out);
  }
  EXPECT_LE(allocations - before, 40u);
  EXPECT_LE(largest_block, 3'000'000u);
}

}  // namespace
}  // namespace wsrig::ws
