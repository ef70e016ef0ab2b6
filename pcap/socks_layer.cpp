#include "pcap/socks_layer.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "capture/address.hpp"
#include "capture/big_endian.hpp"
#include "pcap/detector.hpp"

namespace wsrig::pcap {

namespace {

constexpr std::uint8_t no_authentication = 0, user_and_password = 2;
constexpr std::uint8_t type_ipv4 = 1, type_name = 3, type_ipv6 = 4;
constexpr std::uint8_t granted4 = 0x5a;
/// No message is longer than this; what does not end is no SOCKS.
constexpr std::size_t longest_message = 1024;

/// RFC 1928 §4 and §6: request and answer have the same shape.
std::size_t address_message_size(ws::Bytes octets) {
  if (octets.size() < 5) return 0;
  if (octets[3] == type_ipv4) return 10;
  if (octets[3] == type_ipv6) return 22;
  return 7u + octets[4];
}

std::string target_of(ws::Bytes request) {
  const std::uint16_t port = capture::be16(request, request.size() - 2);
  const ws::Bytes address = request.subspan(4, request.size() - 6);
  if (request[3] == type_ipv4) return to_string(capture::IpEndpoint{capture::IpAddress::v4(address), port});
  if (request[3] == type_ipv6) return to_string(capture::IpEndpoint{capture::IpAddress::v6(address), port});
  return fmt::format("{}:{}", ws::as_text(address.subspan(1)), port);
}

/// Version 4: the user's name ends with a zero octet; with 4a a host's name follows (address 0.0.0.x).
std::size_t request4_size(ws::Bytes octets) {
  if (octets.size() < 9) return 0;
  const auto end_of_text = [&](std::size_t from) {
    const auto zero = std::find(octets.begin() + static_cast<std::ptrdiff_t>(from), octets.end(), 0);
    return zero == octets.end() ? 0 : static_cast<std::size_t>(zero - octets.begin()) + 1;
  };
  const std::size_t user_end = end_of_text(8);
  const bool named = capture::be32(octets, 4) < 256 && capture::be32(octets, 4) != 0;
  return user_end == 0 || !named ? user_end : end_of_text(user_end);
}

std::string target4_of(ws::Bytes request) {
  const std::uint16_t port = capture::be16(request, 2);
  const bool named = capture::be32(request, 4) < 256 && capture::be32(request, 4) != 0;
  if (!named) return to_string(capture::IpEndpoint{capture::IpAddress::v4(request.subspan(4, 4)), port});
  std::string_view text = ws::as_text(request.subspan(8));
  text.remove_prefix(text.find('\0') + 1);
  text.remove_suffix(1);
  return fmt::format("{}:{}", text, port);
}

}  // namespace

SocksLayer::SocksLayer(Context& context, Slot& slot, const Positions& positions, Side client, bool version5)
    : context_(context),
      slot_(slot),
      positions_(positions),
      client_(client),
      state_(version5 ? State::greeting : State::request4) {}

bool SocksLayer::is_clients_turn() const {
  return state_ == State::greeting || state_ == State::user || state_ == State::request ||
         state_ == State::request4;
}

void SocksLayer::data(Side from, ws::Bytes octets, const Origin& origin) {
  ws::append(begun_[index(from)], octets);
  for (;;) {
    const Side turn = is_clients_turn() ? client_ : other(client_);
    ws::ByteBuffer& begun = begun_[index(turn)];
    const std::size_t size = begun.empty() ? 0 : message_size(begun);
    if (size == 0 || begun.size() < size) {
      if (begun.size() > longest_message) slot_.ignore();
      return;
    }
    if (!take(ws::Bytes(begun).first(size))) return slot_.ignore();
    begun.erase(begun.begin(), begun.begin() + static_cast<std::ptrdiff_t>(size));
    positions_[index(turn)] += size;
    if (open_) return become_tunnel(origin);
  }
}

std::size_t SocksLayer::message_size(ws::Bytes octets) const {
  const bool has_length = octets.size() >= 2;
  switch (state_) {
    case State::greeting: return has_length ? 2u + octets[1] : 0;
    case State::method:
    case State::user_answer: return 2;
    case State::user: {
      const std::size_t password = has_length ? 2u + octets[1] : octets.size();
      return octets.size() <= password ? 0 : password + 1 + octets[password];
    }
    case State::request:
    case State::answer: return address_message_size(octets);
    case State::request4: return request4_size(octets);
    case State::answer4: return 8;
  }
  return 0;
}

bool SocksLayer::take(ws::Bytes message) {
  switch (state_) {
    case State::greeting: state_ = State::method; return true;
    case State::method:
      state_ = message[1] == user_and_password ? State::user : State::request;
      return message[0] == 5 && (message[1] == no_authentication || message[1] == user_and_password);
    case State::user: state_ = State::user_answer; return true;
    case State::user_answer: state_ = State::request; return message[1] == 0;
    case State::request:
      if (message[1] != 1 ||
          (message[3] != type_ipv4 && message[3] != type_name && message[3] != type_ipv6)) {
        return false;
      }
      target_ = "socks5 " + target_of(message);
      state_ = State::answer;
      return true;
    case State::answer: open_ = message[1] == 0; return open_;
    case State::request4:
      target_ = "socks4 " + target4_of(message);
      state_ = State::answer4;
      return true;
    case State::answer4: open_ = message[0] == 0 && message[1] == granted4; return open_;
  }
  return false;
}

/// What was sent behind the opening belongs to what is inside.
void SocksLayer::become_tunnel(const Origin& origin) {
  context_.transport.via.push_back(target_);
  slot_.become(std::make_unique<Detector>(context_, slot_, positions_, true));
  for (const Side side : {client_, other(client_)}) {
    if (!begun_[index(side)].empty()) slot_.data(side, begun_[index(side)], origin);
  }
}

void SocksLayer::hole(Side from, std::uint64_t size, const Origin&) {
  positions_[index(from)] = behind(positions_[index(from)] + begun_[index(from)].size(), size);
  slot_.become(std::make_unique<Detector>(context_, slot_, positions_, false));
}

void SocksLayer::end(Side, StreamEnd, const Origin&) {}

}  // namespace wsrig::pcap
