#include "scenarios/engine/format/service_reader.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "scenarios/engine/format/case_reader.hpp"
#include "scenarios/engine/format/scenario_keys.hpp"
#include "ws/text_regex.hpp"

namespace wsrig::engine {
namespace {

const Service* find_service(const std::vector<Service>& services, std::string_view name) {
  const auto found =
      std::find_if(services.begin(), services.end(), [&](const Service& one) { return one.name == name; });
  return found == services.end() ? nullptr : &*found;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void add_service_variables(const std::string& service, KnownVariables& known) {
  for (const std::string_view what : keys::service_variables) known.add(fmt::format("{}.{}", service, what));
}

/// Reads one service; `names` are those of all services of the file.
class ServiceReader {
 public:
  ServiceReader(const YamlNode& key, const YamlNode& node, const std::vector<std::string>& names,
                Findings& findings)
      : key_(key), node_(node), names_(names), findings_(findings) {
    for (const std::string& name : names) add_service_variables(name, known_);
    add_service_variables("backend", known_);  // the tester's end behind a proxy
    if (node_.find("files")) known_.add(own_folder());
  }

  Service run() {
    service_.name = key_.value;
    service_.line = key_.line;
    if (!is_slug(key_.value) || key_.value.find('.') != std::string::npos) {
      findings_.add(key_,
                    fmt::format("'{}' is not a name of a service: lower-case letters, digits, '-' and '_'",
                                key_.value));
    }
    if (!check_keys(node_, "a service", keys::service, findings_)) return std::move(service_);
    read_needs();
    read_start();
    read_surroundings();
    read_ready();
    return std::move(service_);
  }

 private:
  void read_needs() {
    if (const YamlNode* const needs = node_.find("needs")) {
      for (const YamlNode* const need : read_text_items(*needs, "needs", findings_)) read_need(*need);
    }
  }
  void read_need(const YamlNode& need) {
    service_.needs.push_back(need.value);
    if (contains(names_, need.value)) return;
    const std::vector<std::string_view> candidates(names_.begin(), names_.end());
    findings_.add(need, fmt::format("there is no service '{}'", need.value),
                  diag::did_you_mean(need.value, candidates));
  }

  /// Exactly one of `use`, `exec` and `url`.
  void read_start() {
    const YamlNode* const use = node_.find("use");
    const YamlNode* const exec = node_.find("exec");
    const YamlNode* const url = node_.find("url");
    if ((use != nullptr) + (exec != nullptr) + (url != nullptr) != 1) {
      return findings_.add(key_, "a service has exactly one of use, exec and url");
    }
    if (use) service_.use = read_choice(*use, "use", keys::programs, findings_).value_or("");
    if (exec) service_.exec = read_arguments(*exec, "exec");
    if (exec && exec->is_sequence() && exec->items.empty()) findings_.add(*exec, "exec is empty");
    if (url) service_.url = read_template(*url, "url");
  }

  void read_surroundings() {
    if (const YamlNode* const args = node_.find("args")) {
      service_.args = read_arguments(*args, "args");
      if (service_.use.empty()) findings_.add(*args, "args go with use; exec is the whole command");
    }
    if (const YamlNode* const listen = node_.find("listen")) {
      service_.listen = read_choice(*listen, "listen", keys::listen_schemes, findings_).value_or("ws");
      if (!service_.url.empty()) findings_.add(*listen, "listen goes with use and exec");
    }
    if (const YamlNode* const env = node_.find("env")) service_.env = read_texts_by_name(*env, "env");
    if (const YamlNode* const files = node_.find("files")) {
      service_.files = read_texts_by_name(*files, "files");
      for (const auto& [name, value] : files->members) {
        if (name.value.find('/') != std::string::npos || name.value.starts_with('.'))
          findings_.add(name, fmt::format("'{}' is not a name of a file", name.value));
      }
    }
  }

  std::map<std::string, std::string> read_texts_by_name(const YamlNode& node, std::string_view what) {
    std::map<std::string, std::string> texts;
    if (!node.is_map()) findings_.add(node, fmt::format("{} must be a map of names and values", what));
    if (!service_.url.empty()) findings_.add(node, fmt::format("{} goes with use and exec", what));
    for (const auto& [name, value] : node.members) texts[name.value] = read_template(value, name.value);
    return texts;
  }

  void read_ready() {
    const YamlNode* const ready = node_.find("ready");
    if (!ready || !check_keys(*ready, "ready", keys::ready, findings_)) return;
    using Kind = Ready::Kind;
    static constexpr std::array<std::pair<std::string_view, Kind>, 4> kinds{
        {{"log", Kind::log}, {"port", Kind::port}, {"http", Kind::http}, {"ws", Kind::ws}}};
    for (const auto& [word, kind] : kinds) {
      const YamlNode* const value = ready->find(word);
      if (!value) continue;
      if (service_.ready.kind != Kind::none)
        findings_.add(*value, "a service is ready in one way; this is another");
      service_.ready.kind = kind;
      service_.ready.value = kind == Kind::log ? read_regex(*value) : read_template(*value, word);
    }
    if (const YamlNode* const timeout = ready->find("timeout")) {
      service_.ready.timeout = read_duration(*timeout, "timeout", findings_).value_or(service_.ready.timeout);
    }
  }

  std::string read_regex(const YamlNode& node) {
    const std::string text = read_text(node, "log", findings_).value_or("");
    if (const auto regex = ws::TextRegex::compile(text); !regex) findings_.add(node, regex.error().message);
    return text;
  }
  std::string read_template(const YamlNode& node, std::string_view what) {
    const std::string text = read_text(node, what, findings_).value_or("");
    check_known(node, text);
    return text;
  }
  std::vector<std::string> read_arguments(const YamlNode& node, std::string_view what) {
    std::vector<std::string> arguments;
    if (!node.is_sequence())
      findings_.add(node, fmt::format("{} is a list, one item for each argument", what));
    for (const YamlNode& item : node.items) arguments.push_back(read_template(item, what));
    return arguments;
  }

  /// `${echo.address}` can be used by a service that needs echo: else echo might start too late. Its own
  /// address is given to `exec`; a program of ours has one once it listens.
  void check_known(const YamlNode& place, const std::string& text) {
    check_template(place, text, known_, findings_);
    const auto expression = ws::parse_template(text);
    for (const ws::Variable& variable : expression ? variables(*expression) : std::vector<ws::Variable>()) {
      const std::string service = variable.name.substr(0, variable.name.find('.'));
      if (!contains(names_, service) || contains(service_.needs, service)) continue;
      if (service == key_.value) {
        check_own(place, variable.name);
        continue;
      }
      findings_.add(place, fmt::format("'{}' uses '{}' without needing it", key_.value, service),
                    fmt::format("add needs: [{}], so that it is started before", service));
    }
  }

  void check_own(const YamlNode& place, const std::string& variable) {
    if (node_.find("exec") || variable == own_folder()) return;
    findings_.add(place, fmt::format("'{}' has an address of its own only once it listens", key_.value));
  }

  std::string own_folder() const { return key_.value + ".folder"; }

  const YamlNode& key_;
  const YamlNode& node_;
  const std::vector<std::string>& names_;
  Findings& findings_;
  KnownVariables known_;
  Service service_;
};

/// Moves services to `sorted`, each behind those it needs; false when a circle is left.
bool sort_by_need(std::vector<Service>& services, std::vector<Service>& sorted) {
  const auto is_ready = [&](const Service& service) {
    return std::all_of(service.needs.begin(), service.needs.end(), [&](const std::string& need) {
      return find_service(sorted, need) || !find_service(services, need);
    });
  };
  while (!services.empty()) {
    const auto next = std::find_if(services.begin(), services.end(), is_ready);
    if (next == services.end()) return false;
    sorted.push_back(std::move(*next));
    services.erase(next);
  }
  return true;
}

}  // namespace

void read_services(const YamlNode& node, std::vector<Service>& services, Findings& findings) {
  static constexpr std::size_t max_services = 64;
  if (!node.is_map()) return findings.add(node, "services must be a map of names");
  if (node.members.size() > max_services)
    return findings.add(node, fmt::format("more than {} services", max_services));
  std::vector<std::string> names;
  for (const Service& service : services) names.push_back(service.name);
  for (const auto& [key, value] : node.members) {
    if (find_service(services, key.value))
      findings.add(key, fmt::format("the service '{}' is already included", key.value));
    names.push_back(key.value);
  }
  std::vector<Service> unsorted;
  for (const auto& [key, value] : node.members)
    unsorted.push_back(ServiceReader(key, value, names, findings).run());
  if (!sort_by_need(unsorted, services)) {
    findings.add(findings.source().at_line(
        unsorted.front().line, 1, 1,
        fmt::format("the service '{}' needs itself, by way of its needs", unsorted.front().name)));
  }
}

KnownVariables service_variables(const std::vector<Service>& services) {
  KnownVariables known;
  for (const Service& service : services) {
    add_service_variables(service.name, known);
    if (!service.files.empty()) known.add(service.name + ".folder");
  }
  return known;
}

}  // namespace wsrig::engine
