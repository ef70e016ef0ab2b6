#include "scenarios/engine/run/captured_run.hpp"

#include <array>
#include <cstdlib>
#include <fmt/format.h>
#include <fstream>
#include <unistd.h>
#include <utility>

#include "ws/bytes.hpp"

namespace wsrig::engine {
namespace {

using report::Grade;

/// A new file that holds these octets; empty where there can be none.
std::filesystem::path write_temporary(ws::Bytes octets) {
  std::error_code bad;
  std::string name = std::filesystem::temp_directory_path(bad) / "wsrig-XXXXXX";
  const int descriptor = ::mkstemp(name.data());
  if (descriptor < 0) return {};
  ::close(descriptor);
  std::ofstream file(name, std::ios::binary);
  file << ws::as_text(octets);
  return file.good() ? name : std::string();
}

}  // namespace

CapturedRun::CapturedRun(net::Loop& loop, const CaseSettings& settings, const CaseInstance& instance,
                         Done done)
    : loop_(loop),
      capture_(*instance.definition->capture),
      done_(std::move(done)),
      run_(loop, settings, instance, [this](report::CaseResult result) { on_result(std::move(result)); }) {}

CapturedRun::~CapturedRun() {
  std::error_code bad;
  if (!file_.empty()) std::filesystem::remove(file_, bad);
}

void CapturedRun::interrupt() {
  if (!call_) return run_.interrupt();
  call_.reset();
  result_.grade = Grade::error;
  result_.message = "interrupted";
  loop_.post([this, alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired()) finish();
  });
}

void CapturedRun::on_result(report::CaseResult result) {
  const bool is_judged =
      result.grade != Grade::fail && result.grade != Grade::error && result.grade != Grade::skip;
  result_ = std::move(result);
  if (!is_judged) return finish();
  file_ = write_temporary(result_.capture);
  call_ = std::make_unique<PcapCall>(loop_, capture_.arguments, file_,
                                     [this](const PcapOutput& output) { judge(output); });
}

/// Each line is found in a line of the output, in order; packets, times and ports differ from run to run.
void CapturedRun::judge(const PcapOutput& output) {
  auto line = output.lines.begin();
  for (const std::string& wanted : capture_.expected_lines()) {
    while (line != output.lines.end() && line->find(wanted) == std::string::npos) ++line;
    if (line == output.lines.end()) {
      result_.grade = Grade::fail;
      result_.message = "wsrig-pcap says something else of what went over the wire";
      result_.expected = wanted;
      result_.received = fmt::format("{}", fmt::join(output.lines, "\n"));
      break;
    }
    ++line;
  }
  if (!output.problem.empty()) {
    result_.grade = Grade::error;
    result_.message = output.problem;
  }
  finish();
}

void CapturedRun::finish() {
  const Done done = std::move(done_);  // it destroys this
  done(std::move(result_));
}

}  // namespace wsrig::engine
