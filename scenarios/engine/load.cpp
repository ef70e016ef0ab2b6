#include "scenarios/engine/load.hpp"

#include <fmt/format.h>

#include "loadgen/template.hpp"
#include "net/url.hpp"

namespace wsrig::engine {
namespace {

loadgen::TemplateNames names_of(const loadgen::Config& config, std::span<const std::string> captured = {}) {
  return {.data = config.data ? &*config.data : nullptr, .captured = captured};
}

/// The expression with what services say in place of their names.
ws::Expression insert_services(ws::Expression expression, const ws::Lookup& services) {
  for (auto& part : expression.parts) {
    const auto* const variable = std::get_if<ws::Variable>(&part);
    if (variable == nullptr) continue;
    if (auto value = services(variable->name)) part = std::move(*value);
  }
  return expression;
}

/// As a text, in which variables stand as they were written.
std::string print_template(const ws::Expression& expression) {
  std::string text;
  for (const auto& part : expression.parts) {
    if (const auto* const literal = std::get_if<std::string>(&part)) text += *literal;
    if (const auto* const variable = std::get_if<ws::Variable>(&part)) text += "${" + variable->name + "}";
  }
  return text;
}

std::optional<diag::Diagnostic> settle_url(const std::string& text, loadgen::Config& config,
                                           const ws::Lookup& services) {
  auto url = settle(text, config, services);
  if (!url) return url.error();
  const std::string printed = print_template(*url);
  auto parsed = net::parse_url(printed);
  if (!parsed || !parsed->is_websocket()) {
    diag::Diagnostic wrong;
    wrong.message = fmt::format("'{}': {}", printed,
                                parsed ? "the subject of a load must be ws:// or wss://" : parsed.error());
    return wrong;
  }
  auto path = loadgen::read_template(parsed->target, names_of(config));
  if (!path) return path.error();
  config.target.url = std::move(*parsed);
  config.target.path = std::move(*path);
  return std::nullopt;
}

}  // namespace

diag::Result<ws::Expression> settle(std::string_view text, const loadgen::Config& config,
                                    const ws::Lookup& services, std::span<const std::string> captured) {
  auto expression = ws::parse_template(text);
  if (!expression) return expression.error();
  return loadgen::settle_template(insert_services(std::move(*expression), services),
                                  names_of(config, captured));
}

diag::Result<loadgen::Config> settle(const Load& load, const std::string& subject,
                                     const ws::Lookup& services) {
  loadgen::Config config = load.config;
  if (auto wrong = settle_url(load.url.empty() ? subject : load.url, config, services)) return *wrong;
  for (const auto& [name, text] : load.headers) {
    auto value = settle(text, config, services);
    if (!value) return value.error();
    config.target.headers.emplace_back(name, std::move(*value));
  }
  const auto captured = load.session ? captured_names(*load.session) : std::vector<std::string>{};
  for (loadgen::MixEntry& entry : config.mix) {
    if (!entry.payload) continue;
    auto payload =
        loadgen::settle_template(insert_services(*entry.payload, services), names_of(config, captured));
    if (!payload) return payload.error();
    entry.payload = std::move(*payload);
  }
  config.meta.thresholds = load.thresholds;
  return config;
}

}  // namespace wsrig::engine
