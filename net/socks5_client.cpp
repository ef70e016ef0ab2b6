#include "net/socks5_client.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <utility>

namespace wsrig::net {

namespace {

constexpr std::uint8_t version = 5;
constexpr std::uint8_t connect_command = 1;
constexpr std::size_t most_octets = 255;  // what a length of one octet can say

// RFC 1928 §3
constexpr std::uint8_t no_authentication = 0x00;
constexpr std::uint8_t user_and_password = 0x02;
constexpr std::uint8_t no_acceptable_method = 0xff;

// RFC 1928 §5
constexpr std::uint8_t ipv4 = 1;
constexpr std::uint8_t name = 3;
constexpr std::uint8_t ipv6 = 4;

void append_counted(ws::ByteBuffer& out, std::string_view text) {
  out.push_back(static_cast<std::uint8_t>(text.size()));
  ws::append(out, text);
}

/// ATYP and DST.ADDR of RFC 1928 §5.
void append_address(ws::ByteBuffer& out, const std::string& host) {
  std::array<std::uint8_t, 16> octets{};
  if (::inet_pton(AF_INET, host.c_str(), octets.data()) == 1) {
    out.push_back(ipv4);
    ws::append(out, ws::Bytes(octets).first(4));
  } else if (::inet_pton(AF_INET6, host.c_str(), octets.data()) == 1) {
    out.push_back(ipv6);
    ws::append(out, octets);
  } else {
    out.push_back(name);
    append_counted(out, host);
  }
}

bool has_one_length_octet(std::string_view text) { return !text.empty() && text.size() <= most_octets; }

}  // namespace

Socks5Client::Socks5Client(ProxyTarget target, std::optional<ProxyCredentials> credentials)
    : target_(std::move(target)), credentials_(std::move(credentials)) {}

ProxyHandshake::Status Socks5Client::begin(ws::ByteBuffer& out) {
  if (target_.host.size() > most_octets) {
    fail(ProxyError::socks_name_too_long);
  } else if (credentials_ &&
             !(has_one_length_octet(credentials_->user) && has_one_length_octet(credentials_->password))) {
    fail(ProxyError::socks_credentials_size);
  } else {
    // Both methods are offered where there are credentials: the server may not need them.
    const std::uint8_t methods = credentials_ ? 2 : 1;
    out.insert(out.end(), {version, methods, no_authentication});
    if (credentials_) out.push_back(user_and_password);
    expect(Answer::method, 2);
  }
  return status_;
}

ProxyHandshake::Status Socks5Client::receive(ws::Bytes data, std::size_t& taken, ws::ByteBuffer& out) {
  taken = 0;
  while (status_ == Status::need_more && taken < data.size()) {
    const std::size_t part = std::min(wanted_ - size_, data.size() - taken);
    for (std::size_t i = 0; i < part && size_ + i < answer_.size(); ++i) answer_[size_ + i] = data[taken + i];
    size_ += part;
    taken += part;
    if (size_ == wanted_) read_answer(out);
  }
  return status_;
}

void Socks5Client::read_answer(ws::ByteBuffer& out) {
  switch (awaited_) {
    case Answer::method: return read_method(out);
    case Answer::authentication: return read_authentication(out);
    case Answer::reply_code: return read_reply_code();
    case Answer::reply_address_size: return read_reply_address_size();
    case Answer::reply_address: status_ = Status::established; return;
  }
}

void Socks5Client::read_method(ws::ByteBuffer& out) {
  const auto [answer_version, method] = std::pair(answer_[0], answer_[1]);
  if (answer_version != version) return fail(ProxyError::socks_not_version_5);
  if (method == no_authentication) return send_request(out);
  if (method == user_and_password && credentials_) return send_credentials(out);
  fail(method == no_acceptable_method ? ProxyError::socks_no_acceptable_method
                                      : ProxyError::socks_method_not_offered);
}

void Socks5Client::send_credentials(ws::ByteBuffer& out) {
  constexpr std::uint8_t subnegotiation_version = 1;  // RFC 1929 §2
  out.push_back(subnegotiation_version);
  append_counted(out, credentials_->user);
  append_counted(out, credentials_->password);
  expect(Answer::authentication, 2);
}

// Only the status counts: servers are known to write 5 where RFC 1929 §2 has the version 1.
void Socks5Client::read_authentication(ws::ByteBuffer& out) {
  if (answer_[1] != 0) return fail(ProxyError::socks_wrong_credentials);
  send_request(out);
}

void Socks5Client::send_request(ws::ByteBuffer& out) {
  out.insert(out.end(), {version, connect_command, 0});
  append_address(out, target_.host);
  out.push_back(static_cast<std::uint8_t>(target_.port >> 8));
  out.push_back(static_cast<std::uint8_t>(target_.port & 0xff));
  expect(Answer::reply_code, 2);
}

// A refusal is known by its second octet; some servers send no more than that.
void Socks5Client::read_reply_code() {
  if (answer_[0] != version) return fail(ProxyError::socks_not_version_5);
  const std::uint8_t code = answer_[1];
  if (code > 8) return fail(ProxyError::socks_unknown_reply);
  if (code != 0) return fail(static_cast<ProxyError>(code));
  awaited_ = Answer::reply_address_size;
  wanted_ = 5;  // … RSV ATYP, and the first octet of BND.ADDR, which is the length of a name
}

void Socks5Client::read_reply_address_size() {
  constexpr std::size_t before_address = 4;
  constexpr std::size_t port = 2;
  awaited_ = Answer::reply_address;
  switch (answer_[3]) {
    case ipv4: wanted_ = before_address + 4 + port; return;
    case ipv6: wanted_ = before_address + 16 + port; return;
    case name: wanted_ = before_address + 1 + answer_[4] + port; return;
    default: return fail(ProxyError::socks_reply_address_type);
  }
}

void Socks5Client::expect(Answer answer, std::size_t size) {
  awaited_ = answer;
  size_ = 0;
  wanted_ = size;
}

void Socks5Client::fail(ProxyError error) {
  error_ = error;
  status_ = Status::failed;
}

std::string Socks5Client::failure() const {
  std::string text = error_.message();
  if (error_ == ProxyError::socks_not_version_5) text += " (version " + std::to_string(answer_[0]) + ")";
  if (error_ == ProxyError::socks_method_not_offered) text += " (method " + std::to_string(answer_[1]) + ")";
  if (error_ == ProxyError::socks_reply_address_type) text += " (type " + std::to_string(answer_[3]) + ")";
  if (awaited_ == Answer::reply_code && size_ == 2 && answer_[0] == version) {
    text += " (reply " + std::to_string(answer_[1]) + ")";
  }
  return text;
}

}  // namespace wsrig::net
