// The inner loops of the core, beside memcpy in a buffer that fits into L2: compare bytes_per_second.
#include <algorithm>
#include <benchmark/benchmark.h>
#include <cstring>
#include <string>

#include "ws/endpoint.hpp"
#include "ws/frame_parser.hpp"
#include "ws/masker.hpp"
#include "ws/utf8.hpp"

namespace wsrig::ws {
namespace {

constexpr std::int64_t l2_size = 256 << 10;
constexpr MaskKey key{0x37, 0xfa, 0x21, 0x3d};

void count_bytes(benchmark::State& state, std::size_t bytes_each) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes_each));
}

void copy_memory(benchmark::State& state) {
  const ByteBuffer in(static_cast<std::size_t>(state.range(0)), 'x');
  ByteBuffer out(in.size());
  for (auto _ : state) {
    std::memcpy(out.data(), in.data(), in.size());
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  count_bytes(state, in.size());
}
BENCHMARK(copy_memory)->Arg(16)->Arg(64)->Arg(1024)->Arg(l2_size);

void mask_in_place(benchmark::State& state) {
  ByteBuffer payload(static_cast<std::size_t>(state.range(0)), 'x');
  for (auto _ : state) {
    Masker(key).apply(payload);
    benchmark::DoNotOptimize(payload.data());
    benchmark::ClobberMemory();
  }
  count_bytes(state, payload.size());
}
BENCHMARK(mask_in_place)->Arg(16)->Arg(64)->Arg(1024)->Arg(l2_size);

void mask_copy(benchmark::State& state) {
  const ByteBuffer in(static_cast<std::size_t>(state.range(0)), 'x');
  ByteBuffer out(in.size());
  for (auto _ : state) {
    Masker(key).copy(in, out.data());
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  count_bytes(state, in.size());
}
BENCHMARK(mask_copy)->Arg(64)->Arg(l2_size);

void validate(benchmark::State& state, std::string_view unit) {
  std::string text;
  while (text.size() < static_cast<std::size_t>(state.range(0))) text += unit;
  for (auto _ : state) benchmark::DoNotOptimize(is_valid_utf8(as_bytes(text)));
  count_bytes(state, text.size());
}
BENCHMARK_CAPTURE(validate, ascii, "x")->Arg(16)->Arg(64)->Arg(1024)->Arg(l2_size);
BENCHMARK_CAPTURE(validate, greek, "κόσμε")->Arg(1024)->Arg(l2_size);
BENCHMARK_CAPTURE(validate, german, "Zwölf Boxkämpfer jagen Viktor quer über den großen Deich. ")
    ->Arg(l2_size);
BENCHMARK_CAPTURE(validate, emoji, "😀")->Arg(l2_size);

/// As a client writes them: many small masked frames in one read.
ByteBuffer pipelined(Opcode opcode, std::size_t frames, std::size_t size) {
  ByteBuffer stream;
  const Frame frame{{.opcode = opcode, .mask = key, .payload_length = size}, ByteBuffer(size, 'x')};
  for (std::size_t i = 0; i < frames; ++i) encode(frame, stream);
  return stream;
}

void parse_frames(benchmark::State& state) {
  struct Sink {
    std::uint64_t octets = 0;
    bool on_header(const FrameHeader&) { return true; }
    void on_payload(MutableBytes chunk) { octets += chunk.size(); }
    bool on_frame_end() { return true; }
  } sink;
  ByteBuffer stream = pipelined(Opcode::binary, 100, 64);
  FrameParser parser;
  for (auto _ : state) parser.parse(stream, sink);
  benchmark::DoNotOptimize(sink.octets);
  state.SetItemsProcessed(state.iterations() * 100);
}
BENCHMARK(parse_frames);

/// Receive and send back, as wsrig-echo does: items are messages.
void echo(benchmark::State& state) {
  struct Echo final : EndpointEvents {
    Endpoint* endpoint = nullptr;
    ByteBuffer out;
    void on_message(const Message& message) override { endpoint->send(message.opcode, message.payload, out); }
  } events;
  const EndpointConfig config;
  Endpoint endpoint(config);
  events.endpoint = &endpoint;
  const auto size = static_cast<std::size_t>(state.range(0));
  const std::size_t frames = size <= 1024 ? 100 : 1;
  const ByteBuffer stream = pipelined(Opcode::text, frames, size);
  ByteBuffer read = stream;
  for (auto _ : state) {
    std::memcpy(read.data(), stream.data(), stream.size());  // what a socket would do
    endpoint.receive(read, events, events.out);
    benchmark::DoNotOptimize(events.out.data());
    events.out.clear();
  }
  if (endpoint.failed()) state.SkipWithError("the endpoint failed");
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(frames));
  count_bytes(state, stream.size());
}
BENCHMARK(echo)->Arg(64)->Arg(1024)->Arg(65536);

}  // namespace
}  // namespace wsrig::ws

BENCHMARK_MAIN();
