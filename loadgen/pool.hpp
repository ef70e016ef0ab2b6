#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "loadgen/client.hpp"
#include "net/loop.hpp"

namespace wsrig::loadgen {

/// The connections of a run: opens as many as are wanted, not too many at once, no more a second than asked
/// for, and again those that end; with growing pauses where that fails.
class Pool {
 public:
  /// The clients are numbered `first`, `first + step` …: those of all shards differ. `changed` is called, in
  /// the turn of the cause, when is_settled() may have become true.
  Pool(ClientShared& shared, std::uint32_t first, std::uint32_t step, std::function<void()> changed);

  /// How many connections there should be. Those that are too many end; nothing is opened beyond.
  void want(std::size_t count);
  std::size_t wanted() const { return wanted_; }
  /// Each connection that is wanted is open, or could not be opened again and again.
  bool is_settled() const { return open_.size() + failing_ >= wanted_; }
  /// No connection is open, opening or closing.
  bool is_quiet() const { return alive_ == 0; }
  const std::vector<Client*>& open() const { return open_; }
  std::deque<Client>& all() { return clients_; }
  /// A connection was open at some time.
  bool has_ever_opened() const { return has_ever_opened_; }
  /// The most that were open at once since the last call.
  std::size_t take_peak();

  // The events of the clients, as their owner hears of them.
  void opened(Client& client);
  void ended(Client& client, const LinkEnd& end);

 private:
  struct Slot {
    std::size_t place = 0;       ///< in open_, when it is there
    std::uint32_t failures = 0;  ///< in a row: it could not be opened, or was soon ended by the peer
    Clock::time_point opened{};
    bool is_open = false;
    bool is_waiting = false;  ///< to be opened
    bool is_failing = false;  ///< not waited for: it failed too often
  };

  std::size_t index_of(const Client& client) const { return (client.number() - first_) / step_; }
  void add_client();
  void enqueue(std::size_t index, Clock::duration pause);
  void open_due();
  void remove_from_open(Slot& slot);
  void failed(Slot& slot, const LinkEnd& end);
  void set_failing(Slot& slot, bool is_failing);
  static Clock::duration pause_before_next(const Slot& slot, const LinkEnd& end);

  ClientShared& shared_;
  std::uint32_t first_, step_;
  std::function<void()> changed_;
  std::deque<Client> clients_;
  std::vector<Slot> slots_;
  std::vector<Client*> open_;
  std::multimap<Clock::time_point, std::size_t> waiting_;  ///< by the time before which not
  Clock::time_point next_by_rate_{};
  net::Timer timer_;
  std::size_t wanted_ = 0;
  std::size_t opening_ = 0;
  std::size_t alive_ = 0;
  std::size_t failing_ = 0;
  std::size_t peak_ = 0;
  bool has_ever_opened_ = false;
};

}  // namespace wsrig::loadgen
