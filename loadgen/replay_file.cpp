#include "loadgen/replay_file.hpp"

#include <algorithm>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "cli/repeated_key.hpp"
#include "net/base64_decoder.hpp"

namespace wsrig::loadgen {
namespace {

namespace json = boost::json;

constexpr std::string_view wanted = R"(a line is {"text": "…"} or {"binary": "<base64>"})";

struct LineMistake {
  std::string message;
};

ws::Expression literal(std::string octets) {
  ws::Expression expression;
  if (!octets.empty()) expression.parts.emplace_back(std::move(octets));
  return expression;
}

MixEntry text_entry(std::string_view text) {
  auto payload = ws::parse_template(text);
  if (!payload) throw LineMistake{payload.error().message};
  return {.kind = MixEntry::Kind::text, .payload = std::move(*payload)};
}

MixEntry binary_entry(std::string_view text) {
  net::Base64Decoder decoder;
  ws::ByteBuffer octets;
  if (!decoder.feed(ws::as_bytes(text), octets) || !decoder.is_complete())
    throw LineMistake{"this is not base64"};
  return {.kind = MixEntry::Kind::binary, .payload = literal(std::string(ws::as_text(octets)))};
}

MixEntry read_line(std::string_view line) {
  json::error_code error;
  const json::value value = json::parse(line, error);
  if (error) throw LineMistake{"this is not JSON: " + error.message()};
  const json::object* const object = value.if_object();
  if (object == nullptr || object->size() != 1 || !object->begin()->value().is_string()) {
    throw LineMistake{std::string(wanted)};
  }
  const std::string_view key = object->begin()->key();
  const std::string_view text = object->begin()->value().get_string();
  if (key == "text") return text_entry(text);
  if (key == "binary") return binary_entry(text);
  throw LineMistake{std::string(wanted)};
}

}  // namespace

diag::Result<std::vector<MixEntry>> parse_replay(const std::string& name, std::string_view text) {
  const diag::Source source(name, std::string(text));
  std::vector<MixEntry> entries;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    try {
      if (line.find_first_not_of(" \t\r") != std::string_view::npos) entries.push_back(read_line(line));
    } catch (const LineMistake& mistake) {
      return source.at(begin, line.size(), mistake.message);
    }
    begin = end + 1;
  }
  if (auto repeated = cli::find_repeated_key(source)) return std::move(*repeated);
  if (entries.empty()) return source.at(0, 1, "there is no message in this file");
  return entries;
}

}  // namespace wsrig::loadgen
