#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "echo/application.hpp"
#include "ws/endpoint.hpp"
#include "ws/handshake.hpp"

namespace wsrig::echo {

/// Edits the head of a 101 response before it leaves.
using ResponseEdit = std::function<void(ws::ResponseHead&)>;

/// Edits the response to a request that is refused for what its verdict says, before it leaves.
using RefusalEdit = std::function<void(const ws::RequestVerdict&, std::string& response)>;

/// Edits what the server does of permessage-deflate, whatever it has answered.
using DeflateEdit = std::function<void(ws::DeflateParams&)>;

/// How a server behaves beyond reading and writing: values and replaceable objects only, so that a deliberate
/// fault is another value and the server has no branch for it.
struct Behaviour {
  ws::EndpointConfig endpoint;
  std::vector<ResponseEdit> response_edits;
  std::vector<RefusalEdit> refusal_edits;
  /// Ids of handshake findings that are let pass.
  std::set<std::string_view> tolerated_findings;
  std::vector<DeflateEdit> deflate_edits;
  std::unique_ptr<Application> application;

  // Objects that `endpoint` refers to.
  std::unique_ptr<ws::Judge> judge;
  std::unique_ptr<ws::FrameShaper> shaper;
};

}  // namespace wsrig::echo
