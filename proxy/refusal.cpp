#include "proxy/refusal.hpp"

#include "proxy/farewell.hpp"

namespace wsrig::proxy {

std::unique_ptr<Connection> refuse_client(Services& services, std::shared_ptr<const Setup> setup,
                                          std::unique_ptr<net::Channel> channel, const ClientInfo& client,
                                          const ws::ResponseHead& response, std::string_view method) {
  ++services.counters.refused;
  std::string_view why = response.body;
  if (why.ends_with('\n')) why.remove_suffix(1);
  Log(setup->config.log)
      .event("refused", {{"client", client.address},
                         {"target", client.target},
                         {"status", static_cast<std::uint64_t>(response.status)},
                         {"reason", why}});
  std::string text = response.print();
  if (method == "HEAD") text.resize(text.size() - response.body.size());  // RFC 9110 §9.3.2
  return std::make_unique<Farewell>(services, std::move(setup), std::move(channel), std::move(text));
}

}  // namespace wsrig::proxy
