#include "echo/run.hpp"

#include <fmt/format.h>

#include "cli/options.hpp"
#include "echo/beast_server.hpp"
#include "echo/core_server.hpp"
#include "echo/misbehaviour.hpp"
#include "net/server_process.hpp"
#include "net/socket.hpp"

namespace wsrig::echo {

namespace {

std::unique_ptr<Application> make_application(const Config& config) {
  switch (config.mode) {
    case Mode::sink: return std::make_unique<SinkApplication>();
    case Mode::source: return std::make_unique<SourceApplication>(config.source_size, config.source_rate);
    case Mode::broadcast: return std::make_unique<BroadcastApplication>();
    case Mode::prefix: return std::make_unique<PrefixApplication>(config.prefix);
    case Mode::echo: break;
  }
  return std::make_unique<EchoApplication>();
}

std::unique_ptr<Server> make_server(net::Loop& loop, const Config& config, Behaviour behaviour) {
  if (config.engine == Engine::beast) return make_beast_server(loop, config);
  return std::make_unique<CoreServer>(loop, config, std::move(behaviour));
}

}  // namespace

diag::Result<Behaviour> make_behaviour(const Config& config) {
  Behaviour behaviour;
  behaviour.endpoint.limits = config.limits;
  behaviour.endpoint.fragment_size = config.fragment_size;
  behaviour.application = make_application(config);
  return misbehave(std::move(behaviour), config.misbehaviours, config.quirks);
}

diag::Result<int> run(const Config& config) {
  auto behaviour = make_behaviour(config);
  if (!behaviour) return behaviour.error();
  net::raise_descriptor_limit();
  net::Loop loop;
  const auto server = make_server(loop, config, std::move(*behaviour));
  if (const auto problem = server->open()) {
    fmt::print(stderr, "wsrig-echo: {}\n", *problem);
    return cli::exit_code::environment;
  }
  net::on_stop_signals(loop, [&](int) { server->stop([&] { loop.stop(); }); });
  for (const net::Url& url : server->addresses()) {
    net::print_ready("wsrig-echo", cli::version_number(), url);
  }
  loop.run();
  return cli::exit_code::ok;
}

}  // namespace wsrig::echo
