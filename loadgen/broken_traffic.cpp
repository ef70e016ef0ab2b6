#include "loadgen/broken_traffic.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "loadgen/connection_values.hpp"

namespace wsrig::loadgen {
namespace {

using namespace std::chrono_literals;

/// A subject that leaves them hanging is not given more at a time.
constexpr std::size_t most_at_once = 64;
/// How long the subject may take to fail the connection.
constexpr auto patience = 2s;

}  // namespace

/// One broken frame on its connection.
class BrokenTraffic::Probe : private LinkEvents {
 public:
  Probe(BrokenTraffic& owner, const BrokenFrame& frame)
      : owner_(owner), frame_(frame), link_(owner.shared_, events()), timer_(owner.shared_.loop) {}

  void open(Link::Request request, std::uint64_t seed) { link_.open(std::move(request), seed); }

 private:
  LinkEvents& events() { return *this; }

  void on_open() override {
    ++owner_.shared_.meter.counters.violations_sent;
    ++owner_.shared_.meter.counters.frames_sent;
    is_sent_ = true;
    ws::append(link_.out(), frame_.wire);
    link_.flush();
    timer_.start(patience, [this] { missed("no reaction"); });
  }
  void on_message(const ws::Message&) override { was_taken_ = true; }
  void on_pong(ws::Bytes) override {}
  void on_read() override {
    if (was_taken_) missed("it was taken for a message");
  }
  void on_writable() override {}

  void on_end(const LinkEnd& end) override {
    if (!is_sent_) {
      owner_.shared_.meter.count_error(end.kind);
    } else if (!is_judged_ && end.close_code && *end.close_code != frame_.close_code) {
      count_missed(fmt::format("close {} instead of {}", *end.close_code, frame_.close_code));
    }
    owner_.remove(*this);
  }

  void missed(const std::string& what) {
    if (is_judged_) return;
    count_missed(what);
    link_.reset();
  }
  void count_missed(const std::string& what) {
    is_judged_ = true;
    ++owner_.shared_.meter.counters.violations_missed;
    owner_.missed_(fmt::format("{}: {} ({})", frame_.text, what, frame_.section));
  }

  BrokenTraffic& owner_;
  const BrokenFrame& frame_;
  Link link_;
  net::Timer timer_;
  bool is_sent_ = false;
  bool was_taken_ = false;
  bool is_judged_ = false;

  friend class BrokenTraffic;
};

BrokenTraffic::BrokenTraffic(LinkShared& shared, const Config& config, Missed missed)
    : shared_(shared), config_(config), missed_(std::move(missed)) {}

BrokenTraffic::~BrokenTraffic() = default;

void BrokenTraffic::follow(std::uint64_t messages_sent) {
  const BrokenPlan& plan = config_.broken;
  if (plan.frames.empty()) return;
  const auto wanted = static_cast<std::uint64_t>(static_cast<double>(messages_sent) * plan.share);
  while (launched_ < wanted && probes_.size() < most_at_once) launch();
}

/// They take turns as the connections of the load do: with their rows, from their addresses.
void BrokenTraffic::launch() {
  const std::uint32_t number = launched_++;
  const auto& frames = config_.broken.frames;
  const ws::Scope values{.lookup = [&](std::string_view name) {
    return name == "seq" ? std::optional<std::string>("0") : connection_value(config_, number, name);
  }};
  probes_.push_back(std::make_unique<Probe>(*this, frames[number % frames.size()]));
  probes_.back()->open(request_of(config_.target, number, values), config_.seed ^ launched_);
}

void BrokenTraffic::remove(const Probe& probe) {
  std::erase_if(probes_, [&](const auto& one) { return one.get() == &probe; });
}

}  // namespace wsrig::loadgen
