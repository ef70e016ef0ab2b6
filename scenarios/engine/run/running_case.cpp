#include "scenarios/engine/run/running_case.hpp"

namespace wsrig::engine {

report::CaseResult describe_case(const CaseInstance& instance) {
  const Case& definition = *instance.definition;
  report::CaseResult result;
  result.id = instance.id;
  result.suite = instance.file->suite;
  result.aliases = instance.aliases;
  result.tags = definition.tags;
  result.requirements = definition.requirements;
  result.level = definition.level;
  result.section = definition.section;
  result.about = definition.about;
  const diag::Source* file = definition.steps_origin.file;
  result.file = (file != nullptr ? *file : *instance.file->source).name();
  result.line = definition.line;
  return result;
}

}  // namespace wsrig::engine
