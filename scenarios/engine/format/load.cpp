#include "scenarios/engine/format/load.hpp"

#include "loadgen/target_url.hpp"
#include "loadgen/template.hpp"
#include "scenarios/engine/steps/session_script.hpp"

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

std::optional<diag::Diagnostic> settle_url(const std::string& text, loadgen::Config& config,
                                           const ws::Lookup& services,
                                           std::span<const std::string> captured) {
  auto url = settle(text, config, services, captured);
  if (!url) return url.error();
  auto target = loadgen::read_target_url(*url);
  if (!target) return target.error();
  config.target.url = std::move(target->url);
  config.target.path = std::move(target->path);
  return std::nullopt;
}

}  // namespace

CapturedNames captured_by(const std::optional<Script>& session) {
  if (!session) return {};
  return {.by_login = captured_names(parts_of(*session).login), .by_all = captured_names(session->steps)};
}

diag::Result<ws::Expression> settle(std::string_view text, const loadgen::Config& config,
                                    const ws::Lookup& services, std::span<const std::string> captured) {
  auto expression = ws::parse_template(text);
  if (!expression) return expression.error();
  return settle(std::move(*expression), config, services, captured);
}

diag::Result<ws::Expression> settle(ws::Expression expression, const loadgen::Config& config,
                                    const ws::Lookup& services, std::span<const std::string> captured) {
  return loadgen::settle_template(insert_services(std::move(expression), services),
                                  names_of(config, captured));
}

diag::Result<loadgen::Config> settle(const Load& load, const std::string& subject,
                                     const ws::Lookup& services) {
  loadgen::Config config = load.config;
  const CapturedNames captured = captured_by(load.session);
  if (auto wrong = settle_url(load.url.empty() ? subject : load.url, config, services, captured.by_login))
    return *wrong;
  for (const auto& [name, text] : load.headers) {
    auto value = settle(text, config, services, captured.by_login);
    if (!value) return value.error();
    config.target.headers.emplace_back(name, std::move(*value));
  }
  for (loadgen::MixEntry& entry : config.mix) {
    if (!entry.payload) continue;
    auto payload = settle(*entry.payload, config, services, captured.by_all);
    if (!payload) return payload.error();
    entry.payload = std::move(*payload);
  }
  config.meta.thresholds = load.thresholds;
  return config;
}

}  // namespace wsrig::engine
