#include "loadgen/shard_options.hpp"

#include <array>
#include <limits>
#include <unistd.h>

#include "cli/option_value.hpp"

namespace wsrig::loadgen {

namespace {

using diag::Diagnostic;

diag::Result<std::optional<std::uint32_t>> optional_number(const cli::Values& values, std::string_view name) {
  if (!values.has(name)) return std::optional<std::uint32_t>{};
  const auto number = cli::number_option(values, name, 0, std::numeric_limits<std::uint32_t>::max());
  if (!number) return number.error();
  return std::optional(static_cast<std::uint32_t>(*number));
}

diag::Result<BarrierConfig> read_barrier(const cli::Values& values) {
  BarrierConfig config;
  const std::string& address = values.text("barrier");
  const auto url = net::parse_url("tcp://" + address);
  if (!url) return Diagnostic{.message = "--barrier takes HOST:PORT, not '" + address + "': " + url.error()};
  config.address = *url;
  const auto patience = cli::duration_option(values, "barrier-timeout");
  if (!patience) return patience.error();
  config.patience = std::chrono::duration_cast<std::chrono::milliseconds>(*patience);
  return config;
}

std::string host_name() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

}  // namespace

std::vector<cli::Option> shard_options() {
  const std::string group = "On several machines";
  return {
      {.name = "rank", .value = "N", .help = "which shard of the run this is, from 0", .group = group},
      {.name = "world",
       .value = "N",
       .help = "how many shards there are; Slurm, Open MPI and PMI say both themselves",
       .group = group},
      {.name = "start-at",
       .value = "TIME",
       .help = "when all shards begin: 2026-01-02T03:04:05Z, @SECONDS since the epoch, or +5s from now",
       .group = group},
      {.name = "barrier",
       .value = "HOST:PORT",
       .help = "where shard 0 listens until all have come, and then tells them when to begin",
       .group = group},
      {.name = "barrier-timeout",
       .value = "TIME",
       .help = "how long they wait there for each other",
       .default_value = "60s",
       .group = group},
  };
}

diag::Result<ShardConfig> read_shard_options(const cli::Values& values, const cli::Environment& environment) {
  const auto rank = optional_number(values, "rank");
  if (!rank) return rank.error();
  const auto world = optional_number(values, "world");
  if (!world) return world.error();
  const auto identity = find_shard(*rank, *world, environment);
  if (!identity) return identity.error();
  ShardConfig config{.identity = *identity};
  if (values.has("start-at")) {
    const auto start = parse_start_time(values.text("start-at"), real_time());
    if (!start) return start.error();
    config.start_at = *start;
  }
  if (values.has("barrier")) {
    if (config.start_at)
      return Diagnostic{.message = "--barrier and --start-at are two ways to agree on a start"};
    const auto barrier = read_barrier(values);
    if (!barrier) return barrier.error();
    config.barrier = *barrier;
  }
  return config;
}

boost::system::result<Shard, std::string> start_together(ShardConfig config, std::uint64_t seed) {
  AgreedStart start;
  if (config.barrier && config.identity.world > 1) {
    config.barrier->run = seed;
    const auto met = meet_at_barrier(*config.barrier, config.identity);
    if (!met) return {boost::system::in_place_error, met.error()};
    start = *met;
  } else if (config.start_at) {
    start = {*config.start_at, *config.start_at};
  }
  return Shard{.rank = config.identity.rank,
               .world = config.identity.world,
               .host = host_name(),
               .start = wait_for(start),
               .agreed_start = start.agreed};
}

}  // namespace wsrig::loadgen
