#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scenarios/engine/format/field_reader.hpp"
#include "scenarios/engine/format/model.hpp"

namespace wsrig::engine {

/// The names that `${…}` may use at some place of a file.
class KnownVariables {
 public:
  void add(std::string name) { names_.push_back(std::move(name)); }
  /// `env:NAME` and `file:PATH` are always known.
  bool has(std::string_view name) const;
  std::string suggestion(std::string_view name) const;

 private:
  std::vector<std::string> names_;
};

/// Reports the variables of a text (a header's value, a service's argument) that are not known, and what is
/// wrong with its notation.
void check_template(const YamlNode& place, std::string_view text, const KnownVariables& known,
                    Findings& findings);

/// Reports the unknown variables of a case's steps, and whatever a step cannot be with the values of some
/// combination: `cut=${cut}` with 1X.
void check_steps(const Case& definition, const KnownVariables& known, Findings& findings);

}  // namespace wsrig::engine
