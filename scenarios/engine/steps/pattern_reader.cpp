#include "scenarios/engine/steps/pattern_reader.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <utility>

namespace wsrig::engine {
namespace {

using ws::Token;
using ws::TokenReader;

constexpr std::array<std::string_view, 14> pattern_words{"text",    "binary", "cont", "ping",  "pong",
                                                         "close",   "op",     "json", "eof",   "reset",
                                                         "silence", "http",   "raw",  "failed"};
/// What a received frame can be asked for; the rest says how a frame is sent.
constexpr std::array<std::string_view, 5> readable_attributes{"fin", "rsv", "rsv1", "rsv2", "rsv3"};

/// Gives a mistake inside a regular expression its place in the step.
TextRegex read_regex(TokenReader& reader) {
  const Token token = reader.take();
  std::string text;
  std::vector<std::size_t> offsets;  // of each octet in the source: `\/` is one octet here and two there
  for (std::size_t i = 1; i + 1 < token.text.size(); ++i) {
    if (token.text[i] == '\\' && token.text[i + 1] == '/') ++i;
    offsets.push_back(token.offset + i);
    text += token.text[i];
  }
  offsets.push_back(token.offset + token.text.size() - 1);
  auto regex = TextRegex::compile(text);
  if (regex) return std::move(*regex);
  const std::size_t where = std::min(regex.error().column - 1, offsets.size() - 1);
  throw ws::SyntaxError{reader.source().at(offsets[where], 1, regex.error().message)};
}

bool starts_payload(const TokenReader& reader) {
  return reader.peek().kind == Token::Kind::regex || reader.at("json") || ws::starts_expression(reader);
}

PayloadPattern read_payload(TokenReader& reader) {
  if (reader.peek().kind == Token::Kind::regex) return RegexPayload{read_regex(reader)};
  if (reader.accept("json")) return JsonPayload{JsonPattern::read(reader)};
  return ws::read_expression(reader);
}

using CodeRange = std::pair<ws::Expression, ws::Expression>;

std::vector<CodeRange> read_codes(TokenReader& reader) {
  std::vector<CodeRange> codes;
  do {
    if (!ws::starts_close_code(reader)) reader.fail_unexpected("a close code");
    ws::Expression first = ws::read_joined(reader);
    ws::Expression last = reader.accept("..") ? ws::read_joined(reader) : first;
    codes.emplace_back(std::move(first), std::move(last));
  } while (reader.accept(","));
  return codes;
}

/// A frame or message pattern as its words stand, before it is decided which of the two it is.
struct Written {
  Token start;
  ws::FrameText frame;
  std::vector<CodeRange> codes;
  std::optional<PayloadPattern> payload;
  bool exact = false;

  bool is_frame() const {
    return exact || !frame.attributes.empty() || frame.kind == "cont" || frame.kind == "op";
  }
  PayloadPattern payload_or_any() const { return payload.value_or(AnyPayload{}); }
};

ws::Attribute read_readable_attribute(TokenReader& reader, const std::vector<ws::Attribute>& earlier) {
  const Token token = reader.peek();
  ws::Attribute attribute = ws::read_attribute(reader, earlier);
  if (std::find(readable_attributes.begin(), readable_attributes.end(), attribute.name) ==
      readable_attributes.end()) {
    reader.fail(token,
                fmt::format("'{}' says how a frame is sent; a '<' line takes fin=, rsv=, rsv1, rsv2, rsv3 "
                            "and exact",
                            attribute.name));
  }
  return attribute;
}

Written read_written(TokenReader& reader) {
  Written written;
  written.start = reader.peek();
  written.frame = ws::read_kind(reader);
  while (true) {
    if (reader.accept("exact")) {
      written.exact = true;
    } else if (ws::starts_attribute(reader)) {
      written.frame.attributes.push_back(read_readable_attribute(reader, written.frame.attributes));
    } else if (written.frame.kind == "close" && !written.payload && written.codes.empty() &&
               ws::starts_close_code(reader)) {
      written.codes = read_codes(reader);
    } else if (!written.payload && starts_payload(reader)) {
      written.payload = read_payload(reader);
    } else {
      return written;
    }
  }
}

ExpectFrame to_frame(const TokenReader& reader, Written written) {
  ExpectFrame expected;
  expected.exact = written.exact;
  expected.payload = written.payload_or_any();
  if (written.codes.size() > 1 ||
      (!written.codes.empty() && written.codes[0].first.offset != written.codes[0].second.offset)) {
    reader.fail(written.start, "a single frame has one close code",
                "leave out exact, fin= and rsv to allow several");
  }
  expected.frame = std::move(written.frame);
  if (!written.codes.empty()) expected.frame.kind_value = std::move(written.codes[0].first);
  return expected;
}

/// `close ""`: a Close without code and reason (RFC 6455 §5.5.1).
bool is_empty_string(const PayloadPattern& payload) {
  const auto* expression = std::get_if<ws::Expression>(&payload);
  if (!expression || !expression->is_constant()) return false;
  return ws::evaluate(*expression, {}).value().empty();
}

Pattern to_close(const TokenReader& reader, Written written) {
  if (written.codes.empty() && written.payload && !is_empty_string(*written.payload)) {
    reader.fail(written.start, "a reason needs the codes it may come with",
                "for instance: close 1000..4999 \"bye\"");
  }
  ExpectClose close;
  close.any = written.codes.empty() && !written.payload;
  close.empty = written.codes.empty() && written.payload.has_value();
  close.codes = std::move(written.codes);
  close.reason = close.empty ? PayloadPattern(AnyPayload{}) : written.payload_or_any();
  return close;
}

Pattern read_frame_or_message(TokenReader& reader) {
  Written written = read_written(reader);
  if (written.is_frame()) return to_frame(reader, std::move(written));
  if (written.frame.kind == "close") return to_close(reader, std::move(written));
  if (written.frame.kind == "ping") return ExpectPing{written.payload_or_any()};
  if (written.frame.kind == "pong") return ExpectPong{written.payload_or_any()};
  const auto opcode = written.frame.kind == "text" ? ws::Opcode::text : ws::Opcode::binary;
  return ExpectMessage{opcode, written.payload_or_any()};
}

// ---- http ----

int read_status(TokenReader& reader) {
  const Token token = reader.peek();
  const auto status = ws::parse_number(token.text, 999);
  if (token.kind != Token::Kind::number || !status || *status < 100)
    reader.fail_unexpected("a status code, 100 to 999");
  reader.take();
  return static_cast<int>(*status);
}

std::pair<int, int> read_status_range(TokenReader& reader) {
  const Token start = reader.peek();
  const int first = read_status(reader);
  const int last = reader.accept("..") ? read_status(reader) : first;
  if (last < first) reader.fail(start, "this range is empty");
  return {first, last};
}

std::string read_header_name(TokenReader& reader) {
  const Token token = reader.take();
  if (token.kind == Token::Kind::string) return std::string(token.text.substr(1, token.text.size() - 2));
  if (token.kind != Token::Kind::word) reader.fail(token, "a header's name is missing");
  return std::string(token.text);
}

void read_header_value(TokenReader& reader, HeaderPattern& header) {
  static constexpr std::array<std::string_view, 4> words{"valid", "present", "absent", "token"};
  using Kind = HeaderPattern::Kind;
  const Token token = reader.peek();
  if (ws::starts_expression(reader)) {
    header.kind = Kind::equals;
    header.value = ws::read_expression(reader);
  } else if (token.kind == Token::Kind::regex) {
    header.kind = Kind::regex;
    header.regex = read_regex(reader);
  } else if (reader.accept("token")) {
    header.kind = Kind::has_token;
    header.value = ws::read_expression(reader);
  } else if (reader.accept("valid")) {
    header.kind = Kind::valid;
  } else if (reader.accept("present")) {
    header.kind = Kind::present;
  } else if (reader.accept("absent")) {
    header.kind = Kind::absent;
  } else {
    reader.fail(
        token,
        fmt::format("unexpected {}; expected valid, present, absent, \"value\", /regex/ or token \"value\"",
                    ws::describe(token)),
        diag::did_you_mean(token.text, words));
  }
}

bool equal_without_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

HeaderPattern read_header(TokenReader& reader) {
  HeaderPattern header;
  const Token name = reader.peek();
  header.name = read_header_name(reader);
  reader.expect(":");
  read_header_value(reader, header);
  if (header.kind == HeaderPattern::Kind::valid && !equal_without_case(header.name, "sec-websocket-accept")) {
    reader.fail(name, fmt::format("only sec-websocket-accept can be valid; '{}' has a value of its own",
                                  header.name));
  }
  return header;
}

Pattern read_http(TokenReader& reader) {
  ExpectHttp http;
  if (reader.accept("junk")) {
    http.statuses.emplace_back(0, 0);  // what HttpHead::status() is of a first line that is no status line
  } else if (reader.peek().kind == Token::Kind::word) {
    http.method = reader.take().text;
  } else {
    do {
      http.statuses.push_back(read_status_range(reader));
    } while (reader.accept(","));
  }
  if (reader.peek().kind == Token::Kind::regex) http.head = read_regex(reader);
  if (!reader.accept("{")) return http;
  while (!reader.accept("}")) {
    http.headers.push_back(read_header(reader));
    while (reader.accept(",") || reader.accept(";")) {
    }
  }
  return http;
}

ExpectRaw read_raw(TokenReader& reader) {
  if (reader.peek().kind == Token::Kind::regex) return {RegexPayload{read_regex(reader)}};
  return {ws::read_expression(reader)};
}

}  // namespace

std::chrono::microseconds read_duration(TokenReader& reader) {
  const Token token = reader.peek();
  if (token.kind != Token::Kind::number) reader.fail_unexpected("a duration such as 200ms");
  const auto duration = ws::parse_duration_us(token.text);
  constexpr std::uint64_t longest = 24ULL * 60 * 60 * 1'000'000;
  if (!duration && ws::parse_number(token.text)) {
    reader.fail(token, fmt::format("the duration '{}' has no unit", token.text),
                "write 50us, 200ms, 2s or 1m");
  }
  if (!duration)
    reader.fail(token, fmt::format("'{}' is not a duration", token.text), "write 50us, 200ms, 2s or 1m");
  if (*duration > longest) reader.fail(token, "a duration is at most 24 hours");
  reader.take();
  return std::chrono::microseconds(static_cast<std::int64_t>(*duration));
}

std::vector<std::pair<Pattern, report::Grade>> read_failure(TokenReader& reader) {
  using report::Grade;
  ExpectClose right;
  right.codes = read_codes(reader);
  right.reason = AnyPayload{};
  ExpectClose other;
  other.any = true;
  return {{right, Grade::ok},
          {other, Grade::non_strict},
          {ExpectEof{}, Grade::non_strict},
          {ExpectReset{}, Grade::non_strict}};
}

Pattern read_pattern(TokenReader& reader) {
  const Token token = reader.peek();
  const bool known = std::find(pattern_words.begin(), pattern_words.end(), token.text) != pattern_words.end();
  if (token.kind != Token::Kind::word)
    reader.fail_unexpected(fmt::format("one of {}", fmt::join(pattern_words, ", ")));
  if (!known) {
    reader.fail(token,
                fmt::format("unknown pattern '{}'; one of {}", token.text, fmt::join(pattern_words, ", ")),
                diag::did_you_mean(token.text, pattern_words));
  }
  if (reader.accept("eof")) return ExpectEof{};
  if (reader.accept("reset")) return ExpectReset{};
  if (reader.accept("silence")) return ExpectSilence{read_duration(reader)};
  if (reader.accept("http")) return read_http(reader);
  if (reader.accept("raw")) return read_raw(reader);
  if (reader.accept("json")) return ExpectMessage{ws::Opcode::text, JsonPayload{JsonPattern::read(reader)}};
  return read_frame_or_message(reader);
}

}  // namespace wsrig::engine
