#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/system/result.hpp>

#include "net/channel.hpp"
#include "net/dial.hpp"
#include "net/loop.hpp"
#include "net/url.hpp"
#include "ws/body_reader.hpp"
#include "ws/http_head.hpp"

namespace wsrig::net {

/// What came back; `body` is the content, without the framing of chunks (RFC 9112 §7.1).
struct HttpAnswer {
  ws::HttpHead head;
  std::string body{};
};

/// The request with what its author left out and the server of `url` needs: Host, Connection: close, and the
/// Content-Length of its body where it says nothing of that.
std::string complete_request(std::string request, const Url& url);

/// One HTTP request and its answer, on a connection of its own, which ends with it. Interim answers
/// (RFC 9110 §15.2) are passed over. It waits as long as it takes: who has waited enough destroys it.
class HttpExchange final : private ChannelHandler {
 public:
  /// An error is in words that do not differ from one connection to the next: "connect: Connection refused".
  using Done = std::function<void(boost::system::result<HttpAnswer, std::string>)>;
  /// `request` is sent as it is; `done` is called once, from the loop, and may destroy the exchange.
  HttpExchange(Loop& loop, const Url& url, const DialOptions& options, std::string request, Done done);

 private:
  using Outcome = boost::system::result<HttpAnswer, std::string>;

  void on_dialled(boost::system::result<std::unique_ptr<Channel>, DialError> result);
  std::string read_head(ws::Bytes& data);
  void finish(Outcome outcome);

  void on_data(ws::MutableBytes data) override;
  void on_eof() override;
  void on_error(error_code error) override;

  std::string request_;
  std::string method_;
  Done done_;
  std::unique_ptr<Dial> dial_;
  std::unique_ptr<Channel> channel_;
  ws::HeadReader head_reader_;
  ws::BodyReader body_reader_;
  std::optional<HttpAnswer> answer_;  ///< once its head has come
};

}  // namespace wsrig::net
