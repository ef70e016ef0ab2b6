#include "loadgen/start_barrier.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <vector>

#include "net/dial.hpp"
#include "net/listen.hpp"
#include "net/loop.hpp"
#include "ws/number.hpp"

/// A line each way: `wsrig-barrier 1 RUN WORLD RANK`, then `start AGREED AHEAD` (nanoseconds), or `refused
/// WHY`.
namespace wsrig::loadgen {

namespace {

using std::chrono::nanoseconds;
using Outcome = Meeting::Outcome;
constexpr std::size_t longest_line = 400;
constexpr std::chrono::milliseconds between_calls{50};

Outcome failure(std::string why) { return {boost::system::in_place_error, std::move(why)}; }

std::string greeting_front(const BarrierConfig& config, const ShardIdentity& shard) {
  return fmt::format("wsrig-barrier 1 {} {} ", config.run, shard.world);
}

/// Collects a line, without its end; a very long one is given as far as it is read, and is nonsense.
class LineReader {
 public:
  std::optional<std::string> feed(ws::Bytes data) {
    text_ += ws::as_text(data);
    const std::size_t end = std::min(text_.find('\n'), longest_line);
    return end <= text_.size() ? std::optional(text_.substr(0, end)) : std::nullopt;
  }

 private:
  std::string text_;
};

}  // namespace

/// What rank 0 and the others have in common: they tell what came of it, once, in a turn of its own.
class Meeting::Side {
 public:
  Side(net::Loop& loop, const BarrierConfig& config, const ShardIdentity& shard, Done done)
      : loop_(loop), config_(config), shard_(shard), done_(std::move(done)), patience_(loop) {}
  virtual ~Side() = default;

 protected:
  void finish(Outcome outcome) {
    patience_.start({}, [this, result = std::move(outcome)] {
      const Done call = std::exchange(done_, nullptr);
      call(result);
    });
  }

  net::Loop& loop_;
  const BarrierConfig config_;
  const ShardIdentity shard_;
  Done done_;
  net::Timer patience_;
};

// ---- rank 0 ----

class Meeting::Host final : public Side {
 public:
  Host(net::Loop& loop, const BarrierConfig& config, const ShardIdentity& shard, Done done)
      : Side(loop, config, shard, std::move(done)), present_(shard.world) {
    listen();
  }

 private:
  void listen() {
    auto listener =
        net::Listener::open(loop_, config_.address, {}, [this](std::unique_ptr<net::Channel> channel) {
          guests_.push_back(std::make_unique<Guest>(*this, std::move(channel)));
        });
    if (!listener) return finish(failure("the barrier cannot " + listener.error()));
    listener_ = std::move(*listener);
    if (all_are_here()) return dismiss();
    patience_.start(config_.patience,
                    [this] { finish(failure("the barrier waited in vain for " + missing())); });
  }

  /// A connection to rank 0; `rank` is 0 until it has said who it is.
  class Guest final : public net::ChannelHandler {
   public:
    Guest(Host& host, std::unique_ptr<net::Channel> channel) : host_(host), channel_(std::move(channel)) {
      channel_->start(*this);
    }
    std::uint32_t rank() const { return rank_; }
    void say(const std::string& line) { channel_->send(ws::as_bytes(line + '\n')); }
    void refuse(const std::string& why) {
      say("refused " + why);
      channel_->shutdown();
    }

   private:
    void on_data(ws::MutableBytes data) override {
      if (greeted_) return;
      const auto line = reader_.feed(data);
      if (!line) return;
      greeted_ = true;
      rank_ = host_.admit(*this, *line);
    }
    void on_eof() override { host_.leave(*this); }
    void on_error(net::error_code) override { host_.leave(*this); }

    Host& host_;
    std::unique_ptr<net::Channel> channel_;
    LineReader reader_;
    bool greeted_ = false;
    std::uint32_t rank_ = 0;
  };

  bool all_are_here() const { return arrived_ + 1 == shard_.world; }

  /// The rank of a shard that may stay, else 0.
  std::uint32_t admit(Guest& guest, const std::string& line) {
    const std::string front = greeting_front(config_, shard_);
    const auto rank =
        line.starts_with(front) ? ws::to_integer<std::uint32_t>(line.substr(front.size())) : std::nullopt;
    if (!rank || *rank == 0 || *rank >= shard_.world) {
      guest.refuse(fmt::format("this barrier is for {} shards of run {}, not for '{}'", shard_.world,
                               config_.run, line.substr(0, 100)));
      return 0;
    }
    if (present_[*rank]) {
      guest.refuse(fmt::format("shard {} is here already", *rank));
      return 0;
    }
    present_[*rank] = true;
    if (++arrived_ + 1 == shard_.world) patience_.start({}, [this] { dismiss(); });
    return *rank;
  }

  void leave(const Guest& guest) {
    if (guest.rank() != 0) {
      present_[guest.rank()] = false;
      --arrived_;
    }
    std::erase_if(guests_, [&](const auto& entry) { return entry.get() == &guest; });
  }

  /// Tells everybody when to begin. What is written here leaves at once: it is a line.
  void dismiss() {
    if (!all_are_here()) return finish(failure("the barrier waited in vain for " + missing()));
    const nanoseconds start = real_time() + config_.notice;
    for (const auto& guest : guests_) {
      if (guest->rank() == 0) continue;
      guest->say(fmt::format("start {} {}", start.count(), (start - real_time()).count()));
    }
    finish(AgreedStart{.agreed = start, .here = start});
  }

  std::string missing() const {
    std::string ranks;
    for (std::uint32_t rank = 1; rank < shard_.world; ++rank) {
      if (!present_[rank]) ranks += fmt::format("{}{}", ranks.empty() ? "" : ", ", rank);
    }
    return fmt::format("shard {} of {}", ranks, shard_.world);
  }

  std::unique_ptr<net::Listener> listener_;
  std::vector<bool> present_;  ///< by rank
  std::uint32_t arrived_ = 0;
  std::vector<std::unique_ptr<Guest>> guests_;
};

// ---- the others ----

/// Calls rank 0 until it answers: it may be started later.
class Meeting::Caller final : public Side, private net::ChannelHandler {
 public:
  Caller(net::Loop& loop, const BarrierConfig& config, const ShardIdentity& shard, Done done)
      : Side(loop, config, shard, std::move(done)), pause_(loop) {
    patience_.start(config_.patience, [this] {
      end(failure(fmt::format("the barrier at {} did not open: {}", config_.address.address(), last_)));
    });
    call();
  }

 private:
  void call() {
    dial_ = std::make_unique<net::Dial>(loop_, config_.address, net::DialOptions{}, [this](auto result) {
      if (!result) return call_again(result.error().message);
      channel_ = std::move(*result);
      reader_ = {};
      last_ = "not all shards have come";
      channel_->send(ws::as_bytes(greeting_front(config_, shard_) + std::to_string(shard_.rank) + '\n'));
      channel_->start(*this);
    });
  }

  void call_again(std::string why) {
    if (is_over_) return;
    last_ = std::move(why);
    pause_.start(between_calls, [this] {
      channel_.reset();
      call();
    });
  }

  void on_data(ws::MutableBytes data) override {
    if (const auto line = reader_.feed(data)) end(read_answer(*line));
  }
  void on_eof() override { call_again("it hung up"); }
  void on_error(net::error_code error) override { call_again(error.message()); }

  static Outcome read_answer(std::string_view line) {
    constexpr std::string_view start = "start ", refused = "refused ";
    if (line.starts_with(refused)) return failure("the barrier: " + std::string(line.substr(refused.size())));
    const std::size_t blank = line.rfind(' ');
    if (line.starts_with(start) && blank > start.size()) {
      const auto agreed = ws::to_integer<std::int64_t>(line.substr(start.size(), blank - start.size()));
      const auto ahead = ws::to_integer<std::int64_t>(line.substr(blank + 1));
      if (agreed && ahead) return AgreedStart{nanoseconds(*agreed), real_time() + nanoseconds(*ahead)};
    }
    return failure("no barrier of wsrig-load listens there");
  }

  /// What comes behind the answer is of no interest.
  void end(Outcome outcome) {
    is_over_ = true;
    pause_.cancel();
    finish(std::move(outcome));
  }

  net::Timer pause_;
  std::unique_ptr<net::Dial> dial_;
  std::unique_ptr<net::Channel> channel_;
  LineReader reader_;
  std::string last_ = "nobody answers";  ///< what came of the last call
  bool is_over_ = false;
};

Meeting::Meeting(net::Loop& loop, const BarrierConfig& config, const ShardIdentity& shard, Done done) {
  if (shard.rank == 0) {
    side_ = std::make_unique<Host>(loop, config, shard, std::move(done));
  } else {
    side_ = std::make_unique<Caller>(loop, config, shard, std::move(done));
  }
}
Meeting::~Meeting() = default;

Meeting::Outcome meet_at_barrier(const BarrierConfig& config, const ShardIdentity& shard) {
  net::Loop loop;
  std::optional<Outcome> outcome;
  Meeting meeting(loop, config, shard, [&](Outcome result) {
    outcome = std::move(result);
    loop.stop();
  });
  loop.run();
  return std::move(*outcome);
}

}  // namespace wsrig::loadgen
