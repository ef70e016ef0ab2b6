#include "loadgen/config.hpp"

#include <fmt/format.h>

namespace wsrig::loadgen {
namespace {

std::string print_connections(const PhasePlan& plan) {
  if (plan.is_ramp()) return fmt::format("{}..{} connections", plan.connections_from, plan.connections_to);
  return fmt::format("{} connection{}", plan.connections_to, plan.connections_to == 1 ? "" : "s");
}

std::string print_model(const PhasePlan& plan) {
  switch (plan.model) {
    case Model::open: return print(*plan.rate);
    case Model::closed: return fmt::format("closed, depth {}", plan.depth);
    case Model::blast: return "blast";
    case Model::hold: return "hold";
    case Model::receive: return plan.rate ? "receive, " + print(*plan.rate) : "receive";
  }
  return {};
}

}  // namespace

std::string PhasePlan::print() const {
  return fmt::format("{}, {}, {:g} s", print_connections(*this), print_model(*this),
                     std::chrono::duration<double>(duration).count());
}

}  // namespace wsrig::loadgen
