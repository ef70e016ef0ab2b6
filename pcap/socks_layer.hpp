#pragma once

#include <array>

#include "pcap/context.hpp"

namespace wsrig::pcap {

/// The opening of a SOCKS tunnel: version 4 and 4a, or version 5 (RFC 1928) with or without a user name
/// (RFC 1929). Behind it the stream begins anew.
class SocksLayer final : public Layer {
 public:
  SocksLayer(Context& context, Slot& slot, const Positions& positions, Side client, bool version5);

  void data(Side from, ws::Bytes octets, const Origin& origin) override;
  void hole(Side from, std::uint64_t size, const Origin& origin) override;
  void end(Side from, StreamEnd how, const Origin& origin) override;

 private:
  /// What comes next, and from whom.
  enum class State : std::uint8_t { greeting, method, user, user_answer, request, answer, request4, answer4 };

  bool is_clients_turn() const;
  /// Octets of the message that comes next; 0: more are needed to tell.
  std::size_t message_size(ws::Bytes octets) const;
  /// False when this is no SOCKS, or the tunnel was refused.
  bool take(ws::Bytes message);
  void become_tunnel(const Origin& origin);

  Context& context_;
  Slot& slot_;
  Positions positions_;  ///< of what is begun, or comes next
  std::array<ws::ByteBuffer, 2> begun_;
  Side client_;
  State state_;
  std::string target_;
  bool open_ = false;
};

}  // namespace wsrig::pcap
