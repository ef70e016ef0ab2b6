#include "loadgen/target_url.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <string>
#include <variant>

#include "loadgen/text_scan.hpp"

namespace wsrig::loadgen {
namespace {

/// What stands for a variable where only the form of a URL is looked at.
constexpr char placeholder = 'x';

std::string print_template(const ws::Expression& expression) {
  std::string text;
  for (const auto& part : expression.parts) {
    if (const auto* const literal = std::get_if<std::string>(&part)) text += *literal;
    if (const auto* const variable = std::get_if<ws::Variable>(&part)) text += "${" + variable->name + "}";
  }
  return text;
}

/// The same with no two literals side by side.
ws::Expression joined(const ws::Expression& text) {
  ws::Expression out;
  for (const auto& part : text.parts) {
    const auto* const literal = std::get_if<std::string>(&part);
    auto* const before = out.parts.empty() ? nullptr : std::get_if<std::string>(&out.parts.back());
    if (literal != nullptr && before != nullptr) {
      *before += *literal;
    } else {
      out.parts.push_back(part);
    }
  }
  return out;
}

/// The parts of the text behind its first `size` octets, which are literal.
ws::Expression without_front(ws::Expression text, std::size_t size) {
  auto& front = std::get<std::string>(text.parts.front());
  front.erase(0, size);
  return text;
}

}  // namespace

diag::Result<TargetUrl> read_target_url(const ws::Expression& expression) {
  const ws::Expression text = joined(expression);
  std::string form;
  for (const auto& part : text.parts) {
    const auto* const literal = std::get_if<std::string>(&part);
    form += literal != nullptr ? *literal : std::string(1, placeholder);
  }
  const std::string written = print_template(text);
  auto url = net::parse_url(form);
  if (!url) return mistake(fmt::format("'{}': {}", written, url.error()));
  if (!url->is_websocket()) return mistake(fmt::format("'{}': the subject must be ws:// or wss://", written));

  const std::size_t authority = form.find("://") + 3;
  const std::size_t end = std::min(form.find_first_of("/?", authority), form.size());
  const auto* const front = text.parts.empty() ? nullptr : std::get_if<std::string>(&text.parts.front());
  if (front == nullptr || front->size() < end)
    return mistake(fmt::format("'{}': only path and query can differ between connections", written));
  TargetUrl target{.url = std::move(*url), .path = without_front(text, end)};
  const bool has_path = end < form.size() && form[end] == '/';
  if (!has_path) std::get<std::string>(target.path.parts.front()).insert(0, 1, '/');
  target.url.target = print_template(target.path);
  return target;
}

}  // namespace wsrig::loadgen
