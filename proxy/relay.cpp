#include "proxy/relay.hpp"

#include <algorithm>

namespace wsrig::proxy {

namespace {

// What may be held for a side that is being answered (Pong, say) before nothing more is read from it. More
// than what the other side can have made of it: else two peers that both only write would stop each other.
constexpr std::size_t held_limit = std::size_t{2} * octets_at_once;

double seconds_between(net::Clock::time_point from, net::Clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

std::string_view name(Ender ender) {
  switch (ender) {
    case Ender::client: return "client";
    case Ender::upstream: return "upstream";
    case Ender::proxy: break;
  }
  return "proxy";
}

}  // namespace

void Side::reset() {
  was_reset_ = true;
  channel_->reset();
}

std::string ClientInfo::host() const {
  const std::string text = address.substr(0, address.rfind(':'));
  return text.starts_with('[') ? text.substr(1, text.size() - 2) : text;
}

Relay::Relay(Services& services, TunnelStart start)
    : Connection(services, std::move(start.setup)),
      route_(start.route),
      client_(std::move(start.client)),
      downstream_(std::move(start.downstream), Direction::to_upstream, *this),
      upstream_(std::move(start.upstream), Direction::to_downstream, *this),
      id_(++services.last_id) {
  first_ = std::make_unique<First>();
  first_->upstream_url = std::move(start.upstream_url);
  first_->octets[Direction::to_upstream] = std::move(start.from_client);
  first_->octets[Direction::to_downstream] = std::move(start.from_upstream);
  for (Side* side : {&downstream_, &upstream_}) side->channel().limit_reads(octets_at_once);
  if (!route_->faults.empty()) plug_stages();
}

// The octets that go one way pass the makers in their order, so that the last one's stage is made first.
void Relay::plug_stages() {
  const auto drained = [this] { settle(); };
  const auto cut = [this] {
    blame(Ender::proxy, "fault");
    end(Direction::to_upstream);
    end(Direction::to_downstream);
  };
  contexts_ = std::make_unique<PerDirection<StageContext>>(PerDirection<StageContext>{
      {StageContext{services_.loop, Direction::to_upstream, config().seed + 2 * id_, drained, cut},
       StageContext{services_.loop, Direction::to_downstream, config().seed + 2 * id_ + 1, drained, cut}}});
  for (const Direction direction : {Direction::to_upstream, Direction::to_downstream}) {
    Side& side = sink(direction);
    for (auto maker = route_->faults.rbegin(); maker != route_->faults.rend(); ++maker) {
      if (auto stage = (*maker)->make(side.outlet(), (*contexts_)[direction])) side.plug(std::move(stage));
    }
  }
}

void Relay::begin() {
  ++services_.counters.tunnels_opened;
  Log(config().log)
      .event("tunnel-open", {{"tunnel", id_},
                             {"client", client_.address},
                             {"target", client_.target},
                             {"upstream", first_->upstream_url},
                             {"handshake_s", seconds_between(client_.since, now())}});
  const auto first = std::move(first_);
  deliver_first(Direction::to_upstream, std::move(first->octets[Direction::to_upstream]));
  deliver_first(Direction::to_downstream, std::move(first->octets[Direction::to_downstream]));
  downstream_.start();
  upstream_.start();
  settle();
}

// By way of the read buffer, which has room for a header in front; no more than a read gives.
void Relay::deliver_first(Direction direction, ws::ByteBuffer octets) {
  if (octets.empty()) return;
  const ws::MutableBytes data = services_.loop.read_buffer().first(octets.size());
  std::ranges::copy(octets, data.begin());
  octets_[direction] += data.size();
  arrived(direction, data);
}

// ---- what the sides tell ----

void Relay::on_data(Side& side, ws::MutableBytes data) {
  octets_[side.reads()] += data.size();
  arrived(side.reads(), data);
  settle();
}

void Relay::on_spliced(Side& side, std::size_t size) {
  octets_[side.reads()] += size;
  spliced(side.reads(), size);
  settle();
}

void Relay::on_eof(Side& side) {
  blame(ender_of(side.reads()), "end of stream");
  source_done_[side.reads()] = true;
  source_ended(side.reads());
  settle();
}

// Nothing can be written to that side any more, and what came from it is still delivered.
void Relay::on_error(Side& side, net::error_code error) {
  blame(ender_of(side.reads()), error.message());
  source_done_[side.reads()] = true;
  source_failed(side.reads());
  end(opposite(side.reads()));
  settle();
}

// ---- how it ends ----

void Relay::blame(Ender ender, std::string_view reason) {
  if (!reason_.empty()) return;
  ender_ = ender;
  reason_ = reason;
}

void Relay::end(Direction direction) {
  if (std::exchange(ended_[direction], true)) return;
  begin_closing();
  outlet(direction).end();
}

void Relay::begin_closing() {
  if (!closing_since_) closing_since_ = now();
}

void Relay::end_for_good() {
  if (!std::exchange(ended_for_good_, true)) closing_since_ = now();
}

// A socket is not closed before the peer's FIN: what it still sends would be answered with a reset, which can
// destroy what it has not read yet.
bool Relay::is_over() const {
  const auto is_through = [this](Direction way) { return ended_[way] && source_done_[way]; };
  return downstream_.was_reset() || upstream_.was_reset() ||
         (is_through(Direction::to_upstream) && is_through(Direction::to_downstream) && buffered() == 0);
}

void Relay::balance() {
  downstream_.hold(upstream_.held() > 0 || downstream_.held() > held_limit);
  upstream_.hold(downstream_.held() > 0 || upstream_.held() > held_limit);
}

void Relay::settle() {
  if (is_over()) return finish();
  balance();
}

std::size_t Relay::buffered() const { return downstream_.held() + upstream_.held(); }

void Relay::drain() {
  blame(Ender::proxy, "drain");
  say_goodbye();
  settle();
}

net::Clock::time_point Relay::last_progress() const {
  const net::Channel& down = downstream_.channel();
  const net::Channel& up = upstream_.channel();
  const auto written = std::max(down.last_write(), up.last_write());
  return ended_for_good_ ? written : std::max({written, down.last_read(), up.last_read()});
}

void Relay::sweep(net::Clock::time_point now) {
  const Timeouts& timeouts = config().timeouts;
  if (is_over()) return finish();
  if (closing_since_) {
    if (now - std::max(*closing_since_, last_progress()) < timeouts.close) return;
    say_last_words();
    finish();
  } else if (timeouts.idle.count() > 0 && now - last_progress() >= timeouts.idle) {
    blame(Ender::proxy, "idle");
    say_goodbye();
    settle();
  } else {
    sweep_open(now);
    settle();
  }
}

void Relay::finish() {
  log_end();
  remove();
}

void Relay::add_traffic(PerDirection<Traffic>& sum) const {
  for (const Direction direction : {Direction::to_upstream, Direction::to_downstream}) {
    sum[direction].octets += octets_[direction];
    sum[direction].frames += frames(direction);
  }
}

void Relay::log_end() {
  ++services_.counters.tunnels_ended;
  add_traffic(services_.counters.traffic);
  const auto code = [this](Direction direction) -> std::uint64_t {
    return close_code(direction).value_or(0);
  };
  Log(config().log)
      .event("tunnel-end", {{"tunnel", id_},
                            {"client", client_.address},
                            {"target", client_.target},
                            {"duration_s", seconds_between(client_.since, now())},
                            {"octets_to_upstream", octets_[Direction::to_upstream]},
                            {"octets_to_downstream", octets_[Direction::to_downstream]},
                            {"frames_to_upstream", frames(Direction::to_upstream)},
                            {"frames_to_downstream", frames(Direction::to_downstream)},
                            {"close_from_client", code(Direction::to_upstream)},
                            {"close_from_upstream", code(Direction::to_downstream)},
                            {"ended_by", name(ender_)},
                            {"reason", reason_}});
}

}  // namespace wsrig::proxy
