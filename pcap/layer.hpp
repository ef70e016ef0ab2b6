#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "pcap/origin.hpp"
#include "ws/bytes.hpp"

namespace wsrig::pcap {

/// How one direction of a byte stream ended.
enum class StreamEnd : std::uint8_t {
  fin,      ///< in order: a TCP FIN, a TLS close_notify, END_STREAM
  reset,    ///< a TCP RST, an RST_STREAM
  capture,  ///< the capture ends, or goes on without it
};

/// A hole of which the size is not known.
inline constexpr std::uint64_t unknown_size = UINT64_MAX;
/// What a position becomes behind a hole; one of unknown size is not counted.
constexpr std::uint64_t behind(std::uint64_t position, std::uint64_t hole) {
  return hole == unknown_size ? position : position + hole;
}

/// Something that reads the two directions of a byte stream, in which octets may be missing: TLS, HTTP, a
/// tunnel, a WebSocket. Octets are valid during the call only.
class Layer {
 public:
  virtual ~Layer() = default;
  virtual void data(Side from, ws::Bytes octets, const Origin& origin) = 0;
  /// `size` octets are missing here, and will not come; perhaps of unknown size.
  virtual void hole(Side from, std::uint64_t size, const Origin& origin) = 0;
  virtual void end(Side from, StreamEnd how, const Origin& origin) = 0;
};

/// Where a layer sits: one that has learnt what the stream carries puts another in its own place, and hands
/// on to the slot what is left of the octets it was given.
class Slot final : public Layer {
 public:
  Slot();
  ~Slot() override;
  /// The layer that is replaced lives until the call it is in has returned.
  void become(std::unique_ptr<Layer> next);
  /// Nothing in the stream is of interest any more.
  bool is_ignoring() const { return layer_ == nullptr; }
  void ignore() { become(nullptr); }

  void data(Side from, ws::Bytes octets, const Origin& origin) override;
  void hole(Side from, std::uint64_t size, const Origin& origin) override;
  void end(Side from, StreamEnd how, const Origin& origin) override;

 private:
  class Call;

  std::unique_ptr<Layer> layer_;
  std::vector<std::unique_ptr<Layer>> retired_;
  int depth_ = 0;
};

}  // namespace wsrig::pcap
