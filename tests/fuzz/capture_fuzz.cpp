#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "capture/buffered_input.hpp"
#include "capture/reader.hpp"
#include "tests/fuzz/fuzz_input.hpp"

// A capture file, mapped and as a stream in any pieces: the same packets, the same problem.
namespace wsrig::fuzz {
namespace {

/// Octets that come a few at a time.
class Trickle final : public capture::BufferedInput {
 public:
  explicit Trickle(ws::Bytes octets) : octets_(octets) {}

 private:
  std::size_t read_some(ws::MutableBytes room) override {
    step_ = step_ % 61 + 7;
    const std::size_t size = std::min({room.size(), step_, octets_.size()});
    std::copy_n(octets_.begin(), size, room.begin());
    octets_ = octets_.subspan(size);
    return size;
  }

  ws::Bytes octets_;
  std::size_t step_ = 0;
};

struct Kept {
  capture::Timestamp time;
  capture::LinkType link;
  ws::ByteBuffer octets;
  std::uint32_t original_length;
  std::uint64_t file_offset;
  friend bool operator==(const Kept&, const Kept&) = default;
};

struct Outcome {
  std::vector<Kept> packets;
  std::string problem;
  std::size_t secrets = 0;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome read(std::unique_ptr<capture::PacketSource> source, std::size_t file_size) {
  Outcome outcome;
  source->on_secrets([&](const capture::Secrets& secrets) { outcome.secrets += secrets.data.size(); });
  while (const capture::Packet* packet = source->next()) {
    require(packet->number == outcome.packets.size() + 1, "packets are numbered");
    require(packet->file_offset + packet->octets.size() <= file_size, "a packet lies in the file");
    outcome.packets.push_back({packet->time,
                               packet->link,
                               {packet->octets.begin(), packet->octets.end()},
                               packet->original_length,
                               packet->file_offset});
  }
  require(source->next() == nullptr, "the end stays the end");
  if (source->problem()) outcome.problem = describe(*source->problem());
  return outcome;
}

}  // namespace
}  // namespace wsrig::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wsrig;
  const ws::Bytes file(data, size);
  if (capture::is_gzip(file)) {
    const auto source = capture::read_capture(file);
    while (source->next()) continue;
    return 0;
  }
  const fuzz::Outcome mapped = fuzz::read(capture::read_capture(file), size);
  const fuzz::Outcome streamed =
      fuzz::read(capture::read_capture(std::make_unique<fuzz::Trickle>(file)), size);
  fuzz::require(mapped == streamed, "the cut does not matter");
  return 0;
}
