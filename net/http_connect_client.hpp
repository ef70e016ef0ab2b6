#pragma once

#include <optional>

#include "net/proxy_handshake.hpp"
#include "ws/http_head.hpp"

namespace wsrig::net {

/// Asks an HTTP proxy for a tunnel with CONNECT (RFC 9110 §9.3.6), with Basic credentials (RFC 7617) where
/// there are some. Any 2xx of HTTP/1.0 or 1.1 opens it; what a 2xx says about its content is not looked at.
class HttpConnectClient final : public ProxyHandshake {
 public:
  explicit HttpConnectClient(ProxyTarget target, std::optional<ProxyCredentials> credentials = {});

  Status begin(ws::ByteBuffer& out) override;
  Status receive(ws::Bytes data, std::size_t& taken, ws::ByteBuffer& out) override;
  boost::system::error_code error() const override { return error_; }
  std::string failure() const override;

 private:
  void read_response(const ws::HttpHead& response);
  void fail(ProxyError error);

  ProxyTarget target_;
  std::optional<ProxyCredentials> credentials_;
  ws::HeadReader reader_;
  int interim_responses_ = 0;
  int refused_with_ = 0;  ///< the status of a refusal
  std::string reason_;
  Status status_ = Status::need_more;
  boost::system::error_code error_;
};

}  // namespace wsrig::net
