#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <boost/system/result.hpp>

#include "capture/pcapng_writer.hpp"
#include "capture/tcp_synthesis.hpp"

namespace wsrig::capture {

/// A pcapng file of connections whose octets are known but not their packets, which are made up. Each packet
/// is written at once, so that the file can be read while it grows.
class Recording {
 public:
  using error_code = boost::system::error_code;
  /// Takes whole blocks of the file; after an error nothing more is written.
  using Write = std::function<error_code(ws::Bytes)>;

  /// `program` says who recorded.
  Recording(std::string_view program, Write write);
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;

  /// Records into a file, which is emptied first; the error is that of the operating system.
  static boost::system::result<std::unique_ptr<Recording>> create(const std::string& path,
                                                                  std::string_view program);
  /// Records into memory, which outlives it, as long as there is room for `most` octets.
  static std::unique_ptr<Recording> in_memory(ws::ByteBuffer& file, std::size_t most,
                                              std::string_view program);

  /// One of its connections; the recording outlives it.
  TcpSynthesis connection(const IpEndpoint& client, const IpEndpoint& server);
  /// Called once, where a write fails.
  void on_failure(std::function<void(error_code)> handler) { failure_handler_ = std::move(handler); }

 private:
  void flush();

  Write write_;
  std::function<void(error_code)> failure_handler_;
  ws::ByteBuffer pending_;
  PcapngWriter writer_;
  std::uint32_t interface_;
  std::uint32_t connections_ = 0;
  error_code failure_{};
};

}  // namespace wsrig::capture
