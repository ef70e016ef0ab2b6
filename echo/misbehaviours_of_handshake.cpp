#include "echo/fault_parts.hpp"
#include "echo/misbehaviour_parts.hpp"

namespace wsrig::echo {

using namespace faults;

namespace {

constexpr const char* sending = "RFC 6455 §4.2.2";
constexpr const char* reading = "RFC 6455 §4.2.1";

Apply with_status(int status) {
  return respond([status](ws::ResponseHead& response) {
    response.status = status;
    response.reason = ws::reason_phrase(status);
  });
}

Apply with_accept(std::function<std::string(std::string)> edit) {
  return respond([edit = std::move(edit)](ws::ResponseHead& response) {
    for (auto& field : response.fields) {
      if (ws::equal_ignoring_case(field.first, "Sec-WebSocket-Accept")) field.second = edit(field.second);
    }
  });
}

std::string lower(std::string text) {
  for (char& letter : text) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return text;
}

}  // namespace

std::vector<Misbehaviour> response_misbehaviours() {
  return {
      {"wrong-accept", sending, "computes Sec-WebSocket-Accept from another key",
       with_accept([](const std::string&) { return ws::accept_for("YW5vdGhlciBjbGllbnQncw=="); })},
      {"missing-accept", sending, "leaves Sec-WebSocket-Accept out", without_field("Sec-WebSocket-Accept")},
      {"empty-accept", sending, "leaves the value of Sec-WebSocket-Accept empty",
       with_field("Sec-WebSocket-Accept", "")},
      {"lower-case-accept", sending, "writes Sec-WebSocket-Accept in lower case", with_accept(lower)},
      {"cut-accept", sending, "cuts the padding off Sec-WebSocket-Accept",
       with_accept([](const std::string& accept) { return accept.substr(0, accept.size() - 1); })},
      {"accept-of-the-example", sending, "answers each client with the Accept of the RFC's example",
       with_field("Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")},
      {"accept-twice", "RFC 6455 §11.3.3", "sends a second Sec-WebSocket-Accept",
       with_more("Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")},
      {"missing-upgrade-header", sending, "leaves Upgrade out of the response", without_field("Upgrade")},
      {"empty-upgrade-header", sending, "leaves the value of Upgrade empty", with_field("Upgrade", "")},
      {"wrong-upgrade-header", sending, "upgrades to h2c", with_field("Upgrade", "h2c")},
      {"longer-upgrade-header", sending, "upgrades to websockets", with_field("Upgrade", "websockets")},
      {"missing-connection-header", sending, "leaves Connection out of the response",
       without_field("Connection")},
      {"wrong-connection-header", sending, "answers Connection: keep-alive",
       with_field("Connection", "keep-alive")},
      {"closing-connection-header", sending, "answers Connection: close", with_field("Connection", "close")},
      {"status-100", sending, "accepts with 100 in place of 101", with_status(100)},
      {"status-200", sending, "accepts with 200 in place of 101", with_status(200)},
      {"status-426", sending, "accepts with 426 in place of 101", with_status(426)},
      {"content-length", "RFC 9110 §8.6", "announces a body behind the 101",
       with_more("Content-Length", "5")},
      {"transfer-encoding", "RFC 9110 §8.6", "announces chunks behind the 101",
       with_more("Transfer-Encoding", "chunked")},
      {"unoffered-extension", sending, "accepts an extension that nobody offered",
       with_element("Sec-WebSocket-Extensions", "x-unoffered")},
      {"malformed-extensions", "RFC 6455 §9.1", "answers a list of extensions that breaks the grammar",
       with_element("Sec-WebSocket-Extensions", "x; =")},
      {"unoffered-subprotocol", sending, "chooses a subprotocol that nobody offered",
       with_element("Sec-WebSocket-Protocol", "x-unoffered")},
      {"subprotocol-twice", "RFC 6455 §11.3.4", "sends two Sec-WebSocket-Protocol",
       together({with_more("Sec-WebSocket-Protocol", "chat"), with_more("Sec-WebSocket-Protocol", "chat")})},
      {"empty-subprotocol", sending, "answers an empty subprotocol", with_more("Sec-WebSocket-Protocol", "")},
  };
}

std::vector<Misbehaviour> request_misbehaviours() {
  return {
      {"any-version", sending, "accepts any Sec-WebSocket-Version", tolerate({"version-unsupported"})},
      {"missing-version", reading, "accepts a request without Sec-WebSocket-Version",
       tolerate({"version-missing", "version-unsupported"})},
      {"version-twice", "RFC 6455 §11.3.5", "accepts two Sec-WebSocket-Version",
       tolerate({"version-repeated"})},
      {"any-key", reading, "accepts a missing or malformed Sec-WebSocket-Key",
       tolerate({"key-missing", "key-invalid"})},
      {"key-twice", "RFC 6455 §11.3.1", "accepts two Sec-WebSocket-Key", tolerate({"key-repeated"})},
      {"any-method", reading, "accepts a handshake that is no GET", tolerate({"method-not-get"})},
      {"old-http", reading, "accepts a request of HTTP/1.0",
       tolerate({"http-version-too-low", "http-version-unsupported"})},
      {"any-start-line", "RFC 9112 §3", "accepts whatever stands in the first line",
       tolerate({"start-line-malformed", "target-invalid", "http-version-unsupported", "method-not-get"})},
      {"any-connection-header", reading, "accepts a request without Connection: Upgrade",
       tolerate({"connection-wrong"})},
      {"any-upgrade-header", reading, "accepts a request without Upgrade: websocket",
       tolerate({"upgrade-wrong", "upgrade-missing"})},
      {"missing-host", "RFC 9112 §3.2", "accepts a request without Host", tolerate({"host-missing"})},
      {"host-twice", "RFC 9112 §3.2", "accepts two Host", tolerate({"host-repeated"})},
      {"any-host", "RFC 9112 §3.2", "accepts a Host that is none", tolerate({"host-invalid"})},
      {"blank-before-colon", "RFC 9112 §5.1", "accepts a blank between a header's name and the colon",
       tolerate({"blank-before-colon"})},
      {"any-header-line", reading, "accepts header lines that break the grammar",
       tolerate({"field-without-colon", "field-name-invalid"})},
      {"any-extensions", "RFC 6455 §9.1", "accepts extensions that break the grammar",
       tolerate({"extensions-malformed"})},
      {"body-as-frames", "RFC 9110 §9.3.1", "reads the body of a request as frames",
       tolerate({"content", "transfer-encoding"})},
  };
}

}  // namespace wsrig::echo
