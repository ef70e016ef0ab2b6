// websocketpp as an echo server. Prints its URL.
#include <iostream>

#include <websocketpp/config/asio_no_tls.hpp>
#include <websocketpp/extensions/permessage_deflate/enabled.hpp>
#include <websocketpp/server.hpp>

struct Deflating : websocketpp::config::asio {
  struct permessage_deflate_config {};
  using permessage_deflate_type =
      websocketpp::extensions::permessage_deflate::enabled<permessage_deflate_config>;
};
using Server = websocketpp::server<Deflating>;

int main() {
  Server server;
  server.clear_access_channels(websocketpp::log::alevel::all);
  server.clear_error_channels(websocketpp::log::elevel::all);
  server.set_max_message_size(32 << 20);
  server.init_asio();
  server.set_reuse_addr(true);
  server.set_message_handler([&](websocketpp::connection_hdl connection, Server::message_ptr message) {
    websocketpp::lib::error_code failed;
    server.send(connection, message->get_payload(), message->get_opcode(), failed);
  });
  server.listen(boost::asio::ip::tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
  server.start_accept();
  boost::system::error_code ignored;
  std::cout << "ws://127.0.0.1:" << server.get_local_endpoint(ignored).port() << "/" << std::endl;
  server.run();
}
