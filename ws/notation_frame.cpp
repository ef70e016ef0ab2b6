#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <utility>

#include "ws/close_code.hpp"
#include "ws/deflate.hpp"
#include "ws/masker.hpp"
#include "ws/notation.hpp"
#include "ws/notation_reader.hpp"

namespace wsrig::ws {
namespace {

struct Kind {
  std::string_view name;
  Opcode opcode;
};
constexpr std::array<Kind, 6> kinds{{{"text", Opcode::text},
                                     {"binary", Opcode::binary},
                                     {"cont", Opcode::continuation},
                                     {"ping", Opcode::ping},
                                     {"pong", Opcode::pong},
                                     {"close", Opcode::close}}};
constexpr std::array<std::string_view, 7> kind_names{"text", "binary", "cont", "ping", "pong", "close", "op"};

constexpr std::array<std::string_view, 6> valued_attributes{"fin", "rsv", "mask", "len", "frag", "cut"};
constexpr std::array<std::string_view, 4> bare_attributes{"rsv1", "rsv2", "rsv3", "deflate"};
constexpr std::array<std::string_view, 10> attribute_names{"fin",  "rsv1", "rsv2", "rsv3", "rsv",
                                                           "mask", "len",  "frag", "cut",  "deflate"};

template <class Names>
bool contains(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string list_of(std::span<const std::string_view> names) {
  return fmt::format("{}", fmt::join(names, ", "));
}

std::optional<Opcode> opcode_of(std::string_view word) {
  for (const Kind& kind : kinds) {
    if (kind.name == word) return kind.opcode;
  }
  const auto number = parse_number(word, 15);
  return number ? std::optional(static_cast<Opcode>(*number)) : std::nullopt;
}

// ---- values of attributes ----

[[noreturn]] void fail_value(const Attribute& attribute, std::string_view value, std::string_view allowed) {
  throw error_at(attribute.value,
                 fmt::format("'{}' is not a value of {}; it takes {}", value, attribute.name, allowed));
}

std::size_t size_value(const Attribute& attribute, const std::string& value) {
  const auto size = parse_size(value);
  if (!size && parse_number(value)) {
    throw error_at(attribute.value, fmt::format("the size '{}' has no unit", value),
                   "write 125B, 16KiB, 1MiB");
  }
  if (!size || *size == 0) fail_value(attribute, value, "a size of at least 1B");
  return *size;
}

void apply_fin(FrameSpec& spec, const Attribute& attribute, const std::string& value) {
  if (value != "0" && value != "1") fail_value(attribute, value, "0 or 1");
  spec.fin = value == "1";
}

void apply_rsv(FrameSpec& spec, const Attribute& attribute, const std::string& value) {
  const auto bits = parse_number(value, 7);
  if (!bits) fail_value(attribute, value, "0 to 7 (RSV1 is 4, RSV2 is 2, RSV3 is 1)");
  spec.rsv = static_cast<std::uint8_t>(spec.rsv | *bits);
}

void apply_mask(FrameSpec& spec, const Attribute& attribute, const std::string& value) {
  spec.mask = FrameSpec::Mask::none;
  if (value == "none") return;
  const auto key = value.size() == 8 ? octets_of(value) : std::nullopt;
  if (!key) fail_value(attribute, value, "none or 8 hexadecimal digits");
  spec.mask = FrameSpec::Mask::key;
  std::copy(as_bytes(*key).begin(), as_bytes(*key).end(), spec.mask_key.begin());
}

/// `u7`, `u16`, `u64`: the form; `u16:N`: the form with a claim; `N`: a claim in its shortest form.
void apply_len(FrameSpec& spec, const Attribute& attribute, const std::string& value,
               std::uint64_t payload_size) {
  const std::size_t colon = value.find(':');
  const std::string_view form = std::string_view(value).substr(0, colon);
  const bool has_form = form.starts_with('u');
  const std::uint64_t largest = form == "u7" ? 125 : form == "u16" ? 0xffff : UINT64_MAX;
  if (has_form && form != "u7" && form != "u16" && form != "u64")
    fail_value(attribute, value, "u7, u16, u64, u16:N or N");
  spec.length_form = form == "u16" ? LengthForm::u16 : form == "u64" ? LengthForm::u64 : LengthForm::minimal;
  if (!has_form || colon != std::string::npos) {
    spec.claimed_length = parse_number(has_form ? std::string_view(value).substr(colon + 1) : value);
    if (!spec.claimed_length) fail_value(attribute, value, "u7, u16, u64, u16:N or N");
  }
  if (const std::uint64_t length = spec.claimed_length.value_or(payload_size); length > largest) {
    throw error_at(attribute.value,
                   fmt::format("a length of {} does not fit in {}, which ends at {}", length, form, largest));
  }
}

void apply(FrameSpec& spec, const Attribute& attribute, const Scope& scope, std::uint64_t payload_size) {
  const std::string value = evaluate_or_throw(attribute.value, scope);
  const std::string& name = attribute.name;
  if (name == "fin") return apply_fin(spec, attribute, value);
  if (name == "rsv") return apply_rsv(spec, attribute, value);
  if (name == "mask") return apply_mask(spec, attribute, value);
  if (name == "len") return apply_len(spec, attribute, value, payload_size);
  if (name == "frag") spec.frag = size_value(attribute, value);
  if (name == "cut") spec.cut = value == "whole" ? 0 : size_value(attribute, value);
  if (name == "deflate") spec.deflate = true;
  if (name == "rsv1") spec.rsv |= rsv1;
  if (name == "rsv2") spec.rsv |= rsv2;
  if (name == "rsv3") spec.rsv |= rsv3;
}

// ---- frames ----

Opcode resolve_opcode(const FrameText& text, const Scope& scope) {
  if (text.kind != "op") return *opcode_of(text.kind);
  const std::string value = evaluate_or_throw(text.kind_value, scope);
  const auto opcode = opcode_of(value);
  if (!opcode)
    throw error_at(text.kind_value, fmt::format("'{}' is not an opcode; it is 0 to 15 or a kind", value));
  return *opcode;
}

/// The status code of RFC 6455 §5.5.1 as two octets; nothing for a close without one.
std::string close_code_octets(const FrameText& text, const Scope& scope) {
  if (text.kind != "close" || text.kind_value.parts.empty()) return {};
  const std::string value = evaluate_or_throw(text.kind_value, scope);
  if (value.empty()) return {};
  const auto code = parse_number(value, 0xffff);
  if (!code)
    throw error_at(text.kind_value, fmt::format("'{}' is not a close code; it is 0 to 65535", value));
  return {static_cast<char>(static_cast<unsigned char>(*code >> 8)),
          static_cast<char>(static_cast<unsigned char>(*code & 0xff))};
}

FrameSpec resolve_header(const FrameText& text, const Scope& scope, std::uint64_t payload_size) {
  FrameSpec spec;
  spec.opcode = resolve_opcode(text, scope);
  for (const Attribute& attribute : text.attributes) apply(spec, attribute, scope, payload_size);
  return spec;
}

FrameSpec resolve_or_throw(const FrameText& text, const Scope& scope) {
  std::string payload = close_code_octets(text, scope);
  if (text.payload) payload += evaluate_or_throw(*text.payload, scope);
  FrameSpec spec = resolve_header(text, scope, payload.size());
  append(spec.payload, payload);
  return spec;
}

std::optional<MaskKey> mask_of(const FrameSpec& spec, Role sender) {
  if (spec.mask == FrameSpec::Mask::key) return spec.mask_key;
  const bool masked = spec.mask == FrameSpec::Mask::by_role && sender == Role::client;
  return masked ? std::optional(MaskKey{}) : std::nullopt;
}

void refuse_sending_attributes(const TokenReader& reader, const FrameText& text) {
  for (const Attribute& attribute : text.attributes) {
    if (attribute.name == "frag" || attribute.name == "cut" || attribute.name == "deflate") {
      throw SyntaxError{reader.source().at(
          attribute.offset, 1,
          fmt::format("'{}' says how a step sends, not what one frame is", attribute.name))};
    }
  }
}

Frame parse_or_throw(const diag::Source& source, Role sender) {
  TokenReader reader(source);
  const FrameText text = read_frame(reader);
  if (!reader.at_step_end()) reader.fail_unexpected("the end of the frame");
  refuse_sending_attributes(reader, text);
  FrameSpec spec = resolve_or_throw(text, Scope{});
  Frame frame;
  frame.header = {spec.fin,         spec.rsv,
                  spec.opcode,      mask_of(spec, sender),
                  spec.length_form, spec.claimed_length.value_or(spec.payload.size())};
  frame.payload = std::move(spec.payload);
  return frame;
}

}  // namespace

bool starts_attribute(const TokenReader& reader) {
  if (reader.peek().kind != Token::Kind::word) return false;
  return contains(bare_attributes, reader.peek().text) || reader.peek(1).text == "=";
}

Attribute read_attribute(TokenReader& reader, const std::vector<Attribute>& earlier) {
  const Token name = reader.take();
  const auto same = [&](const Attribute& attribute) { return attribute.name == name.text; };
  if (!contains(attribute_names, name.text)) {
    reader.fail(name, fmt::format("unknown attribute '{}'; one of {}", name.text, list_of(attribute_names)),
                diag::did_you_mean(name.text, attribute_names));
  }
  if (std::any_of(earlier.begin(), earlier.end(), same)) {
    reader.fail(name, fmt::format("'{}' is written twice", name.text));
  }
  Attribute attribute{std::string(name.text), {}, name.offset};
  attribute.value.offset = name.offset;
  if (contains(valued_attributes, name.text)) {
    reader.expect("=");
    attribute.value = read_joined(reader);
  } else if (reader.at("=")) {
    reader.fail(reader.peek(), fmt::format("'{}' takes no value", name.text));
  }
  return attribute;
}

FrameText read_kind(TokenReader& reader, std::span<const std::string_view> known) {
  const Token& token = reader.peek();
  if (token.kind != Token::Kind::word) reader.fail_unexpected("a frame: " + list_of(kind_names));
  if (!contains(kind_names, token.text)) {
    reader.fail(
        token, fmt::format("unknown frame kind '{}'; one of {}", token.text, list_of(kind_names)),
        known.empty() ? diag::did_you_mean(token.text, kind_names) : diag::did_you_mean(token.text, known));
  }
  FrameText frame;
  frame.offset = token.offset;
  frame.kind = reader.take().text;
  if (frame.kind == "op") {
    reader.expect("=");
    frame.kind_value = read_joined(reader);
  }
  return frame;
}

bool starts_close_code(const TokenReader& reader) {
  return reader.peek().kind == Token::Kind::number || reader.peek().kind == Token::Kind::variable;
}

namespace {

/// The code stands in front of the reason; attributes may stand anywhere.
bool may_read_close_code(const TokenReader& reader, const FrameText& frame) {
  return frame.kind == "close" && frame.kind_value.parts.empty() && !frame.payload &&
         starts_close_code(reader);
}

}  // namespace

FrameText read_frame(TokenReader& reader, std::span<const std::string_view> known) {
  FrameText frame = read_kind(reader, known);
  while (true) {
    if (starts_attribute(reader)) {
      frame.attributes.push_back(read_attribute(reader, frame.attributes));
    } else if (may_read_close_code(reader, frame)) {
      frame.kind_value = read_joined(reader);
    } else if (!frame.payload && starts_expression(reader)) {
      frame.payload = read_expression(reader);
    } else {
      return frame;
    }
  }
}

diag::Result<FrameSpec> resolve(const FrameText& text, const Scope& scope) {
  try {
    return resolve_or_throw(text, scope);
  } catch (SyntaxError& error) {
    return std::move(error.diagnostic);
  }
}

std::optional<diag::Diagnostic> check(const FrameText& text, const Scope& scope) {
  try {
    std::uint64_t size = close_code_octets(text, scope).size();
    if (text.payload) {
      auto measured = measure(*text.payload, scope);
      if (!measured) return measured.error();
      size += *measured;
    }
    resolve_header(text, scope, size);
    return {};
  } catch (SyntaxError& error) {
    return std::move(error.diagnostic);
  }
}

std::vector<Variable> variables(const FrameText& text) {
  std::vector<Variable> found = variables(text.kind_value);
  const auto add = [&found](const Expression& expression) {
    const auto more = variables(expression);
    found.insert(found.end(), more.begin(), more.end());
  };
  for (const Attribute& attribute : text.attributes) add(attribute.value);
  if (text.payload) add(*text.payload);
  return found;
}

diag::Result<std::size_t> resolve_cut(const std::vector<Attribute>& attributes, const Scope& scope) {
  FrameText only_cut;
  only_cut.kind = "text";
  for (const Attribute& attribute : attributes) {
    if (attribute.name == "cut") only_cut.attributes.push_back(attribute);
  }
  auto spec = resolve(only_cut, scope);
  if (!spec) return spec.error();
  return spec->cut;
}

diag::Result<Frame> parse_frame(std::string_view text, Role sender) {
  const diag::Source source("", std::string(text));
  try {
    return parse_or_throw(source, sender);
  } catch (SyntaxError& error) {
    return source.place(std::move(error.diagnostic));
  }
}

std::vector<Frame> frames_of(const FrameSpec& spec, Deflater* deflater, Role sender, MaskKeySource& keys) {
  ByteBuffer compressed;
  const bool is_compressed = spec.deflate && deflater != nullptr;
  if (is_compressed) deflater->compress(spec.payload, compressed);
  Bytes payload = is_compressed ? compressed : spec.payload;
  FrameHeader header{.rsv = is_compressed ? static_cast<std::uint8_t>(spec.rsv | rsv1) : spec.rsv,
                     .opcode = spec.opcode,
                     .length_form = spec.length_form};
  const std::size_t piece = spec.frag == 0 ? payload.size() : spec.frag;
  std::vector<Frame> frames;
  do {
    const Bytes part = payload.first(std::min(piece, payload.size()));
    payload = payload.subspan(part.size());
    header.fin = payload.empty() && spec.fin;
    header.payload_length = spec.claimed_length.value_or(part.size());
    if (spec.mask == FrameSpec::Mask::by_role && sender == Role::client) header.mask = keys.next();
    if (spec.mask == FrameSpec::Mask::key) header.mask = spec.mask_key;
    frames.push_back({header, {part.begin(), part.end()}});
    header.opcode = Opcode::continuation;
    header.rsv = spec.rsv & static_cast<std::uint8_t>(~rsv1);
  } while (!payload.empty());
  return frames;
}

}  // namespace wsrig::ws
