#include "scenarios/engine/run/ready_probe.hpp"

#include <chrono>
#include <fmt/format.h>
#include <utility>

#include "scenarios/engine/run/connection.hpp"
#include "ws/handshake.hpp"

namespace wsrig::engine {
namespace {

constexpr std::chrono::milliseconds probe_interval{50};

}  // namespace

ReadyProbe::ReadyProbe(net::Loop& loop, Ready ready, std::function<void()> is_ready)
    : loop_(loop), ready_(std::move(ready)), is_ready_(std::move(is_ready)), timer_(loop) {
  std::string url = ready_.value;
  if (ready_.kind == Ready::Kind::port) url = "tcp://" + url;
  if (url.starts_with("http://")) url = "ws" + url.substr(4);
  if (auto parsed = net::parse_url(url)) url_ = *parsed;
  attempt();
}

ReadyProbe::~ReadyProbe() = default;

void ReadyProbe::attempt() {
  Connection::Options options;
  options.url = url_;
  options.dial.timeout = std::chrono::seconds(2);
  options.epoch = std::chrono::steady_clock::now();
  asked_ = false;
  transcript_ = Transcript();
  connection_ =
      std::make_unique<Connection>(loop_, std::move(options), Random(1), transcript_, [this] { look(); });
  connection_->open();
  timer_.start(std::chrono::seconds(2), [this] { attempt(); });
}

void ReadyProbe::look() {
  if (connection_->dial_error()) return again();
  if (connection_->phase() == Connection::Phase::dialling) return;
  if (ready_.kind == Ready::Kind::port) return is_ready_();
  if (!std::exchange(asked_, true)) ask();
  while (const auto seen = connection_->take()) {
    const auto* response = std::get_if<SawHead>(&seen->what);
    if (response != nullptr && response->head->is_interim()) continue;
    const bool fits = response != nullptr && (ready_.kind == Ready::Kind::ws ? response->head->status() == 101
                                                                             : response->head->status() > 0);
    return fits ? is_ready_() : again();
  }
}

void ReadyProbe::ask() {
  if (ready_.kind == Ready::Kind::ws) {
    ws::ClientRequest request;
    request.target = url_.target;
    request.host = url_.authority();
    request.key = ws::make_key({});
    connection_->send_http(ws::build_request(request), 0);
  } else {
    connection_->send_http(fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
                                       url_.target, url_.authority()),
                           0);
  }
}

void ReadyProbe::again() {
  timer_.start(probe_interval, [this] { attempt(); });
}

}  // namespace wsrig::engine
