#include "pcap/stats_view.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <vector>

#include "pcap/show.hpp"
#include "report/text.hpp"

namespace wsrig::pcap {

namespace {

constexpr std::size_t most_waiting = 32;
/// Paths can be endless: only so many are kept apart.
constexpr std::size_t most_paths = 1000;
constexpr std::array roles{ws::Role::client, ws::Role::server};

std::uint64_t nanoseconds(std::chrono::nanoseconds span) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(span.count(), 0));
}

std::string octets_row(const stats::Histogram& histogram) {
  return fmt::format("min {}  p50 {}  p90 {}  p99 {}  max {}", show_size(histogram.min()),
                     show_size(histogram.percentile(50)), show_size(histogram.percentile(90)),
                     show_size(histogram.percentile(99)), show_size(histogram.max()));
}

std::string time_row(const stats::Histogram& histogram) {
  const auto span = [](std::uint64_t ns) {
    return show_span(std::chrono::nanoseconds(static_cast<std::int64_t>(ns)));
  };
  return fmt::format("min {}  p50 {}  p90 {}  p99 {}  max {}", span(histogram.min()),
                     span(histogram.percentile(50)), span(histogram.percentile(90)),
                     span(histogram.percentile(99)), span(histogram.max()));
}

}  // namespace

StatsView::StatsView(Sink& sink) : sink_(sink) {}
StatsView::~StatsView() = default;

Wanted StatsView::wanted() const { return {.frame_payload = 0}; }

void StatsView::on_frame(const FrameSeen& frame) {
  Kind& kind = kinds_[{frame.sender, frame.header.opcode}];
  ++kind.count;
  kind.octets += frame.header.payload_length;
  kind.sizes.record(frame.header.payload_length);
  ++frames_;
  if (!first_) first_ = frame.first.time;
  last_ = std::max(last_.value_or(frame.last.time), frame.last.time);
  const auto key = std::pair(frame.connection->id, frame.sender);
  const auto [before, is_first] = last_frame_.try_emplace(key, frame.first.time);
  if (!is_first) {
    between_[static_cast<std::size_t>(frame.sender)].record(nanoseconds(frame.first.time - before->second));
    before->second = frame.first.time;
  }
  note_ping(frame);
}

void StatsView::note_ping(const FrameSeen& frame) {
  const std::string payload(ws::as_text(frame.payload));
  if (frame.header.opcode == ws::Opcode::ping) {
    auto& waiting = waiting_[{frame.connection->id, frame.sender}];
    if (waiting.size() == most_waiting) waiting.clear();
    waiting[payload] = frame.last.time;
  }
  if (frame.header.opcode != ws::Opcode::pong) return;
  const ws::Role asker = ws::peer_of(frame.sender);
  auto& waiting = waiting_[{frame.connection->id, asker}];
  const auto ping = waiting.find(payload);
  if (ping == waiting.end()) return;
  pings_[static_cast<std::size_t>(asker)].record(nanoseconds(frame.last.time - ping->second));
  waiting.erase(ping);
}

void StatsView::on_message(const MessageSeen& message) {
  messages_[static_cast<std::size_t>(message.sender)].record(message.size);
}

void StatsView::on_connection_end(const Connection& connection) {
  const std::string name = connection.request ? std::string(connection.path()) : std::string("?");
  Path& path = paths_[paths_.size() < most_paths || paths_.contains(name) ? name : std::string("(others)")];
  ++path.connections;
  for (const auto& [id, count] : connection.anomalies) path.anomalies += count;
  for (const ws::Role role : roles) {
    const Sent& sent = connection.of(role);
    path.frames += sent.frame_count();
    path.messages += sent.messages;
    path.octets += sent.payload;
    last_frame_.erase({connection.id, role});
    waiting_.erase({connection.id, role});
  }
  const Transport& transport = *connection.transport;
  const auto& syn = transport.side(Side::first).syn;
  if (syn && transport.established) handshakes_.record(nanoseconds(transport.established->time - syn->time));
  if (connection.requested && connection.answered) {
    upgrades_.record(nanoseconds(connection.answered->time - connection.requested->time));
  }
}

void StatsView::finish() {
  std::string& out = sink_.buffer();
  const auto line = [&](std::string_view name, const std::string& text) {
    fmt::format_to(std::back_inserter(out), "{:<26} {}\n", name, text);
  };
  const double seconds = first_ && last_ ? std::chrono::duration<double>(*last_ - *first_).count() : 0;
  line("frames",
       fmt::format("{} in {:.3f} s{}", frames_, seconds,
                   seconds > 0 ? fmt::format(", {:.0f} a second", static_cast<double>(frames_) / seconds)
                               : std::string()));
  for (const auto& [key, kind] : kinds_) {
    line(fmt::format("{} {}", arrow(key.first), show_opcode(key.second)),
         fmt::format("{} frames, {}: {}", kind.count, show_size(kind.octets),
                     octets_row(kind.sizes.snapshot())));
  }
  const auto rows = [&](std::string_view name, const std::array<stats::Recorder, 2>& recorders, auto print) {
    for (const ws::Role role : roles) {
      const auto& recorder = recorders[static_cast<std::size_t>(role)];
      if (!recorder.empty()) line(fmt::format("{} {}", arrow(role), name), print(recorder.snapshot()));
    }
  };
  rows("message size", messages_, octets_row);
  rows("between frames", between_, time_row);
  rows("ping round trip", pings_, time_row);
  if (!handshakes_.empty()) line("TCP handshake", time_row(handshakes_.snapshot()));
  if (!upgrades_.empty()) line("upgrade", time_row(upgrades_.snapshot()));
  for (const auto& [name, path] : paths_) {
    line("path " + report::visible(name, report::Controls::escape),
         fmt::format("{} connections, {} frames, {} messages, {}, {} anomalies", path.connections,
                     path.frames, path.messages, show_size(path.octets), path.anomalies));
  }
  sink_.flush();
}

}  // namespace wsrig::pcap
