#include "scenarios/engine/format/case_reader.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "scenarios/engine/format/combination_reader.hpp"
#include "scenarios/engine/format/decode_reader.hpp"
#include "scenarios/engine/format/scenario_keys.hpp"
#include "ws/notation.hpp"

namespace wsrig::engine {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Octets that may stand in a header's value: no line ends, which would begin another header.
bool is_header_text(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

class CaseReader {
 public:
  CaseReader(const YamlNode& node, const ScenarioFile& file, const KnownVariables& services,
             Findings& findings)
      : node_(node), file_(file), known_(services), findings_(findings) {
    for (const std::string_view name : keys::runner_variables) known_.add(std::string(name));
  }

  Case run() {
    case_.line = node_.line;
    case_.tls = file_.tls;
    case_.combinations = {{}};
    if (!check_keys(node_, "a case", keys::scenario_case, findings_)) return std::move(case_);
    read_id();
    read_level();
    read_words();
    read_combinations(node_, file_, case_, findings_);
    for (const auto& [name, value] : case_.combinations.front()) known_.add(name);
    read_connection();
    read_steps();
    return std::move(case_);
  }

 private:
  template <class Read>
  void with(std::string_view key, Read read) {
    if (const YamlNode* const node = node_.find(key)) read(*node);
  }

  void read_id() {
    const YamlNode* const id = node_.find("id");
    if (!id) return findings_.add(node_, "a case needs an id");
    case_.id = read_text(*id, "id", findings_).value_or("");
    case_.line = id->line;
    if (id->is_scalar() && !is_slug(case_.id)) {
      findings_.add(
          *id, fmt::format("'{}' is not a slug: lower-case letters, digits, '-', '_' and '.', with a letter",
                           case_.id));
    }
  }

  void read_level() {
    std::vector<const YamlNode*> found;
    for (const std::string_view level : keys::levels) {
      const YamlNode* const node = node_.find(level);
      if (!node) continue;
      found.push_back(node);
      case_.level = *report::level_from_name(level);
      case_.section = read_text(*node, level, findings_).value_or("");
      if (node->is_scalar() && node->value.empty())
        findings_.add(*node, fmt::format("{} names a section: RFC 6455 §5.4", level));
    }
    if (found.empty())
      findings_.add(node_, "a case needs its level: one of must, should, may, contested, with the section");
    if (found.size() > 1) findings_.add(*found[1], "a case has one level; this is another");
  }

  void read_words() {
    with("about",
         [&](const YamlNode& node) { case_.about = read_text(node, "about", findings_).value_or(""); });
    with("alias", [&](const YamlNode& node) { case_.aliases = read_texts(node, "alias", findings_); });
    with("tags", [&](const YamlNode& node) { case_.tags = read_slugs(node, "tags"); });
    with("covers", [&](const YamlNode& node) { read_covers(node); });
    with("needs", [&](const YamlNode& node) { read_needs(node); });
    with("subject", [&](const YamlNode& node) {
      const auto word = read_choice(node, "subject", keys::subjects, findings_);
      const auto found = std::find(keys::subjects.begin(), keys::subjects.end(), word.value_or("endpoint"));
      case_.subject =
          static_cast<SubjectKind>(found - keys::subjects.begin());  // in the order of the enumerators
    });
  }

  std::vector<std::string> read_slugs(const YamlNode& node, std::string_view what) {
    std::vector<std::string> texts;
    for (const YamlNode* const item : read_text_items(node, what, findings_)) {
      texts.push_back(item->value);
      if (!is_slug(item->value)) findings_.add(*item, fmt::format("'{}' is not a slug", item->value));
    }
    return texts;
  }

  void read_covers(const YamlNode& node) {
    for (const YamlNode* const item : read_text_items(node, "covers", findings_)) {
      case_.requirements.push_back(item->value);
      if (!is_requirement_id(item->value))
        findings_.add(*item, fmt::format("'{}' is not the number of a requirement: R067", item->value));
    }
  }

  void read_needs(const YamlNode& node) {
    for (const YamlNode* const item : read_text_items(node, "needs", findings_)) {
      if (read_choice(*item, "an item of needs", keys::capabilities, findings_))
        case_.needs.push_back(item->value);
    }
  }

  // ---- how the connection is made ----

  void read_connection() {
    with("offer", [&](const YamlNode& node) { read_offer(node); });
    with("headers", [&](const YamlNode& node) { read_headers(node); });
    with("target", [&](const YamlNode& node) { case_.target = read_target(node); });
    with("within", [&](const YamlNode& node) { case_.within = read_duration(node, "within", findings_); });
    with("tls", [&](const YamlNode& node) { read_tls(node, case_.tls, findings_); });
    with("alive", [&](const YamlNode& node) {
      case_.prove_alive = read_flag(node, "alive", findings_).value_or(true);
    });
    with("capture", [&](const YamlNode& node) { case_.capture = read_capture(node, findings_); });
    with("closing", [&](const YamlNode& node) {
      case_.must_close = read_flag(node, "closing", findings_).value_or(true);
    });
  }

  /// A text that becomes part of the request: variables are known, and no line end can slip in.
  std::string read_request_text(const YamlNode& node, std::string_view what) {
    const std::string text = read_text(node, what, findings_).value_or("");
    check_template(node, text, known_, findings_);
    if (!is_header_text(text))
      findings_.add(node, fmt::format("{} is one line", what), "a broken request is written with > http");
    return text;
  }

  std::string read_target(const YamlNode& node) {
    const std::string target = read_request_text(node, "target");
    if (node.is_scalar() && target.empty()) findings_.add(node, "target is empty");
    return target;
  }

  void read_offer(const YamlNode& offer) {
    if (!check_keys(offer, "offer", keys::offer, findings_)) return;
    if (const YamlNode* const names = offer.find("subprotocols")) {
      for (const YamlNode* const name : read_text_items(*names, "subprotocols", findings_)) {
        case_.offer.subprotocols.push_back(read_request_text(*name, "a subprotocol"));
      }
    }
    if (const YamlNode* const value = offer.find("extensions"))
      case_.offer.extensions = read_request_text(*value, "extensions");
  }

  void read_headers(const YamlNode& headers) {
    if (!headers.is_map()) return findings_.add(headers, "headers must be a map of names and values");
    for (const auto& [name, value] : headers.members) {
      if (name.value.empty() || name.value.find_first_of(": \t\r\n") != std::string::npos) {
        findings_.add(name, fmt::format("'{}' is not a name of a header", name.value));
      }
      if (!value.is_sequence()) case_.headers.emplace_back(name.value, read_request_text(value, name.value));
      for (const YamlNode& item : value.items)
        case_.headers.emplace_back(name.value, read_request_text(item, name.value));
    }
  }

  // ---- steps ----

  void read_steps() {
    const YamlNode* const steps = node_.find("steps");
    if (!steps) return findings_.add(node_, "a case needs steps");
    const auto origin = place_steps(*steps, "steps", findings_);
    if (!origin) return;
    case_.steps_text = steps->value;
    case_.steps_origin = *origin;
    auto script = parse_script(case_.steps_text, case_.steps_origin);
    if (!script) return findings_.add(script.error());
    case_.script = std::move(*script);
    if (case_.script.steps.empty()) findings_.add(*steps, "the steps are empty");
    if (case_.script.repetition) refuse_repetition(case_.script.repetition->place);
    if (case_.script.steps.size() > max_steps_of_case / case_.combinations.size()) {
      return findings_.add(*steps, fmt::format("more than {} steps in all combinations", max_steps_of_case));
    }
    read_handshake();
    read_backend();
    for (const std::string& name : case_.script.connections) {
      if (!name.empty()) known_.add(name + ".sent");
    }
    check_services();
    check_steps(case_, known_, findings_);
  }

  void refuse_repetition(const Place& place) {
    diag::Diagnostic wrong;
    wrong.column = place.offset + 1;
    wrong.message = "'every' is for the session of a load";
    findings_.add(place_in_file(std::move(wrong), case_.steps_text, case_.steps_origin));
  }

  /// The services that steps are about have to be there.
  void check_services() {
    for (const Step& step : case_.script.steps) {
      if (!is_about_service(step.action) || known_.has(step.connection + ".address")) continue;
      diag::Diagnostic unknown;
      unknown.column = step.place.offset + 1;
      unknown.message = fmt::format("there is no service '{}'", step.connection);
      findings_.add(place_in_file(std::move(unknown), case_.steps_text, case_.steps_origin));
    }
  }

  void read_backend() {
    with("backend", [&](const YamlNode& node) {
      const auto word = read_choice(node, "backend", keys::backends, findings_);
      const auto found = std::find(keys::backends.begin(), keys::backends.end(), word.value_or("ws"));
      case_.backend = static_cast<BackendKind>(found - keys::backends.begin());  // in the enumerators' order
      if (case_.subject != SubjectKind::proxy)
        findings_.add(node, "only a case with subject: proxy has a backend");
    });
  }

  void read_handshake() {
    const bool own_request = case_.script.has_http();
    case_.manual_handshake = own_request;
    with("handshake", [&](const YamlNode& node) {
      const auto word = read_choice(node, "handshake", keys::handshakes, findings_);
      if (word == "auto" && own_request)
        findings_.add(node, "the steps have their own request ('> http'): handshake is manual");
      case_.manual_handshake = own_request || word == "manual";
    });
  }

  const YamlNode& node_;
  const ScenarioFile& file_;
  KnownVariables known_;
  Findings& findings_;
  Case case_;
};

}  // namespace

bool is_requirement_id(std::string_view text) {
  return text.size() == 4 && text[0] == 'R' && std::all_of(text.begin() + 1, text.end(), is_digit);
}

bool is_slug(std::string_view text) {
  const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto is_part = [&](char c) { return is_lower(c) || is_digit(c) || c == '-' || c == '_' || c == '.'; };
  return std::all_of(text.begin(), text.end(), is_part) && std::any_of(text.begin(), text.end(), is_lower);
}

void read_tls(const YamlNode& node, Tls& tls, Findings& findings) {
  if (!check_keys(node, "tls", keys::tls, findings)) return;
  const auto read = [&](std::string_view key, std::string& into) {
    if (const YamlNode* const value = node.find(key)) into = read_text(*value, key, findings).value_or("");
  };
  if (const YamlNode* const flag = node.find("insecure"))
    tls.insecure = read_flag(*flag, "insecure", findings).value_or(false);
  read("ca_file", tls.ca_file);
  read("server_name", tls.server_name);
  read("cert_file", tls.cert_file);
  read("key_file", tls.key_file);
}

Case read_case(const YamlNode& node, const ScenarioFile& file, const KnownVariables& services,
               Findings& findings) {
  return CaseReader(node, file, services, findings).run();
}

/// yaml-cpp's mark of a literal block is the `|`; the text begins in the next line, with its indentation
/// taken away.
std::optional<ScriptOrigin> place_steps(const YamlNode& steps, std::string_view what, Findings& findings) {
  const std::string_view header = findings.source().line(steps.line);
  if (!steps.is_scalar() || steps.plain ||
      !header.substr(std::min(steps.column - 1, header.size())).starts_with('|')) {
    findings.add(steps, fmt::format("{} must be a block of text", what),
                 fmt::format("write '{}: |' and the steps below it", what));
    return std::nullopt;
  }
  ScriptOrigin origin{.file = &findings.source(), .first_line = steps.line + 1};
  const std::string& text = steps.value;
  const std::size_t begin = text.find_first_not_of('\n');
  if (begin == std::string::npos) return origin;
  const std::size_t size = std::min(text.find('\n', begin), text.size()) - begin;
  const std::size_t in_file = findings.source().line(steps.line + 1 + begin).size();
  origin.indent = in_file - std::min(size, in_file);
  return origin;
}

}  // namespace wsrig::engine
