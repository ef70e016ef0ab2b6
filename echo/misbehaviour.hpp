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
  std::vector<RefusalEdit>& refusal_edits;
  std::set<std::string_view>& tolerated_findings;
  std::vector<DeflateEdit>& deflate_edits;
  ws::EndpointConfig& endpoint;
  DeafJudge& judge;
  EditingShaper& shaper;
  FaultyApplication& application;
};

/// One deliberate violation of the protocol, or one quirk: what is unusual and allowed. Any can be combined.
struct Misbehaviour {
  std::string name;     ///< slug, for --misbehave and --quirk
  std::string section;  ///< what it violates, or what allows it: "RFC 6455 §5.1"
  std::string about;    ///< one line: what the server does
  std::function<void(Faults&)> apply;
};

/// All of them, by part of the protocol. Those that are deaf to a rule are made from the table of rules.
const std::vector<Misbehaviour>& misbehaviours();
/// Behaviours that are unusual, and that the RFCs allow: no test may fail a server for them.
const std::vector<Misbehaviour>& quirks();
/// The table for --list-misbehaviours and --list-quirks: name, section, what it does.
std::string print_table(const std::vector<Misbehaviour>& table);
/// Makes a behaviour misbehave, and gives it quirks. An unknown name is a diagnostic with a suggestion.
diag::Result<Behaviour> misbehave(Behaviour behaviour, const std::vector<std::string>& misbehaviour_names,
                                  const std::vector<std::string>& quirk_names = {});

}  // namespace wsrig::echo
