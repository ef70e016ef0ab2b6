#include "scenarios/engine/run/pcap_call.hpp"

#include <utility>

#include "scenarios/engine/run/services.hpp"

namespace wsrig::engine {
namespace {

constexpr std::chrono::seconds patience(60);
/// Output that is kept; more is another output than anybody writes down.
constexpr std::size_t most_output = 64u << 20;

}  // namespace

PcapCall::PcapCall(net::Loop& loop, std::vector<std::string> arguments, const std::filesystem::path& capture,
                   Done done)
    : loop_(loop), done_(std::move(done)), timer_(loop) {
  std::vector<std::string> argv{sibling_program("wsrig-pcap")};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  argv.push_back(capture.string());
  auto started = ChildProcess::start(loop_, {.argv = std::move(argv),
                                             .environment = {},
                                             .on_line = [this](std::string_view line) { on_line(line); },
                                             .on_exit = [this] { on_exit(); }});
  if (!started) {
    finish(started.error());
    return;
  }
  program_ = std::move(*started);
  timer_.start(patience, [this] { finish("wsrig-pcap does not end"); });
}

PcapCall::~PcapCall() = default;

void PcapCall::on_line(std::string_view line) {
  octets_ += line.size();
  if (octets_ <= most_output) output_.lines.emplace_back(line);
}

void PcapCall::on_exit() {
  output_.exit_status = program_->exit_status();
  output_.exit_text = program_->exit_text();
  finish({});
}

void PcapCall::finish(std::string problem) {
  if (std::exchange(is_finished_, true)) return;
  output_.problem = std::move(problem);
  loop_.post([this, alive = std::weak_ptr<bool>(alive_)] {
    if (alive.expired()) return;
    const Done done = std::move(done_);  // it may destroy this
    done(std::move(output_));
  });
}

}  // namespace wsrig::engine
