#pragma once

#include <cstdint>
#include <vector>

#include "scenarios/engine/format/model.hpp"

namespace wsrig::engine {

/// What a case asks of a subject, by its deadline and its tags. Cases of different demands do not run side by
/// side: a slow subject that is busy with much traffic could not answer in time where there is little.
enum class Demand : std::uint8_t {
  brief,    ///< an answer within seconds
  lengthy,  ///< much to do, with time for it
  heavy,    ///< the tags `large` and `volume`: a few at a time are as much as a subject can do
};
Demand demand_of(const CaseInstance& instance);

/// Cases that share their services: those of one file, or of several files that have none; by demand.
struct CaseGroup {
  const ScenarioFile* file = nullptr;
  std::vector<const CaseInstance*> cases;
};
std::vector<CaseGroup> group_by_services(const std::vector<CaseInstance>& instances);

/// Captures need no subject and no services.
bool is_offline(const ScenarioFile& file);

}  // namespace wsrig::engine
