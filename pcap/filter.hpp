#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "pcap/observer.hpp"

namespace wsrig::pcap {

/// What of a capture is shown; everything where nothing is set. Of each kind one must match.
struct FilterOptions {
  std::vector<std::uint64_t> streams{};  ///< numbers of connections
  std::vector<std::string> paths{};      ///< globs: `*` for any characters
  std::vector<std::string> anomalies{};  ///< see matches()
  std::optional<ws::Role> sender{};
  std::vector<ws::Opcode> opcodes{};
  std::uint64_t min_length = 0;
  std::uint64_t max_length = UINT64_MAX;
  std::string text{};  ///< occurs in the payload

  bool selects_all() const;
  /// Some frames are shown, others are not.
  bool selects_frames() const { return sender || selects_by_content(); }
  /// By what they are, not only by who sent them.
  bool selects_by_content() const;
};

/// Passes on to a view what the options select. A connection is shown when it is selected itself and, where
/// frames are selected, has one that is.
class Filter final : public Observer {
 public:
  /// The view must outlive the filter.
  Filter(FilterOptions options, Observer& view)
      : options_(std::move(options)), view_(view), whole_(view.wanted().whole_connections) {}

  Wanted wanted() const override;
  void on_begin(Time first_packet) override { view_.on_begin(first_packet); }
  void on_connection(const Connection& connection) override;
  void on_frame(const FrameSeen& frame) override;
  void on_message(const MessageSeen& message) override;
  void on_anomaly(const Anomaly& anomaly) override;
  void on_tcp(const TcpEvent& event) override;
  void on_connection_end(const Connection& connection) override;
  void finish() override { view_.finish(); }

 private:
  bool selects(const Connection& connection) const;
  bool selects(ws::Role sender, ws::Opcode opcode, std::uint64_t length, ws::Bytes payload) const;
  bool selects_anomaly(std::string_view id) const;
  bool selects(const TcpEvent& event) const;
  void release_tcp(const Connection& connection, bool selected);

  FilterOptions options_;
  Observer& view_;
  bool whole_;  ///< of a connection that is selected, all is told
  std::map<std::uint64_t, std::optional<Side>>
      flows_;                        ///< of connections that are selected: the client's side
  std::vector<TcpEvent> tcp_;        ///< of connections that are not known yet
  std::set<std::uint64_t> matched_;  ///< open connections that had a frame that is selected
};

}  // namespace wsrig::pcap
