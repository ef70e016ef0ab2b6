#include "scenarios/engine/run/decode_run.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace wsrig::engine {
namespace {

/// The line with its number, as a report shows it.
std::string shown(const std::vector<std::string>& lines, std::size_t index) {
  return index < lines.size() ? fmt::format("line {}: {}", index + 1, lines[index]) : "the end of the output";
}

void replace_all(std::string& text, const std::string& what, const std::string& by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

}  // namespace

DecodeRun::DecodeRun(net::Loop& loop, const CaseInstance& instance, Done done)
    : loop_(loop), instance_(instance), done_(std::move(done)), result_(describe_case(instance)) {}

void DecodeRun::start() {
  const Decode& decode = *instance_.definition->decode;
  call_ = std::make_unique<PcapCall>(loop_, decode.arguments, decode.capture,
                                     [this](PcapOutput output) { judge(std::move(output)); });
}

void DecodeRun::interrupt() {
  call_.reset();
  loop_.post([this, alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired()) decide(report::Grade::error, "interrupted");
  });
}

void DecodeRun::judge(PcapOutput output) {
  const Decode& decode = *instance_.definition->decode;
  if (!output.problem.empty()) return decide(report::Grade::error, output.problem);
  for (std::string& line : output.lines) {
    // As the file names it, wherever that lies.
    replace_all(line, decode.capture.string(), decode.capture_name);
    result_.transcript.push_back({.direction = '<', .text = line});
  }
  const std::vector<std::string> expected = decode.expected_lines();
  const auto [got, wanted] =
      std::mismatch(output.lines.begin(), output.lines.end(), expected.begin(), expected.end());
  if (got != output.lines.end() || wanted != expected.end()) {
    const auto index = static_cast<std::size_t>(got - output.lines.begin());
    result_.expected = shown(expected, index);
    result_.received = shown(output.lines, index);
    return decide(report::Grade::fail, "wsrig-pcap says something else of the capture");
  }
  if (output.exit_status != decode.exit_status) {
    result_.expected = fmt::format("exit status {}", decode.exit_status);
    result_.received = output.exit_text;
    return decide(report::Grade::fail, "wsrig-pcap ends with another status");
  }
  decide(report::Grade::ok, {});
}

void DecodeRun::decide(report::Grade grade, std::string message) {
  result_.grade = grade;
  result_.message = std::move(message);
  const Done done = std::move(done_);  // it destroys this
  done(std::move(result_));
}

}  // namespace wsrig::engine
