#include <optional>

#include "loadgen/envelope.hpp"
#include "loadgen/reply_rule.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace {

using namespace wsrig;

/// An envelope that is intact says the length of the message that it is in.
void read(ws::Bytes message, loadgen::EnvelopeForm form) {
  const auto envelope = loadgen::read_envelope(message, form);
  if (envelope && envelope->is_intact)
    fuzz::require(envelope->envelope.length == message.size(), "an intact message has its length");
}

}  // namespace

// What a server answers, whatever that is: envelopes, and the keys by which replies are known.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ws::Bytes message(data, size);
  read(message, loadgen::EnvelopeForm::binary);
  read(message, loadgen::EnvelopeForm::text);
  static const auto json = loadgen::parse_reply_rule("json:id").value();
  static const auto pointer = loadgen::parse_reply_rule("json:/data/0/id").value();
  static const auto regex = loadgen::parse_reply_rule("regex:\"id\": (?<key>\\d+)").value();
  for (const auto* const rule : {&json, &pointer, &regex}) {
    fuzz::require(loadgen::reply_key(*rule, message) == loadgen::message_key(*rule, message),
                  "a reply has the key of its message");
  }
  return 0;
}
