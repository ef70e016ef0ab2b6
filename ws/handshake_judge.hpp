#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ws/handshake.hpp"

/// What the judges of both roles share.
namespace wsrig::ws {

inline constexpr std::string_view section_client = "RFC 6455 §4.1";
inline constexpr std::string_view section_reading = "RFC 6455 §4.2.1";
inline constexpr std::string_view section_sending = "RFC 6455 §4.2.2";

/// A peer's value for a message: in single quotes, on one line of ASCII, cut after 80 octets.
std::string shown(std::string_view value);

/// Collects findings about one head.
class HeadJudge {
 protected:
  HeadJudge(const HttpHead& head, std::vector<HandshakeFinding>& findings)
      : head_(head), findings_(findings) {}

  void add(std::string_view id, std::string_view section, std::string message, int status = 400) {
    findings_.push_back({id, section, std::move(message), status});
  }
  void add(HeadAnomaly anomaly) { add(slug(anomaly), section(anomaly), std::string(describe(anomaly))); }

  const HttpHead& head_;

 private:
  std::vector<HandshakeFinding>& findings_;
};

}  // namespace wsrig::ws
