#include "loadgen/live_outputs.hpp"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <sys/socket.h>
#include <utility>

#include "cli/options.hpp"
#include "loadgen/console.hpp"
#include "loadgen/result_json.hpp"
#include "loadgen/text_formats.hpp"
#include "net/datagram.hpp"

namespace wsrig::loadgen {

namespace {

constexpr std::uint32_t seconds_between_lines = 10;  ///< where nobody watches

boost::system::result<net::Url, std::string> parse_address(const std::string& option,
                                                           const std::string& address) {
  auto url = net::parse_url("tcp://" + address);
  if (!url)
    return {boost::system::in_place_error, fmt::format("--{} '{}': {}", option, address, url.error())};
  return url;
}

}  // namespace

boost::system::result<std::unique_ptr<LiveOutputs>, std::string> LiveOutputs::open(const OutputConfig& config,
                                                                                   net::Loop& loop) {
  std::unique_ptr<LiveOutputs> outputs(new LiveOutputs);
  outputs->quiet_ = config.quiet;
  outputs->on_terminal_ = cli::is_live(2);
  std::string error;
  if (!config.jsonl.empty()) error = outputs->open_events(config.jsonl);
  if (error.empty() && !config.prometheus.empty()) error = outputs->open_prometheus(config.prometheus, loop);
  if (error.empty() && !config.statsd.empty()) error = outputs->open_statsd(config.statsd);
  if (!error.empty()) return {boost::system::in_place_error, error};
  return outputs;
}

std::string LiveOutputs::open_events(const std::string& path) {
  events_ = cli::open_stream(path);
  return events_ ? std::string{} : fmt::format("cannot write {}: {}", path, std::strerror(errno));
}

std::string LiveOutputs::open_prometheus(const std::string& address, net::Loop& loop) {
  const auto url = parse_address("prometheus", address);
  if (!url) return url.error();
  auto responder = net::HttpResponder::open(
      loop, *url, [this](const ws::HttpHead& request, const std::string&) { return answer(request); });
  if (!responder) return responder.error();
  responder_ = std::move(*responder);
  fmt::print(stderr, "wsrig-load: metrics at http://{}/metrics\n", responder_->address());
  return {};
}

std::string LiveOutputs::open_statsd(const std::string& address) {
  const auto url = parse_address("statsd", address);
  if (!url) return url.error();
  auto socket = net::connect_datagram(*url);
  if (!socket) return socket.error();
  statsd_ = std::move(*socket);
  return {};
}

ws::ResponseHead LiveOutputs::answer(const ws::HttpHead& request) const {
  const bool is_known = request.target() == "/metrics";
  if (!is_known || request.method() != "GET")
    return ws::build_refusal(is_known ? 405 : 404, "GET /metrics\n");
  return {.status = 200,
          .reason = std::string(ws::reason_phrase(200)),
          .fields = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}, {"Connection", "close"}},
          .body = to_prometheus(so_far_, connections_)};
}

std::string LiveOutputs::start(const Meta& meta) {
  if (!events_ || write_event(start_event(meta))) return {};
  return fmt::format("cannot write the stream of --jsonl: {}", std::strerror(errno));
}

void LiveOutputs::second(const Phase& phase, const Second& second) {
  if (events_) go_on_with(second_event(phase, second));
  if (responder_) so_far_.append(second.figures);
  connections_ = second.connections;
  if (statsd_.is_open()) {
    // A monitoring system that is not there is no matter of the run's.
    for (const std::string& datagram : to_statsd(second)) {
      ::send(statsd_.get(), datagram.data(), datagram.size(), MSG_NOSIGNAL);
    }
  }
  if (!quiet_) show_progress(phase, second);
}

void LiveOutputs::finish(const Result& result) {
  if (on_terminal_ && !quiet_) fmt::print(stderr, "\r\x1b[K");
  if (events_) go_on_with(end_event(result));
}

bool LiveOutputs::write_event(const std::string& event) {
  return std::fwrite(event.data(), 1, event.size(), events_.get()) == event.size() &&
         std::fputc('\n', events_.get()) != EOF && std::fflush(events_.get()) == 0;
}

/// A stream that ends early is said once, and the run goes on.
void LiveOutputs::go_on_with(const std::string& event) {
  if (write_event(event)) return;
  fmt::print(stderr, "wsrig-load: the stream of --jsonl ends here: {}\n", std::strerror(errno));
  events_.reset();
}

void LiveOutputs::show_progress(const Phase& phase, const Second& second) const {
  if (on_terminal_) {
    fmt::print(stderr, "\r\x1b[K{}", progress_line(phase, second));
  } else if ((second.number + 1) % seconds_between_lines == 0) {
    fmt::print(stderr, "{}\n", progress_line(phase, second));
  }
}

}  // namespace wsrig::loadgen
