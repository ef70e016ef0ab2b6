#pragma once

#include <vector>

#include "scenarios/engine/format/model.hpp"

namespace wsrig::engine {

/// Cases that share their services: those of one file, or of several files that have none; heavy ones last.
struct CaseGroup {
  const ScenarioFile* file = nullptr;
  std::vector<const CaseInstance*> cases;
};
std::vector<CaseGroup> group_by_services(const std::vector<CaseInstance>& instances);

/// Much traffic would keep a slow subject from answering others in time.
bool is_heavy(const CaseInstance& instance);

/// Captures need no subject and no services.
bool is_offline(const ScenarioFile& file);

}  // namespace wsrig::engine
