#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "capture/decoder.hpp"
#include "pcap/tcp/flow_table.hpp"
#include "tests/support/conversation.hpp"

namespace wsrig::test {

/// What a follower was told of one direction. Octets that are missing stand as `[5 not captured]`.
struct FollowedStream {
  std::string text;
  std::uint64_t next = 0;  ///< offset that must come next
  bool is_contiguous = true;
  std::vector<std::string> ends;
};

/// What a follower was told of one connection.
struct FollowedFlow {
  std::array<FollowedStream, 2> streams;
  std::vector<std::string> events;  ///< `> SYN`, `< zero window`
  int closed = 0;

  const std::string& forward() const { return streams[0].text; }
  const std::string& backward() const { return streams[1].text; }
};

/// Writes down what the connections of a capture carry.
class Recorder {
 public:
  /// Follows a capture from its first packet to its last.
  static Recorder of(const MadeCapture& packets, const tcp::Limits& limits = {}) {
    Recorder recorder;
    tcp::FlowTable table([&](const tcp::Flow&) { return recorder.follow(); }, true, limits);
    capture::Decoder decoder;
    each_packet(packets, [&](const capture::Packet& packet) {
      capture::TcpSegment segment;
      if (decoder.decode(packet, segment) == capture::Layer::tcp) table.add(packet, segment);
    });
    table.finish();
    recorder.counters = table.counters();
    return recorder;
  }

  std::vector<std::unique_ptr<FollowedFlow>> flows;
  tcp::Counters counters;

 private:
  class Follower final : public tcp::Follower {
   public:
    explicit Follower(FollowedFlow& flow) : flow_(flow) {}

   private:
    Interest on_octets(const tcp::Flow&, tcp::Direction direction, const tcp::Octets& octets) override {
      FollowedStream& stream = of(direction);
      stream.is_contiguous = stream.is_contiguous && octets.offset == stream.next && !octets.bytes.empty();
      stream.next = octets.offset + octets.bytes.size();
      stream.text += ws::as_text(octets.bytes);
      return Interest::follow;
    }
    void on_hole(const tcp::Flow&, tcp::Direction direction, const tcp::Hole& hole) override {
      FollowedStream& stream = of(direction);
      stream.is_contiguous = stream.is_contiguous && hole.offset == stream.next && hole.length > 0;
      stream.next = hole.offset + hole.length;
      stream.text += "[" + std::to_string(hole.length) + " " + std::string(to_string(hole.reason)) + "]";
    }
    void on_event(const tcp::Flow&, const tcp::Event& event) override {
      const char* const arrow = event.direction == tcp::Direction::forward ? "> " : "< ";
      flow_.events.push_back(arrow + std::string(to_string(event.kind)));
    }
    void on_end(const tcp::Flow&, tcp::Direction direction, tcp::End end, const tcp::Seen&) override {
      of(direction).ends.emplace_back(to_string(end));
    }
    void on_closed(const tcp::Flow&) override { ++flow_.closed; }

    FollowedStream& of(tcp::Direction direction) {
      return flow_.streams[static_cast<std::size_t>(direction)];
    }

    FollowedFlow& flow_;
  };

  std::unique_ptr<tcp::Follower> follow() {
    flows.push_back(std::make_unique<FollowedFlow>());
    return std::make_unique<Follower>(*flows.back());
  }
};

}  // namespace wsrig::test
