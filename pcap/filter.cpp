#include "pcap/filter.hpp"

#include <algorithm>
#include <utility>

#include "cli/glob.hpp"

namespace wsrig::pcap {

namespace {

/// Of a payload, when a text is looked for in it.
constexpr std::uint64_t searched_payload = 16 << 20;

template <class T>
bool empty_or_has(const std::vector<T>& list, const T& value) {
  return list.empty() || std::ranges::find(list, value) != list.end();
}

}  // namespace

bool FilterOptions::selects_all() const {
  return streams.empty() && paths.empty() && anomalies.empty() && !selects_frames();
}

bool FilterOptions::selects_by_content() const {
  return !opcodes.empty() || min_length > 0 || max_length != UINT64_MAX || !text.empty();
}

Wanted Filter::wanted() const {
  Wanted wanted = view_.wanted();
  wanted.frames = wanted.frames || options_.selects_frames();
  if (!options_.text.empty()) {
    wanted.frame_payload = std::max(wanted.frame_payload, searched_payload);
    wanted.message_payload = std::max(wanted.message_payload, searched_payload);
  }
  return wanted;
}

bool Filter::selects(const Connection& connection) const {
  if (!empty_or_has(options_.streams, connection.id)) return false;
  return options_.paths.empty() || std::ranges::any_of(options_.paths, [&](const std::string& glob) {
           return cli::matches_glob(glob, connection.path());
         });
}

bool Filter::selects(ws::Role sender, ws::Opcode opcode, std::uint64_t length, ws::Bytes payload) const {
  return (!options_.sender || *options_.sender == sender) && empty_or_has(options_.opcodes, opcode) &&
         length >= options_.min_length && length <= options_.max_length &&
         (options_.text.empty() || ws::as_text(payload).find(options_.text) != std::string_view::npos);
}

bool Filter::selects_anomaly(std::string_view id) const {
  return options_.anomalies.empty() ||
         std::ranges::any_of(options_.anomalies,
                             [&](const std::string& pattern) { return matches(pattern, id); });
}

void Filter::on_connection(const Connection& connection) {
  const bool selected = selects(connection);
  release_tcp(connection, selected);
  if (selected) view_.on_connection(connection);
}

/// What TCP did before it was known whether somebody cares comes first.
void Filter::release_tcp(const Connection& connection, bool selected) {
  auto& client = flows_[connection.transport->flow];
  if (selected) client = connection.client;
  for (const TcpEvent& event : std::exchange(tcp_, {})) {
    if (event.transport == connection.transport && selects(event)) view_.on_tcp(event);
  }
}

void Filter::on_frame(const FrameSeen& frame) {
  if (!selects(*frame.connection)) return;
  const bool selected =
      selects(frame.sender, frame.header.opcode, frame.header.payload_length, frame.payload);
  if (selected && options_.selects_frames()) matched_.insert(frame.connection->id);
  if (whole_ || (selected && options_.anomalies.empty())) view_.on_frame(frame);
}

void Filter::on_message(const MessageSeen& message) {
  if (!selects(*message.connection)) return;
  const bool selected = selects(message.sender, message.opcode, message.size, message.payload);
  if (selected && options_.selects_frames()) matched_.insert(message.connection->id);
  if (whole_ || (selected && options_.anomalies.empty())) view_.on_message(message);
}

void Filter::on_anomaly(const Anomaly& anomaly) {
  if (!selects(*anomaly.connection)) return;
  if (whole_) return view_.on_anomaly(anomaly);
  // Who asks for frames of some kind wants nothing else, unless it is asked for.
  if (options_.anomalies.empty() ? options_.selects_by_content() : !selects_anomaly(anomaly.id)) return;
  if (!options_.sender || *options_.sender == anomaly.sender) view_.on_anomaly(anomaly);
}

void Filter::on_tcp(const TcpEvent& event) {
  constexpr std::size_t most_waiting = 1024;
  if (flows_.contains(event.transport->flow)) {
    if (selects(event)) view_.on_tcp(event);
  } else if (tcp_.size() < most_waiting) {
    tcp_.push_back(event);
  }
}

bool Filter::selects(const TcpEvent& event) const {
  if (options_.selects_by_content() || !options_.anomalies.empty()) return false;
  const auto& client = flows_.at(event.transport->flow);
  if (!client) return false;
  const bool of_client = *client == event.from;
  return !options_.sender || (*options_.sender == ws::Role::client) == of_client;
}

void Filter::on_connection_end(const Connection& connection) {
  const bool frame_matched = !options_.selects_frames() || matched_.erase(connection.id) > 0;
  const bool anomaly_matched =
      options_.anomalies.empty() || std::ranges::any_of(connection.anomalies, [&](const auto& entry) {
        return selects_anomaly(entry.first);
      });
  if (selects(connection) && frame_matched && anomaly_matched) view_.on_connection_end(connection);
  flows_.erase(connection.transport->flow);
}

}  // namespace wsrig::pcap
