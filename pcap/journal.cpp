#include "pcap/journal.hpp"

#include <algorithm>
#include <utility>

namespace wsrig::pcap {

Journal::Journal(std::vector<Observer*> observers) : observers_(std::move(observers)) {
  for (Observer* observer : observers_) {
    const Wanted wish = observer->wanted();
    if (wish.frames) frame_observers_.push_back(observer);
    wanted_.frame_payload = std::max(wanted_.frame_payload, wish.frame_payload);
    wanted_.message_payload = std::max(wanted_.message_payload, wish.message_payload);
    wanted_.tcp_events = wanted_.tcp_events || wish.tcp_events;
  }
  wanted_.frames = !frame_observers_.empty();
}

void Journal::begin_capture(Time first_packet) {
  for (Observer* observer : observers_) observer->on_begin(first_packet);
}

void Journal::begin(Connection& connection) {
  connection.id = ++connections_;
  for (Observer* observer : observers_) observer->on_connection(connection);
}

void Journal::end(const Connection& connection) {
  for (Observer* observer : observers_) observer->on_connection_end(connection);
}

void Journal::tcp(const TcpEvent& event) {
  for (Observer* observer : observers_) observer->on_tcp(event);
}

void Journal::anomaly(Connection& connection, const AnomalyKind& kind, ws::Role sender, const Origin& origin,
                      std::uint64_t offset, std::string text) {
  ++connection.anomalies[std::string(kind.id)];
  const Anomaly anomaly{.connection = &connection,
                        .id = std::string(kind.id),
                        .section = std::string(kind.section),
                        .text = text.empty() ? std::string(kind.text) : std::move(text),
                        .sender = sender,
                        .origin = origin,
                        .offset = offset};
  for (Observer* observer : observers_) observer->on_anomaly(anomaly);
}

}  // namespace wsrig::pcap
