#include "loadgen/reply_rule.hpp"

#include <algorithm>
#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "loadgen/crc32c.hpp"
#include "loadgen/text_scan.hpp"

namespace wsrig::loadgen {
namespace {

namespace json = boost::json;

constexpr std::string_view key_group = "key";

diag::Result<ReplyRule> parse_regex(std::string text) {
  auto regex = ws::TextRegex::compile(text);
  if (!regex)
    return mistake(fmt::format("'{}' is not a regular expression: {}", text, regex.error().message));
  return ReplyRule{.kind = ReplyRule::Kind::regex, .text = std::move(text), .regex = std::move(*regex)};
}

bool is_pointer(std::string_view field) { return field.starts_with('/'); }

/// RFC 6901 §3: in a JSON pointer `~` is written `~0`, and `/` within a name `~1`.
diag::Result<ReplyRule> parse_field(std::string field) {
  for (std::size_t at = 0; is_pointer(field) && (at = field.find('~', at)) != std::string::npos; ++at) {
    const std::string_view escape = std::string_view(field).substr(at, 2);
    if (escape == "~0" || escape == "~1") continue;
    return mistake(
        fmt::format("'{}' at octet {} of '{}' is no escape of a JSON pointer", escape, at + 1, field),
        "write '~0' for '~', and '~1' for '/' within a name (RFC 6901)");
  }
  return ReplyRule{.kind = ReplyRule::Kind::json, .text = std::move(field)};
}

/// A field by its name, or what a JSON pointer leads to; null where there is no such thing.
const json::value* find_field(const json::value& document, const std::string& field) {
  if (is_pointer(field)) {
    json::error_code missing;
    return document.find_pointer(field, missing);
  }
  const json::object* const object = document.if_object();
  return object == nullptr ? nullptr : object->if_contains(field);
}

/// A field's value as JSON: 1 and "1" differ.
std::optional<std::uint32_t> field_key(const std::string& field, ws::Bytes message) {
  json::error_code error;
  const json::value document = json::parse(ws::as_text(message), error);
  const json::value* const found = error ? nullptr : find_field(document, field);
  if (found == nullptr) return std::nullopt;
  return crc32c(ws::as_bytes(json::serialize(*found)));
}

std::optional<std::uint32_t> group_key(const ReplyRule& rule, ws::Bytes message) {
  const auto captures = rule.regex->search(ws::as_text(message));
  if (!captures) return std::nullopt;
  const auto key = std::ranges::find(*captures, key_group, [](const auto& capture) { return capture.first; });
  return key == captures->end() ? 0 : crc32c(ws::as_bytes(key->second));
}

}  // namespace

bool ReplyRule::has_key_group() const {
  return regex && std::ranges::find(regex->group_names(), key_group) != regex->group_names().end();
}

diag::Result<ReplyRule> parse_reply_rule(std::string_view text) {
  using Kind = ReplyRule::Kind;
  if (text == "echo") return ReplyRule{};
  if (text == "any") return ReplyRule{.kind = Kind::any};
  if (text == "none") return ReplyRule{.kind = Kind::none};
  const auto colon = text.find(':');
  const auto word = text.substr(0, colon);
  const std::string rest(colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1));
  if (word == "prefix" && !rest.empty()) return ReplyRule{.kind = Kind::prefix, .text = rest};
  if (word == "json" && !rest.empty()) return parse_field(rest);
  if (word == "regex" && !rest.empty()) return parse_regex(rest);
  return mistake(fmt::format("'{}' is not a rule for replies", text),
                 "write echo, prefix:TEXT, any, json:FIELD, regex:EXPRESSION or none");
}

std::optional<std::uint32_t> reply_key(const ReplyRule& rule, ws::Bytes reply) {
  switch (rule.kind) {
    case ReplyRule::Kind::json: return field_key(rule.text, reply);
    case ReplyRule::Kind::regex: return group_key(rule, reply);
    default: return 0;
  }
}

std::optional<std::uint32_t> message_key(const ReplyRule& rule, ws::Bytes message) {
  const bool is_in_order = rule.kind == ReplyRule::Kind::regex && !rule.has_key_group();
  return is_in_order ? 0 : reply_key(rule, message);
}

}  // namespace wsrig::loadgen
