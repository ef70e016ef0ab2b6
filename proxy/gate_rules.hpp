#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "diag/diagnostic.hpp"
#include "net/ip_range.hpp"
#include "proxy/gate.hpp"

namespace wsrig::proxy {

/// The rules of a gate as a person writes them. `${env:NAME}` and `${file:PATH}` are replaced in credentials.
struct GateText {
  std::vector<std::string> allow{};    ///< "10.0.0.0/8", "::1": nobody else may pass, when there are some
  std::vector<std::string> deny{};     ///< stronger than `allow`
  std::vector<std::string> basic{};    ///< "user:password" (RFC 7617)
  std::vector<std::string> bearer{};   ///< tokens (RFC 6750)
  std::vector<std::string> origins{};  ///< "https://example.com", "https://*.example.com"
};

/// A gate of address ranges, Origins (RFC 6455 §10.2) and credentials, which are asked in this order: 403,
/// 403, 401. A request without Origin comes from no browser, and passes the rules for Origins. Of the
/// credentials, any one is enough.
class GateRules final : public Gate {
 public:
  /// Mistakes say which rule is wrong; null when there is no rule at all.
  static diag::Result<std::shared_ptr<const Gate>> make(const GateText& text);

  std::optional<ws::ResponseHead> refuse(std::string_view address,
                                         const ws::HttpHead& request) const override;

 private:
  bool lets_in(std::string_view text) const;
  bool lets_in_origin(const ws::HttpHead& request) const;
  bool knows_credentials(const ws::HttpHead& request) const;
  ws::ResponseHead ask_for_credentials(const ws::HttpHead& request) const;

  std::vector<net::IpRange> allow_;
  std::vector<net::IpRange> deny_;
  std::vector<std::string> origins_;
  std::vector<std::string> basic_;  ///< base64, as they come
  std::vector<std::string> bearer_;
};

/// Compares without telling by its time how much of `got` is right; that depends on the length of `got` only.
bool equal_in_constant_time(std::string_view expected, std::string_view got);

}  // namespace wsrig::proxy
