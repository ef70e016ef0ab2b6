#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ws/handshake.hpp"
#include "ws/http_head.hpp"

namespace wsrig::proxy {

/// Decides who may open a tunnel on a route, by the client's address, its credentials and its Origin. A value
/// of the route, shared by its connections.
class Gate {
 public:
  virtual ~Gate() = default;
  /// `address`: the client's, as text without a port ("127.0.0.1", "::1"). Empty: may pass; else the answer
  /// (401, 403).
  virtual std::optional<ws::ResponseHead> refuse(std::string_view address,
                                                 const ws::HttpHead& request) const = 0;
};

/// Changes the fields of a handshake on its way: of the request, or of the 101.
class HeadEdit {
 public:
  virtual ~HeadEdit() = default;
  virtual void edit(std::vector<std::pair<std::string, std::string>>& fields) const = 0;
};

}  // namespace wsrig::proxy
