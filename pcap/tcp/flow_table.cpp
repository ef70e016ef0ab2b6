#include "pcap/tcp/flow_table.hpp"

#include <list>
#include <random>

#include "pcap/tcp/flow_index.hpp"

namespace wsrig::tcp {
namespace {

using namespace std::chrono_literals;
using ConnectionState = Connection::State;

/// A SYN is repeated after at most 64 s (RFC 6298 §2.5 doubles the time each time).
constexpr capture::Timestamp half_open_time = 75s;
/// How long what was on its way may come behind a RST, and for how many connections that is waited for.
constexpr capture::Timestamp reset_time = 1s;
constexpr std::size_t most_reset = 256;

struct Entry;
using Entries = std::list<Entry>;

/// A connection, in the list of those in the same state; the one that was silent longest is at the front.
struct Entry {
  Entry(const FlowKey& with_key, std::uint64_t number, const SeenSegment& first)
      : key(with_key), connection(number, first) {}

  FlowKey key;
  Connection connection;
  Entries* list = nullptr;
  Entries::iterator place{};
};

std::uint64_t random_seed() {
  std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

}  // namespace

class FlowTable::State {
 public:
  State(MakeFollower make_follower, bool octets_persist, const Limits& limits)
      : make_follower_(std::move(make_follower)), octets_persist_(octets_persist), limits_(limits) {}

  void add(const capture::Packet& packet, const capture::TcpSegment& segment);
  void finish();

  Counters counters;
  FailedAttempt failed_attempt;

 private:
  Entry* find(const FlowKey& key);
  void take(Entry& entry, const SeenSegment& arrived);
  Entry& create(const FlowKey& key, const SeenSegment& arrived);
  /// Puts an entry into the list of its state, at the end; counts what has become of it.
  void settle(Entry& entry, ConnectionState before);
  Entries& list_of(ConnectionState state);
  void forget_some(const Seen& seen);
  void forget(Entry& entry, End end, const Seen& seen);
  void count_failed(const Flow& flow, bool is_refused);

  MakeFollower make_follower_;
  bool octets_persist_;
  Limits limits_;
  FlowIndex<Entry> index_{random_seed()};
  Entries half_open_, open_, reset_, closed_;
  Entry* latest_ = nullptr;  ///< most packets belong to the same connection as the one before
  std::uint64_t number_ = 0;
  std::size_t waiting_octets_ = 0;
  Seen last_{};
};

void FlowTable::State::add(const capture::Packet& packet, const capture::TcpSegment& segment) {
  const SeenSegment arrived{segment, {packet.number, packet.time}, octets_persist_};
  last_ = arrived.seen;
  const FlowKey key(segment);
  Entry* entry = find(key);
  if (entry && entry->connection.is_reopened_by(segment)) {
    forget(*entry, End::reused, arrived.seen);
    entry = nullptr;
  }
  if (!entry) {
    if (arrived.has(capture::TcpFlags::rst)) return;  // it ends what was never seen
    entry = &create(key, arrived);
  }
  latest_ = entry;
  take(*entry, arrived);
  forget_some(arrived.seen);
}

void FlowTable::State::take(Entry& entry, const SeenSegment& arrived) {
  Connection& connection = entry.connection;
  const ConnectionState before = connection.state();
  const std::size_t waited = connection.waiting_octets();
  connection.add(arrived, make_follower_);
  waiting_octets_ += connection.waiting_octets() - waited;
  while (waiting_octets_ > limits_.waiting_octets && connection.waiting_octets() > 0) {
    waiting_octets_ -= connection.waiting_octets();
    connection.make_room(arrived.seen);
    waiting_octets_ += connection.waiting_octets();
  }
  settle(entry, before);
}

Entry* FlowTable::State::find(const FlowKey& key) {
  if (latest_ && latest_->key == key) return latest_;
  return index_.find(key);
}

Entry& FlowTable::State::create(const FlowKey& key, const SeenSegment& arrived) {
  Entries fresh;
  fresh.emplace_back(key, ++number_, arrived);
  Entry& entry = fresh.front();
  Entries& list = list_of(entry.connection.state());
  entry.place = fresh.begin();
  entry.list = &list;
  list.splice(list.end(), fresh);
  index_.insert(key, &entry);
  if (entry.connection.state() == ConnectionState::open) {
    ++counters.connections;
    ++counters.mid_stream;
  }
  return entry;
}

void FlowTable::State::settle(Entry& entry, ConnectionState before) {
  const ConnectionState now = entry.connection.state();
  if (now == ConnectionState::refused) return forget(entry, End::rst, last_);
  if (before == ConnectionState::half_open && now != before) ++counters.connections;
  Entries& list = list_of(now);
  if (&list == entry.list && std::next(entry.place) == list.end()) return;
  list.splice(list.end(), *entry.list, entry.place);
  entry.list = &list;
}

Entries& FlowTable::State::list_of(ConnectionState state) {
  switch (state) {
    case ConnectionState::half_open:
    case ConnectionState::refused: return half_open_;
    case ConnectionState::open: return open_;
    case ConnectionState::reset: return reset_;
    case ConnectionState::closed: break;
  }
  return closed_;
}

void FlowTable::State::forget_some(const Seen& seen) {
  const auto silent_for = [&](const Entries& list) {
    return seen.time - list.front().connection.flow().last().time;
  };
  while (!half_open_.empty() &&
         (half_open_.size() > limits_.half_open || silent_for(half_open_) > half_open_time))
    forget(half_open_.front(), End::evicted, seen);
  while (!reset_.empty() && (reset_.size() > most_reset || silent_for(reset_) > reset_time))
    forget(reset_.front(), End::rst, seen);
  while (closed_.size() > limits_.closed) forget(closed_.front(), End::fin, seen);
  while (open_.size() > limits_.connections) {
    ++counters.evicted;
    forget(open_.front(), End::evicted, seen);
  }
}

void FlowTable::State::forget(Entry& entry, End end, const Seen& seen) {
  Connection& connection = entry.connection;
  const bool is_refused = connection.state() == ConnectionState::refused;
  if (is_refused || connection.state() == ConnectionState::half_open)
    count_failed(connection.flow(), is_refused);
  if (connection.state() == ConnectionState::reset) end = End::rst;
  waiting_octets_ -= connection.waiting_octets();
  connection.close(end, seen);
  if (latest_ == &entry) latest_ = nullptr;
  index_.erase(entry.key);
  entry.list->erase(entry.place);
}

void FlowTable::State::count_failed(const Flow& flow, bool is_refused) {
  ++(is_refused ? counters.refused : counters.half_open);
  if (failed_attempt) failed_attempt(flow, is_refused);
}

void FlowTable::State::finish() {
  for (Entries* const list : {&half_open_, &reset_, &open_, &closed_})
    while (!list->empty()) forget(list->front(), End::capture_end, last_);
}

FlowTable::FlowTable(MakeFollower make_follower, bool octets_persist, const Limits& limits)
    : state_(std::make_unique<State>(std::move(make_follower), octets_persist, limits)) {}

FlowTable::~FlowTable() = default;

void FlowTable::add(const capture::Packet& packet, const capture::TcpSegment& segment) {
  state_->add(packet, segment);
}

void FlowTable::finish() { state_->finish(); }

const Counters& FlowTable::counters() const { return state_->counters; }

void FlowTable::on_failed_attempt(FailedAttempt handler) { state_->failed_attempt = std::move(handler); }

}  // namespace wsrig::tcp
