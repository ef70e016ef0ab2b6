#include "scenarios/engine/steps/observation.hpp"

#include <fmt/format.h>

#include "scenarios/engine/steps/overload.hpp"
#include "ws/notation.hpp"

namespace wsrig::engine {

namespace {

std::string describe_message(const SawMessage& message, std::size_t max_payload) {
  const std::string_view how = message.compressed ? " deflate" : "";
  return fmt::format("{}{} {}", ws::name(message.opcode), how,
                     ws::print_payload(ws::as_bytes(message.payload), max_payload));
}

std::string describe_end(const SawEnd& end) {
  switch (end.how) {
    case SawEnd::How::fin: return "eof";
    case SawEnd::How::tls_truncated: return "eof without close_notify";
    case SawEnd::How::reset: return "reset";
    case SawEnd::How::failed: return "connection failed: " + end.text;
  }
  return {};
}

std::string describe_response(const SawHead& response) {
  if (!response.head->method().empty()) {
    return fmt::format("http {} {}", response.head->method(), ws::quote(response.head->target()));
  }
  if (response.head->status() == 0) {
    return "http junk " + ws::print_payload(ws::as_bytes(response.head->start_line()), 80);
  }
  std::string text = fmt::format("http {}", response.head->status());
  if (!response.head->reason().empty()) {
    text += fmt::format(" {}", ws::quote(response.head->reason()));
  }
  return text;
}

}  // namespace

std::size_t Observation::weight() const {
  constexpr std::size_t fixed = sizeof(Observation);
  return fixed + std::visit(Overload{
                                [](const SawHead& seen) { return seen.head->bytes().size(); },
                                [](const SawFrame& seen) { return seen.frame.payload.size(); },
                                [](const SawMessage& seen) { return seen.payload.size(); },
                                [](const SawBytes& seen) { return seen.bytes.size(); },
                                [](const auto&) { return std::size_t{0}; },
                            },
                            what);
}

std::string describe(const Observation& observation, std::size_t max_payload, ws::Role peer) {
  return std::visit(Overload{
                        [&](const SawHead& seen) { return describe_response(seen); },
                        [&](const SawFrame& seen) {
                          return ws::print(seen.frame, peer, {.max_payload = max_payload, .show_mask = true});
                        },
                        [&](const SawMessage& seen) { return describe_message(seen, max_payload); },
                        [&](const SawViolation& seen) {
                          return fmt::format("violation of {}: {}", seen.violation->section,
                                             seen.violation->text);
                        },
                        [&](const SawBytes& seen) {
                          return "raw " + ws::print_payload(ws::as_bytes(seen.bytes), max_payload);
                        },
                        [&](const SawEnd& seen) { return describe_end(seen); },
                    },
                    observation.what);
}

bool is_data(const SawFrame& seen) { return !ws::is_control(seen.frame.header.opcode); }

}  // namespace wsrig::engine
