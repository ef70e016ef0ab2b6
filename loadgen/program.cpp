#include "loadgen/program.hpp"

#include <fmt/format.h>
#include <optional>

#include "cli/options.hpp"
#include "loadgen/live_outputs.hpp"
#include "loadgen/phase_barrier.hpp"
#include "loadgen/report_files.hpp"
#include "loadgen/run.hpp"

namespace wsrig::loadgen {
namespace {

int fail(const Config& config, const std::string& problem) {
  fmt::print(stderr, "{}: {}\n", config.meta.program, problem);
  return cli::exit_code::environment;
}

/// Runs the loop until the run is over. It is over at once when nobody can be told of it: then `problem` says
/// why.
Result run_to_end(net::Loop& loop, const Config& config, const net::TlsContext* tls, LiveOutputs& live,
                  PhaseBarrier* barrier, std::string& problem) {
  std::optional<Result> result;
  RunEvents events{
      .on_start = [&](const Meta& meta) { problem = live.start(meta); },
      .on_second = [&](const Phase& phase, const Second& second) { live.second(phase, second); }};
  if (barrier != nullptr) {
    events.on_ready = [&](const Phase& phase, RunEvents::Begin begin) {
      barrier->await(phase.name, std::move(begin));
    };
  }
  Run run(loop, config, tls, events, [&](Result done) {
    result = std::move(done);
    loop.stop();
  });
  net::on_stop_signals(loop, [&](int) { run.interrupt(); });
  run.start();
  if (!problem.empty()) loop.post([&run] { run.interrupt(); });
  loop.run();
  return std::move(*result);
}

}  // namespace

Config take_share(Config config, const ShardIdentity& shard) {
  config.shard.rank = shard.rank;
  config.shard.world = shard.world;
  if (shard.world == 1) return config;
  for (PhasePlan& phase : config.phases) {
    phase.asked = phase.print();
    phase.connections_from = static_cast<std::size_t>(share_of(phase.connections_from, shard));
    phase.connections_to = static_cast<std::size_t>(share_of(phase.connections_to, shard));
  }
  if (config.connect_rate)
    config.connect_rate->thousandths = share_of(config.connect_rate->thousandths, shard);
  if (!config.seed_was_given) config.seed = 1;
  return config;
}

int run_program(Config config, const OutputConfig& outputs, const ShardConfig& shards) {
  std::optional<net::TlsContext> tls;
  if (config.target.url.is_tls()) {
    auto context = net::TlsContext::client(config.target.tls);
    if (!context) return fail(config, context.error());
    tls = std::move(*context);
  }
  net::raise_descriptor_limit();
  net::Loop loop;
  auto files = ReportFiles::open(outputs, config.shard);
  if (!files) return fail(config, files.error());
  auto live = LiveOutputs::open(outputs, loop);
  if (!live) return fail(config, live.error());
  auto shard = start_together(shards, config.seed);
  if (!shard) return fail(config, shard.error());
  config.shard = std::move(*shard);
  const auto barrier = PhaseBarrier::open(loop, shards, config.seed);
  std::string problem;
  Result result = run_to_end(loop, config, tls ? &*tls : nullptr, **live, barrier.get(), problem);
  if (!problem.empty()) return fail(config, problem);
  (*live)->finish(result);
  return files->finish(result);
}

}  // namespace wsrig::loadgen
