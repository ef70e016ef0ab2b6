#include "loadgen/broken_frame.hpp"

#include <fmt/format.h>
#include <optional>

#include "loadgen/text_scan.hpp"
#include "ws/endpoint.hpp"
#include "ws/notation.hpp"
#include "ws/number.hpp"

namespace wsrig::loadgen {
namespace {

struct FirstViolation : ws::EndpointEvents {
  std::optional<ws::Violation> violation;
  void on_message(const ws::Message&) override {}
  void on_violation(const ws::Violation& found) override { violation = found; }
};

}  // namespace

diag::Result<BrokenFrame> parse_broken_frame(std::string_view text) {
  const auto frame = ws::parse_frame(text, ws::Role::client);
  if (!frame) return frame.error();
  BrokenFrame broken{.text = std::string(trim(text))};
  ws::encode(*frame, broken.wire);
  ws::ByteBuffer read = broken.wire;  // the endpoint unmasks in place
  ws::ByteBuffer reply;
  const ws::EndpointConfig strict;
  FirstViolation first;
  ws::Endpoint(strict).receive(read, first, reply);
  if (!first.violation) {
    return mistake(fmt::format("'{}' breaks no rule", broken.text),
                   "such as: text rsv1 \"x\", ping fin=0, op=3, text mask=none \"x\"");
  }
  broken.close_code = first.violation->close_code;
  broken.section = (*first.violation)->section;
  return broken;
}

diag::Result<double> parse_share(std::string_view text) {
  const bool is_percent = text.ends_with('%');
  const auto number = ws::to_decimal(is_percent ? text.substr(0, text.size() - 1) : text);
  const double share = number.value_or(0) / (is_percent ? 100 : 1);
  if (share <= 0 || share > 1) return mistake(fmt::format("'{}' is not a share, such as 1%", text));
  return share;
}

}  // namespace wsrig::loadgen
