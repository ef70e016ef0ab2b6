#pragma once

#include <functional>
#include <memory>

#include "net/loop.hpp"
#include "net/url.hpp"
#include "scenarios/engine/format/model.hpp"
#include "scenarios/engine/run/transcript.hpp"

namespace wsrig::engine {

class Connection;

/// Asks again and again whether something answers at a URL: a connection for `port`, a response for `http`,
/// a 101 for `ws`.
class ReadyProbe {
 public:
  ReadyProbe(net::Loop& loop, Ready ready, std::function<void()> is_ready);
  ~ReadyProbe();

 private:
  void attempt();
  void look();
  void ask();
  void again();

  net::Loop& loop_;
  Ready ready_;
  std::function<void()> is_ready_;
  net::Timer timer_;
  net::Url url_;
  Transcript transcript_;
  std::unique_ptr<Connection> connection_;
  bool asked_ = false;
};

}  // namespace wsrig::engine
