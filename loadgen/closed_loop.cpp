#include "loadgen/closed_loop.hpp"

namespace wsrig::loadgen {

void ClosedLoop::fill(Client& client, Clock::time_point now) const {
  while (client.unanswered() < depth_ && client.takes_more()) client.append(now, now);
}

void ClosedLoop::start(Clock::time_point now) {
  is_running_ = true;
  for (Client* const client : scope_.pool.open()) {
    fill(*client, now);
    client->flush();
  }
}

void ClosedLoop::on_open(Client& client) {
  if (!is_running_) return;
  fill(client, Clock::now());
  client.flush();
}

/// The time of the read is that of the next messages: both are of one batch.
void ClosedLoop::on_read(Client& client) {
  if (!is_running_) return;
  fill(client, client.read_time());
  client.flush();
}

void ClosedLoop::on_writable(Client& client) { on_open(client); }

void ClosedLoop::stop(Clock::time_point) { is_running_ = false; }

}  // namespace wsrig::loadgen
