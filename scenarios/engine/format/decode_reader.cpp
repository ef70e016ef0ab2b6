#include "scenarios/engine/format/decode_reader.hpp"

#include <fmt/format.h>
#include <sstream>

#include "scenarios/engine/format/case_reader.hpp"
#include "scenarios/engine/format/scenario_file.hpp"
#include "scenarios/engine/format/scenario_keys.hpp"
#include "ws/number.hpp"

namespace wsrig::engine {
namespace {

/// Reads what both kinds of captures have.
void read_arguments(const YamlNode& node, Decode& decode, Findings& findings) {
  if (const YamlNode* const args = node.find("args")) decode.arguments = read_texts(*args, "args", findings);
}

class DecodeReader {
 public:
  DecodeReader(const YamlNode& node, const std::filesystem::path& folder, Findings& findings)
      : node_(node), folder_(folder), findings_(findings) {}

  Case run() {
    case_.line = node_.line;
    case_.combinations = {{}};
    case_.section = "wsrig-pcap";
    case_.decode.emplace();
    if (!check_keys(node_, "an entry of decode", keys::decode, findings_)) return std::move(case_);
    read_words();
    read_capture();
    read_expected();
    case_.steps_text =
        fmt::format("wsrig-pcap {}{}{}\n{}", fmt::join(decode().arguments, " "),
                    decode().arguments.empty() ? "" : " ", decode().capture_name, decode().expected);
    return std::move(case_);
  }

 private:
  Decode& decode() { return *case_.decode; }

  void read_words() {
    const YamlNode* const id = node_.find("id");
    if (!id) return findings_.add(node_, "an entry of decode needs an id");
    case_.id = read_text(*id, "id", findings_).value_or("");
    case_.line = id->line;
    if (id->is_scalar() && !is_slug(case_.id))
      findings_.add(*id, fmt::format("'{}' is not a slug", case_.id));
    if (const YamlNode* const about = node_.find("about"))
      case_.about = read_text(*about, "about", findings_).value_or("");
    if (const YamlNode* const tags = node_.find("tags")) case_.tags = read_texts(*tags, "tags", findings_);
    read_arguments(node_, decode(), findings_);
  }

  void read_capture() {
    const YamlNode* const capture = node_.find("capture");
    if (!capture) return findings_.add(node_, "an entry of decode needs a capture");
    decode().capture_name = read_text(*capture, "capture", findings_).value_or("");
    decode().capture = (folder_ / decode().capture_name).lexically_normal();
    std::error_code bad;
    if (!std::filesystem::is_regular_file(decode().capture, bad))
      findings_.add(*capture, fmt::format("there is no file '{}'", decode().capture.string()));
  }

  void read_expected() {
    const YamlNode* const expect = node_.find("expect");
    const YamlNode* const golden = node_.find("golden");
    if ((expect == nullptr) == (golden == nullptr))
      return findings_.add(node_, "an entry of decode has either 'expect' or 'golden'");
    if (expect) decode().expected = read_text(*expect, "expect", findings_).value_or("");
    if (golden) read_golden(*golden);
    if (const YamlNode* const exit = node_.find("exit")) read_exit(*exit);
  }

  void read_golden(const YamlNode& golden) {
    const std::string name = read_text(golden, "golden", findings_).value_or("");
    auto text = read_scenario_text((folder_ / name).lexically_normal().string());
    if (!text) return findings_.add(golden, text.error().message);
    decode().expected = std::move(*text);
  }

  void read_exit(const YamlNode& node) {
    const std::string text = read_text(node, "exit", findings_).value_or("");
    const auto status = ws::to_integer<std::uint8_t>(text);
    if (!status) findings_.add(node, fmt::format("'{}' is not an exit status", text));
    decode().exit_status = status.value_or(0);
  }

  const YamlNode& node_;
  const std::filesystem::path& folder_;
  Findings& findings_;
  Case case_;
};

}  // namespace

std::vector<std::string> Decode::expected_lines() const {
  std::vector<std::string> lines;
  std::istringstream stream(expected);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

Decode read_capture(const YamlNode& node, Findings& findings) {
  Decode decode;
  if (!check_keys(node, "capture", keys::capture, findings)) return decode;
  read_arguments(node, decode, findings);
  const YamlNode* const expect = node.find("expect");
  if (!expect) {
    findings.add(node, "capture needs what wsrig-pcap shall say: expect");
    return decode;
  }
  decode.expected = read_text(*expect, "expect", findings).value_or("");
  if (expect->is_scalar() && decode.expected.empty()) findings.add(*expect, "expect is empty");
  return decode;
}

Case read_decode(const YamlNode& node, const std::filesystem::path& folder, Findings& findings) {
  return DecodeReader(node, folder, findings).run();
}

}  // namespace wsrig::engine
