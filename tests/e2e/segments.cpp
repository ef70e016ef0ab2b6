#include <cstdio>
#include <fmt/format.h>

#include "capture/decoder.hpp"
#include "capture/reader.hpp"

// `segments FILE`: one line for each TCP segment of a capture, in the words that tshark has for its fields;
// what ended the reading goes to standard error.
int main(int argc, char** argv) {
  using namespace wsrig::capture;
  if (argc != 2) return 2;
  const auto source = open_capture(argv[1]);
  if (!source) {
    fmt::print(stderr, "{}: {}\n", argv[1], source.error().message());
    return 3;
  }
  Decoder decoder;
  TcpSegment segment;
  while (const Packet* packet = (*source)->next()) {
    if (decoder.decode(*packet, segment) != Layer::tcp) continue;
    const auto nanoseconds = packet->time.count();
    fmt::print("{}\t{}.{:09}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n", packet->number,
               nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000, to_string(segment.source.address),
               segment.source.port, to_string(segment.destination.address), segment.destination.port,
               segment.sequence, segment.acknowledgment, segment.flags.bits, segment.window,
               segment.payload_length);
  }
  const auto& problem = (*source)->problem();
  if (problem) fmt::print(stderr, "{}: {}\n", argv[1], describe(*problem));
  return problem && problem->severity == Problem::Severity::damage ? 1 : 0;
}
