#include "loadgen/blast.hpp"

namespace wsrig::loadgen {
namespace {

using namespace std::chrono_literals;

/// What a connection is given in a turn.
constexpr std::size_t octets_at_once = 64u << 10;
/// When every peer is full: until the next look.
constexpr Clock::duration full_pause = 200us;

}  // namespace

Blast::Blast(const DriverScope& scope) : scope_(scope), timer_(scope.loop) {}
Blast::~Blast() = default;

void Blast::start(Clock::time_point) { turn(); }

/// One write for each connection that takes more; then what has come is read.
void Blast::turn() {
  bool any_took = false;
  const auto now = Clock::now();
  for (std::size_t i = 0; i < scope_.pool.open().size(); ++i) {
    Client& client = *scope_.pool.open()[i];
    if (!client.takes_more() || !client.is_writable()) continue;
    while (client.takes_more() && client.appended() < octets_at_once) client.append(now, now);
    client.flush();
    any_took = true;
  }
  timer_.start(any_took ? Clock::duration{} : full_pause, [this] { turn(); });
}

void Blast::on_open(Client&) {}

void Blast::stop(Clock::time_point) { timer_.cancel(); }

}  // namespace wsrig::loadgen
