#include "net/http_connect_client.hpp"

#include <algorithm>
#include <utility>

#include "ws/base64.hpp"
#include "ws/notation.hpp"

namespace wsrig::net {

namespace {

constexpr int most_interim_responses = 8;
constexpr std::size_t most_octets_of_reason = 200;

ProxyError error_for(int status) {
  switch (status) {
    case 403: return ProxyError::http_forbidden;
    case 407: return ProxyError::http_authentication_required;
    case 500:
    case 502:
    case 503: return ProxyError::http_bad_gateway;
    case 504: return ProxyError::http_gateway_timeout;
    default: return ProxyError::http_other_status;
  }
}

/// Can what has come still become the status line of an HTTP/1 response? Whoever waits for a whole head of
/// something else waits in vain.
bool may_be_response(std::string_view begin) {
  constexpr std::string_view expected = "HTTP/1.";
  begin.remove_prefix(std::min(begin.find_first_not_of("\r\n"), begin.size()));
  return begin.substr(0, expected.size()) == expected.substr(0, begin.size());
}

std::string authority_of(const ProxyTarget& target) {
  const bool is_ipv6 = target.host.find(':') != std::string::npos;
  return (is_ipv6 ? "[" + target.host + "]" : target.host) + ":" + std::to_string(target.port);
}

}  // namespace

HttpConnectClient::HttpConnectClient(ProxyTarget target, std::optional<ProxyCredentials> credentials)
    : target_(std::move(target)), credentials_(std::move(credentials)) {}

ProxyHandshake::Status HttpConnectClient::begin(ws::ByteBuffer& out) {
  const std::string authority = authority_of(target_);
  std::string request = "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n";
  if (credentials_) {
    request += "Proxy-Authorization: Basic " +
               ws::base64(ws::as_bytes(credentials_->user + ":" + credentials_->password)) + "\r\n";
  }
  ws::append(out, request + "\r\n");
  return status_;
}

ProxyHandshake::Status HttpConnectClient::receive(ws::Bytes data, std::size_t& taken, ws::ByteBuffer&) {
  taken = 0;
  while (status_ == Status::need_more && taken < data.size()) {
    std::size_t part = 0;
    const auto read = reader_.feed(data.subspan(taken), part);
    taken += part;
    if (read == ws::HeadReader::Status::complete) {
      read_response(reader_.take());
    } else if (!may_be_response(reader_.partial())) {
      fail(ProxyError::http_not_a_response);
    } else if (read != ws::HeadReader::Status::need_more) {
      fail(ProxyError::http_head_too_long);
    }
  }
  return status_;
}

void HttpConnectClient::read_response(const ws::HttpHead& response) {
  const int status = response.status();
  if (status == 0 || response.version_number() / 10 != 1) return fail(ProxyError::http_not_a_response);
  // RFC 9110 §15.2: any number of interim responses may come before the final one. A 101 would be final: it
  // changes to a protocol that nobody asked for.
  if (response.is_interim()) {
    if (++interim_responses_ > most_interim_responses) fail(ProxyError::http_head_too_long);
    return;
  }
  if (status / 100 == 2) {
    status_ = Status::established;
    return;
  }
  refused_with_ = status;
  reason_ = response.reason().substr(0, most_octets_of_reason);
  fail(error_for(status));
}

void HttpConnectClient::fail(ProxyError error) {
  error_ = error;
  status_ = Status::failed;
}

std::string HttpConnectClient::failure() const {
  if (refused_with_ == 0) return error_.message();
  std::string text = error_.message() + ": " + std::to_string(refused_with_);
  if (!reason_.empty()) text += " " + ws::quote(reason_);  // a proxy may write anything into it
  return text;
}

}  // namespace wsrig::net
