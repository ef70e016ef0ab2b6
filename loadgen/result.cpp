#include "loadgen/result.hpp"

#include <algorithm>

#include "cli/options.hpp"

namespace wsrig::loadgen {

std::string_view name(Model model) {
  switch (model) {
    case Model::open: return "open";
    case Model::closed: return "closed";
    case Model::blast: return "blast";
    case Model::hold: return "hold";
    case Model::receive: return "receive";
  }
  return {};
}

std::string_view name(Concern concern) {
  switch (concern) {
    case Concern::generator: return "generator";
    case Concern::resource: return "resource";
    case Concern::not_steady: return "not steady";
    case Concern::note: return "note";
  }
  return {};
}

Figures Result::total() const {
  Figures sum;
  for (const Phase& phase : phases) {
    if (phase.recorded) {
      sum.append(phase.figures);
    } else {
      sum.append_warm_up(phase.figures);
    }
  }
  return sum;
}

int Result::exit_code() const {
  if (meta.interrupted) return cli::exit_code::interrupted;
  const bool connected = std::ranges::any_of(phases, [](const Phase& phase) {
    return phase.figures.counters.connects_opened + phase.connections > 0;
  });
  if (!connected) return cli::exit_code::environment;
  const bool passed = std::ranges::all_of(judgements, &Judgement::passed);
  return passed ? cli::exit_code::ok : cli::exit_code::failed;
}

}  // namespace wsrig::loadgen
