#include "loadgen/run.hpp"

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <fmt/format.h>
#include <optional>
#include <set>
#include <sys/resource.h>
#include <utility>

#include "loadgen/broken_traffic.hpp"
#include "loadgen/client.hpp"
#include "loadgen/driver.hpp"
#include "loadgen/limit_search.hpp"
#include "loadgen/masking.hpp"
#include "loadgen/pool.hpp"

namespace wsrig::loadgen {
namespace {

using namespace std::chrono_literals;

constexpr Clock::duration tick = 1s;
/// How often it is looked whether all replies are in, or all connections closed.
constexpr Clock::duration look = 2ms;
constexpr Clock::duration broken_step = 5ms;
/// When connections are added, as a ramp goes on.
constexpr Clock::duration ramp_step = 20ms;

nanoseconds unix_time() { return std::chrono::system_clock::now().time_since_epoch(); }

nanoseconds clock_resolution() {
  timespec time{};
  ::clock_getres(CLOCK_MONOTONIC, &time);
  return std::chrono::seconds(time.tv_sec) + nanoseconds(time.tv_nsec);
}

/// Figures of what happened beside the time that is measured: connecting, draining, closing.
Figures without_time(Figures figures) {
  figures.duration = {};
  figures.processor_time = {};
  return figures;
}

/// What of ours ran out, and what helps.
std::string explain_lack(const LinkEnd& end) {
  const int error = end.error.value();
  if (error == EMFILE || error == ENFILE) {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return fmt::format(
        "no more connections: {} files may be open at once (ulimit -n); more connections need several "
        "processes (--rank, --world)",
        limit.rlim_cur);
  }
  if (error == EADDRNOTAVAIL) {
    return "no more connections: the ports of this address are used up; more connections to one port need "
           "more addresses of our own (--source 127.0.0.2-127.0.0.20)";
  }
  return "no more connections: " + end.kind;
}

Phase describe(const PhasePlan& plan) {
  Phase phase;
  phase.name = plan.name;
  phase.model = plan.model;
  phase.asked = plan.asked.empty() ? plan.print() : plan.asked;
  phase.asked_rate = plan.rate && plan.model == Model::open ? plan.rate->last().per_second() : 0;
  phase.recorded = plan.is_recorded;
  return phase;
}

}  // namespace

struct Run::State : ClientEvents {
  State(net::Loop& the_loop, const Config& the_config, const net::TlsContext* tls, RunEvents the_events,
        Done the_done);

  void start();
  void interrupt();

  void begin_phase();
  void on_settled();
  void start_clock(nanoseconds ahead);
  void follow_ramp();
  void follow_with_broken();
  void end_phase();
  void drain();
  void finish_phase();
  void collect_late(Clock::time_point now);
  bool next_phase();
  bool next_probe();
  void take_second();
  void add_second(Clock::time_point now);
  void end_run();
  void close_all();
  void finish();
  void on_pool_changed();
  void note_failure(const LinkEnd& end);
  void remark(Concern concern, const std::string& text);

  void on_open(Client& client) override;
  void on_read(Client& client) override;
  void on_writable(Client& client) override;
  void on_end(Client& client, const LinkEnd& end) override;

  enum class Stage : std::uint8_t { connecting, ready, running, draining, closing, over };

  net::Loop& loop;
  const Config& config;
  RunEvents events;
  Done done;
  Mix mix;
  Filler filler;
  Meter meter;
  std::unique_ptr<ws::MaskKeySource> keys;
  LinkShared link;
  ClientShared shared;
  Pool pool;
  std::unique_ptr<Driver> driver;
  net::Timer phase_timer;  ///< end of the phase, and the looks behind it
  net::Timer tick_timer;
  net::Timer ramp_timer;
  net::Timer broken_timer;
  BrokenTraffic broken;
  Stage stage = Stage::connecting;
  std::size_t phase_index = 0;
  PhasePlan plan{};  ///< of the phase at hand
  std::optional<RateSearch> search;
  Clock::time_point run_start;
  Clock::time_point stage_start;  ///< of the phase's clock, or of the drain
  Result result;
  Phase phase;
  std::set<std::string> remarks_made;
};

Run::State::State(net::Loop& the_loop, const Config& the_config, const net::TlsContext* tls,
                  RunEvents the_events, Done the_done)
    : loop(the_loop),
      config(the_config),
      events(std::move(the_events)),
      done(std::move(the_done)),
      mix(config.mix, config.order),
      filler(config.seed),
      meter(mix.labels()),
      keys(make_mask_keys(config.target.masking, config.seed)),
      link(loop, config.target, tls, *keys, meter),
      shared{link, config, mix, filler, *this, unix_time() - Clock::now().time_since_epoch()},
      pool(shared, config.shard.rank, config.shard.world, [this] { on_pool_changed(); }),
      phase_timer(loop),
      tick_timer(loop),
      ramp_timer(loop),
      broken_timer(loop),
      broken(link, config, [this](const std::string& what) { remark(Concern::note, what); }),
      run_start(Clock::now()) {}

// ---- phases ----

void Run::State::start() {
  result.meta = config.meta;
  result.meta.seed = config.seed;
  result.meta.url = config.target.url.print();
  result.meta.start = unix_time();
  result.meta.clock_resolution = clock_resolution();
  result.meta.shards = {config.shard};
  if (events.on_start) events.on_start(result.meta);
  run_start = Clock::now();
  plan = config.phases.front();
  if (config.search) search.emplace(config.search->criterion, plan.rate->last().per_second());
  begin_phase();
}

/// Measuring begins when all connections are open; where their number grows, at once.
void Run::State::begin_phase() {
  stage = Stage::connecting;
  phase = describe(plan);
  shared.is_receiver = plan.model == Model::receive;
  driver = make_driver({loop, pool, meter, config}, plan);
  pool.want(plan.connections_from);
  if (stage == Stage::connecting && pool.is_settled()) on_settled();
}

void Run::State::on_pool_changed() {
  if (stage == Stage::connecting && pool.is_settled()) on_settled();
}

/// The shards of a run begin to measure together.
void Run::State::on_settled() {
  if (!pool.has_ever_opened() && plan.connections_from > 0) return end_run();
  if (!events.on_ready) return start_clock({});
  stage = Stage::ready;
  events.on_ready(phase, [this](nanoseconds ahead) {
    if (stage == Stage::ready) start_clock(ahead);
  });
}

void Run::State::start_clock(nanoseconds ahead) {
  stage = Stage::running;
  stage_start = Clock::now();
  phase.start = unix_time() + ahead;
  phase.figures = without_time(meter.take(stage_start));
  phase_timer.start(plan.duration, [this] { end_phase(); });
  tick_timer.start(tick, [this] { take_second(); });
  if (plan.is_ramp()) follow_ramp();
  driver->start(stage_start);
  follow_with_broken();
}

/// Broken frames keep pace with the messages.
void Run::State::follow_with_broken() {
  broken.follow(meter.messages_sent());
  if (!config.broken.frames.empty()) broken_timer.start(broken_step, [this] { follow_with_broken(); });
}

void Run::State::follow_ramp() {
  const double part =
      std::min(1.0, std::chrono::duration<double>(Clock::now() - stage_start) / plan.duration);
  const auto from = static_cast<double>(plan.connections_from);
  const auto to = static_cast<double>(plan.connections_to);
  pool.want(static_cast<std::size_t>(from + (to - from) * part));
  if (part < 1) ramp_timer.start(ramp_step, [this] { follow_ramp(); });
}

void Run::State::end_phase() {
  const auto now = Clock::now();
  driver->stop(now);
  ramp_timer.cancel();
  broken_timer.cancel();
  tick_timer.cancel();
  add_second(now);
  stage = Stage::draining;
  stage_start = now;
  drain();
}

/// Replies that are still on their way belong to this phase; some servers never send them.
void Run::State::drain() {
  const auto& clients = pool.open();
  const bool waits =
      std::ranges::any_of(clients, [](const Client* client) { return client->unanswered() > 0; });
  const auto limit =
      result.meta.interrupted ? std::min<nanoseconds>(config.drain_timeout, 1s) : config.drain_timeout;
  if (waits && Clock::now() - stage_start < limit) return phase_timer.start(look, [this] { drain(); });
  finish_phase();
}

void Run::State::finish_phase() {
  collect_late(Clock::now());
  for (const Second& second : phase.seconds) phase.figures.append(second.figures);
  phase.connections = pool.take_peak();
  const bool goes_on = search ? next_probe() : next_phase();
  if (!goes_on) return end_run();
  begin_phase();
}

/// What came behind the phase's time belongs to its last second. What has not come by the end of the run is
/// given up.
void Run::State::collect_late(Clock::time_point now) {
  const bool is_last = result.meta.interrupted || (!search && phase_index + 1 == config.phases.size());
  if (is_last) {
    for (Client& client : pool.all()) client.give_up(now);
  }
  Figures& last = phase.seconds.empty() ? phase.figures : phase.seconds.back().figures;
  last.append(without_time(meter.take(now)));
}

bool Run::State::next_phase() {
  result.phases.push_back(std::move(phase));
  if (result.meta.interrupted || ++phase_index == config.phases.size()) return false;
  plan = config.phases[phase_index];
  return true;
}

bool Run::State::next_probe() {
  search->report(std::move(phase), result.meta);
  const auto rate = search->next_rate();
  if (rate && !result.meta.interrupted) {
    plan.rate->rates = {Rate{static_cast<std::uint64_t>(*rate * 1000)}};
    return true;
  }
  result.search = search->result();
  result.phases.push_back(search->take_phase());
  return false;
}

void Run::State::take_second() {
  tick_timer.start(tick, [this] { take_second(); });
  add_second(Clock::now());
}

/// What is left behind the last whole second is a second of its own only when it is more than a rounding
/// error.
void Run::State::add_second(Clock::time_point now) {
  Second second;
  second.figures = meter.take(now);
  second.number = static_cast<std::uint32_t>((now - second.figures.duration - run_start) / tick);
  second.connections = pool.open().size();
  if (second.figures.duration < tick / 50 && !phase.seconds.empty()) {
    phase.seconds.back().figures.append(second.figures);
    return;
  }
  if (events.on_second) events.on_second(phase, second);
  phase.seconds.push_back(std::move(second));
}

// ---- the end ----

void Run::State::interrupt() {
  if (stage == Stage::closing || stage == Stage::over) return;
  result.meta.interrupted = true;
  if (stage == Stage::running) return end_phase();
  if (stage == Stage::connecting || stage == Stage::ready) finish_phase();
}

void Run::State::end_run() {
  if (result.phases.empty()) {
    phase.figures = meter.take(Clock::now());
    result.phases.push_back(std::move(phase));
  }
  stage = Stage::closing;
  stage_start = Clock::now();
  tick_timer.cancel();
  phase_timer.cancel();
  pool.want(0);
  close_all();
}

void Run::State::close_all() {
  const bool is_over = pool.is_quiet() || Clock::now() - stage_start >= config.target.close_timeout;
  if (!is_over) return phase_timer.start(look, [this] { close_all(); });
  finish();
}

/// What came while closing belongs to the last phase.
void Run::State::finish() {
  stage = Stage::over;
  result.phases.back().figures.append(without_time(meter.take(Clock::now())));
  loop.post([this] {
    const Done call = std::exchange(done, nullptr);  // it may destroy the run
    call(std::move(result));
  });
}

// ---- what the clients tell ----

void Run::State::on_open(Client& client) {
  pool.opened(client);
  if (stage == Stage::running) driver->on_open(client);
}

void Run::State::on_read(Client& client) {
  if (stage == Stage::running) driver->on_read(client);
}

void Run::State::on_writable(Client& client) {
  if (stage == Stage::running) driver->on_writable(client);
}

void Run::State::on_end(Client& client, const LinkEnd& end) {
  if (stage == Stage::over) return;
  if (end.how != LinkEnd::How::closed) note_failure(end);
  pool.ended(client, end);
}

void Run::State::note_failure(const LinkEnd& end) {
  if (end.how == LinkEnd::How::by_peer) {
    ++meter.counters.disconnected;
  } else {
    meter.count_error(end.kind);
  }
  if (end.lacks_resource) remark(Concern::resource, explain_lack(end));
}

/// Each once: what happens to one connection happens to many.
void Run::State::remark(Concern concern, const std::string& text) {
  if (remarks_made.insert(text).second) result.remarks.push_back({concern, phase.name, text});
}

Run::Run(net::Loop& loop, const Config& config, const net::TlsContext* tls, RunEvents events, Done done)
    : state_(std::make_unique<State>(loop, config, tls, std::move(events), std::move(done))) {}
Run::~Run() = default;
void Run::start() { state_->start(); }
void Run::interrupt() { state_->interrupt(); }

}  // namespace wsrig::loadgen
