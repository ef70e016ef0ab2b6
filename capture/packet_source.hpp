#pragma once

#include <functional>
#include <optional>

#include "capture/packet.hpp"

namespace wsrig::capture {

/// Where packets come from: a file, a stream or an interface.
class PacketSource {
 public:
  PacketSource() = default;
  PacketSource(const PacketSource&) = delete;
  PacketSource& operator=(const PacketSource&) = delete;
  virtual ~PacketSource() = default;

  /// The next packet, valid until the next call; null at the end, and where nothing more can be read.
  virtual const Packet* next() = 0;
  /// True where the octets of all packets stay valid as long as the source does (a mapped file).
  virtual bool octets_persist() const { return false; }
  /// Octets of the file that were read so far, and the size of the file (0: not known), to show progress.
  virtual std::uint64_t position() const { return 0; }
  virtual std::uint64_t size() const { return 0; }

  /// Set after next() returned null, where the end is not a good one.
  const std::optional<Problem>& problem() const { return problem_; }
  /// Called from next() for each decryption secrets block, before the packets behind it.
  void on_secrets(std::function<void(const Secrets&)> handler) { secrets_handler_ = std::move(handler); }

 protected:
  void hand_over(const Secrets& secrets) const {
    if (secrets_handler_) secrets_handler_(secrets);
  }

  std::optional<Problem> problem_;

 private:
  std::function<void(const Secrets&)> secrets_handler_;
};

}  // namespace wsrig::capture
