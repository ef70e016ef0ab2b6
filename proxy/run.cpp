#include "proxy/run.hpp"

#include <csignal>
#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "cli/options.hpp"
#include "net/http_responder.hpp"
#include "net/server_process.hpp"
#include "net/socket.hpp"
#include "proxy/control.hpp"
#include "proxy/log.hpp"
#include "proxy/server.hpp"

namespace wsrig::proxy {

namespace {

void warn_of_insecure(const Config& config) {
  for (const Route& route : config.routes) {
    if (!route.upstream.insecure) continue;
    Log(config.log)
        .event("warning", {{"route", route.path}, {"reason", "the upstream's certificate is not verified"}});
  }
}

/// Reads the configuration again at each SIGHUP.
class Reloader {
 public:
  Reloader(net::Loop& loop, Server& server, Control& control, LogFormat format,
           std::function<diag::Result<Config>()> reread)
      : signals_(loop.context(), SIGHUP),
        server_(server),
        control_(control),
        log_(format),
        reread_(std::move(reread)) {
    wait();
  }

 private:
  void wait() {
    signals_.async_wait([this](net::error_code error, int) {
      if (error) return;
      reload();
      wait();
    });
  }

  void reload() {
    auto config = reread_();
    if (!config) return log_.event("reload-failed", {{"reason", diag::render(config.error())}});
    warn_of_insecure(*config);
    Control control = control_;  // only a configuration that is taken counts
    if (config->control) control.attach(*config);
    const auto setup = make_setup(std::move(*config));
    const auto problem = setup ? server_.reload(*setup) : std::optional(setup.error());
    if (problem) return log_.event("reload-failed", {{"reason", *problem}});
    control_ = std::move(control);
    log_.event("reloaded", {{"routes", static_cast<std::uint64_t>((*setup)->config.routes.size())}});
  }

  boost::asio::signal_set signals_;
  Server& server_;
  Control& control_;
  Log log_;
  std::function<diag::Result<Config>()> reread_;
};

int fail(const std::string& problem) {
  fmt::print(stderr, "wsrig-proxy: {}\n", problem);
  return cli::exit_code::environment;
}

}  // namespace

diag::Result<int> run(Config config, std::function<diag::Result<Config>()> reread) {
  net::raise_descriptor_limit();
  std::signal(SIGPIPE, SIG_IGN);  // net::SplicePipe
  warn_of_insecure(config);
  Control control;
  if (config.control) control.attach(config);
  const auto setup = make_setup(config);
  if (!setup) return fail(setup.error());
  net::Loop loop;
  Server server(loop, *setup);
  if (const auto problem = server.open()) return fail(*problem);
  std::unique_ptr<net::HttpResponder> control_server;
  if (config.control) {
    auto opened = net::HttpResponder::open(loop, *config.control,
                                           [&](const ws::HttpHead& request, const std::string& body) {
                                             return control.answer(request, body, server.counters());
                                           });
    if (!opened) return fail(opened.error());
    control_server = std::move(*opened);
    Log(config.log).event("control", {{"address", control_server->address()}});
  }
  Reloader reloader(loop, server, control, config.log, std::move(reread));
  net::on_stop_signals(loop, [&](int) { server.stop([&] { loop.stop(); }); });
  for (const net::Url& url : server.addresses()) {
    Log(config.log).event("listen", {{"url", url.print()}});
    net::print_ready("wsrig-proxy", cli::version_number(), url);
  }
  loop.run();
  return cli::exit_code::ok;
}

}  // namespace wsrig::proxy
