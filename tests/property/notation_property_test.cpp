#include <gtest/gtest.h>
#include <random>
#include <string>

#include "ws/notation.hpp"

namespace wsrig::ws {
namespace {

constexpr std::uint64_t seed = 20260731;
constexpr int rounds = 20'000;

class FrameMaker {
 public:
  explicit FrameMaker(std::uint64_t from) : random_(from) {}

  std::uint64_t below(std::uint64_t end) { return random_() % end; }
  bool chance() { return below(2) == 0; }

  /// Text with everything the notation must escape, or arbitrary octets.
  ByteBuffer payload() {
    static const std::vector<std::string> pieces{"a",    "\"", "\\",   "$",  "{",        "}",
                                                 "${x}", "#",  "/",    "\n", "\t",       std::string(1, 0),
                                                 "é",    "€",  "\x1b", "😀", "\xc2\x9b", "\x7f"};
    ByteBuffer octets;
    const bool text = chance();
    for (std::uint64_t left = below(12); left > 0; --left) {
      if (text) {
        append(octets, pieces[below(pieces.size())]);
      } else {
        octets.push_back(static_cast<std::uint8_t>(below(256)));
      }
    }
    return octets;
  }

  Frame frame() {
    Frame frame;
    frame.header.fin = chance();
    frame.header.rsv = static_cast<std::uint8_t>(below(8));
    frame.header.opcode = static_cast<Opcode>(below(16));
    if (chance()) frame.header.mask = mask();
    frame.payload = payload();
    frame.header.payload_length = chance() ? frame.payload.size() : random_() >> below(64);
    frame.header.length_form = static_cast<LengthForm>(below(3));
    // A 16-bit form cannot claim more: such a header has the encoding of the 64-bit form.
    if (frame.header.length_form == LengthForm::u16) frame.header.payload_length &= 0xffff;
    return frame;
  }

 private:
  MaskKey mask() {
    MaskKey key;
    for (auto& octet : key) octet = static_cast<std::uint8_t>(below(256));
    return key;
  }

  std::mt19937_64 random_;
};

TEST(NotationProperty, a_printed_frame_reads_back) {
  FrameMaker make(seed);
  for (int i = 0; i < rounds; ++i) {
    const Frame frame = make.frame();
    for (const Role sender : {Role::client, Role::server}) {
      const std::string text = print(frame, sender);
      const auto read = parse_frame(text, sender);
      ASSERT_TRUE(read.has_value()) << "seed " << seed << ", round " << i << ": "
                                    << diag::render(read.error());
      ASSERT_EQ(*read, frame) << "seed " << seed << ", round " << i << ": " << text;
      ASSERT_EQ(text.find('\n'), std::string::npos) << text;
    }
  }
}

TEST(NotationProperty, quoted_octets_read_back) {
  FrameMaker make(seed);
  for (int i = 0; i < rounds; ++i) {
    const ByteBuffer octets = make.payload();
    const auto read = parse_frame("binary " + quote(as_text(octets)), Role::server);
    ASSERT_TRUE(read.has_value()) << "seed " << seed << ", round " << i << ": " << diag::render(read.error());
    ASSERT_EQ(read->payload, octets) << "seed " << seed << ", round " << i;
  }
}

/// Any text is read to a frame or to a diagnostic that stands inside it.
TEST(NotationProperty, arbitrary_text_has_a_place_for_its_mistake) {
  static const std::vector<std::string> pieces{"text ", "close ", "1000",  "\"", "\\u", "hex(",    ")",
                                               "op=",   "fin=0 ", "mask=", "${", "}",   "repeat(", ",",
                                               "5",     "/",      "é",     "\n", "{",   "\"\"\""};
  FrameMaker make(seed);
  for (int i = 0; i < rounds; ++i) {
    std::string text;
    for (std::uint64_t left = make.below(10); left > 0; --left) text += pieces[make.below(pieces.size())];
    const auto read = parse_frame(text, Role::client);
    if (read) continue;
    const diag::Source source("", text);
    ASSERT_GE(read.error().line, 1u) << text;
    ASSERT_GE(read.error().column, 1u) << text;
    ASSERT_LE(read.error().column, source.line(read.error().line).size() + 1) << text;
    ASSERT_FALSE(read.error().message.empty()) << text;
  }
}

}  // namespace
}  // namespace wsrig::ws
