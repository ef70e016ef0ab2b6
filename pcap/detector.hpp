#pragma once

#include <array>

#include "pcap/context.hpp"
#include "pcap/sniff.hpp"

namespace wsrig::pcap {

/// Finds out what a byte stream carries from how it begins, and puts the layer for it in its slot. Headers of
/// the PROXY protocol are taken off: behind them something else begins.
class Detector final : public Layer {
 public:
  /// `at_start`: the stream's first octets come. Else it is already under way.
  Detector(Context& context, Slot& slot, const Positions& positions, bool at_start);

  void data(Side from, ws::Bytes octets, const Origin& origin) override;
  void hole(Side from, std::uint64_t size, const Origin& origin) override;
  void end(Side from, StreamEnd how, const Origin& origin) override;

 private:
  /// Something that was hidden behind the octets that are taken off, or not all there yet.
  enum class Step : std::uint8_t { wait, again, done };
  Step decide(Side from);
  Step take_proxy_header(Side from, std::size_t size);
  std::unique_ptr<Layer> layer_for(Beginning beginning, Side from);
  Step become(std::unique_ptr<Layer> next, Side from);

  Context& context_;
  Slot& slot_;
  Positions positions_;  ///< of what has begun, or comes next
  std::array<ws::ByteBuffer, 2> begun_;
  std::array<Origin, 2> origins_{};
  bool at_start_;
};

}  // namespace wsrig::pcap
