#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/system/result.hpp>

#include "net/listen.hpp"
#include "net/loop.hpp"
#include "net/url.hpp"
#include "ws/handshake.hpp"

namespace wsrig::net {

/// Answers small HTTP/1.1 requests on a loop, one a connection: control endpoints and metrics. A body is
/// bounded, and so are the connections and their time.
class HttpResponder {
 public:
  /// The answer to a request and its body.
  using Answer = std::function<ws::ResponseHead(const ws::HttpHead& request, const std::string& body)>;
  /// Errors are one line.
  static boost::system::result<std::unique_ptr<HttpResponder>, std::string> open(Loop& loop, const Url& url,
                                                                                 Answer answer);
  ~HttpResponder();
  HttpResponder(const HttpResponder&) = delete;
  HttpResponder& operator=(const HttpResponder&) = delete;

  /// "127.0.0.1:40123"
  std::string address() const { return listener_->address(); }

 private:
  class Session;
  HttpResponder(Loop& loop, Answer answer);
  void accepted(std::unique_ptr<Channel> channel);
  void remove(const Session& session);

  Loop& loop_;
  Answer answer_;
  std::vector<std::unique_ptr<Session>> sessions_;
  std::unique_ptr<Listener> listener_;
};

}  // namespace wsrig::net
