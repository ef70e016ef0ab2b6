#pragma once

#include <memory>
#include <optional>
#include <string>

#include <boost/system/result.hpp>

#include "cli/output_file.hpp"
#include "loadgen/output_options.hpp"
#include "loadgen/result.hpp"
#include "net/http_responder.hpp"
#include "net/socket.hpp"

namespace wsrig::loadgen {

/// What tells of a run while it goes on: a line on stderr (each second on a terminal, else each ten), JSON
/// lines, a Prometheus endpoint, datagrams to statsd.
class LiveOutputs {
 public:
  /// Opens all (where Prometheus is answered is said on stderr); an error is one line. `loop` serves
  /// Prometheus, and outlives this.
  static boost::system::result<std::unique_ptr<LiveOutputs>, std::string> open(const OutputConfig& config,
                                                                               net::Loop& loop);

  /// An error (a full disk) is one line: then nothing should be run.
  std::string start(const Meta& meta);
  void second(const Phase& phase, const Second& second);
  /// Before the table is printed: ends the line on the terminal and the stream.
  void finish(const Result& result);

 private:
  LiveOutputs() = default;
  std::string open_events(const std::string& path);
  std::string open_prometheus(const std::string& address, net::Loop& loop);
  std::string open_statsd(const std::string& address);
  bool write_event(const std::string& event);
  void go_on_with(const std::string& event);
  void show_progress(const Phase& phase, const Second& second) const;
  ws::ResponseHead answer(const ws::HttpHead& request) const;

  cli::OutputStream events_;
  std::unique_ptr<net::HttpResponder> responder_;
  net::Descriptor statsd_;
  Figures so_far_;                 ///< for Prometheus, whose counters never fall
  std::uint64_t connections_ = 0;  ///< at the end of the last second
  bool quiet_ = false;
  bool on_terminal_ = false;
};

}  // namespace wsrig::loadgen
