#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "diag/diagnostic.hpp"
#include "echo/behaviour.hpp"
#include "echo/faults.hpp"

namespace wsrig::echo {

/// The exchangeable parts of a server while misbehaviours are being applied to it.
struct Faults {
  std::vector<ResponseEdit>& response_edits;
  std::set<std::string_view>& tolerated_findings;
  ws::EndpointConfig& endpoint;
  DeafJudge& judge;
  EditingShaper& shaper;
  FaultyApplication& application;
};

/// One deliberate violation of the protocol. Any of them can be combined.
struct Misbehaviour {
  std::string name;     ///< slug, for --misbehave
  std::string section;  ///< what it violates: "RFC 6455 §5.1"
  std::string about;    ///< one line: what the server does
  std::function<void(Faults&)> apply;
};

/// All of them, by part of the protocol. Those that are deaf to a rule are made from the table of rules.
const std::vector<Misbehaviour>& misbehaviours();
/// The table for --list-misbehaviours: name, section, what it does.
std::string print_misbehaviours();
/// Makes a behaviour misbehave. An unknown name is a diagnostic with a suggestion.
diag::Result<Behaviour> misbehave(Behaviour behaviour, const std::vector<std::string>& names);

}  // namespace wsrig::echo
