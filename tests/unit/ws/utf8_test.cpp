#include "ws/utf8.hpp"

#include <gtest/gtest.h>
#include <optional>
#include <random>
#include <string>
#include <unordered_set>
#include <vector>

#include "tests/support/octets.hpp"

namespace wsrig::ws {
namespace {

using test::octets;
using test::operator+;

std::string encoded(std::uint32_t point) {
  const auto tail = [&](unsigned shift) { return static_cast<char>(0x80 | ((point >> shift) & 0x3f)); };
  if (point < 0x80) return {static_cast<char>(point)};
  if (point < 0x800) return {static_cast<char>(0xc0 | (point >> 6)), tail(0)};
  if (point < 0x10000) return {static_cast<char>(0xe0 | (point >> 12)), tail(6), tail(0)};
  return {static_cast<char>(0xf0 | (point >> 18)), tail(12), tail(6), tail(0)};
}

/// Knows all 1,112,064 code points by heart, and nothing of ranges.
class Dictionary {
 public:
  Dictionary() {
    for (std::uint32_t point = 0; point <= 0x10ffff; ++point) {
      if (point >= 0xd800 && point <= 0xdfff) continue;
      const std::string text = encoded(point);
      words_.insert(key(text));
      for (std::size_t size = 1; size < text.size(); ++size) beginnings_.insert(key(text.substr(0, size)));
    }
  }
  bool is_word(const std::string& text) const { return words_.contains(key(text)); }
  bool is_beginning(const std::string& text) const { return beginnings_.contains(key(text)); }

  /// Where the text can no longer become valid; its size when it still can.
  std::size_t first_wrong(const std::string& text) const {
    std::string open;
    for (std::size_t at = 0; at < text.size(); ++at) {
      open += text[at];
      if (is_word(open)) {
        open.clear();
      } else if (!is_beginning(open)) {
        return at;
      }
    }
    return text.size();
  }
  bool is_valid(const std::string& text) const {
    std::string open;
    for (const char c : text) {
      open += c;
      if (is_word(open)) {
        open.clear();
      } else if (!is_beginning(open)) {
        return false;
      }
    }
    return open.empty();
  }

 private:
  static std::uint64_t key(const std::string& text) {
    std::uint64_t value = text.size();
    for (const char c : text) value = value << 8 | static_cast<std::uint8_t>(c);
    return value;
  }
  std::unordered_set<std::uint64_t> words_, beginnings_;
};

const Dictionary& dictionary() {
  static const Dictionary instance;
  return instance;
}

std::size_t first_refused(Bytes text) {
  Utf8Validator validator;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!validator.feed(text.subspan(at, 1))) return at;
  }
  return text.size();
}

// The lists of Markus Kuhn's decoder test, as conformance suites use them.
const std::vector<const char*> valid_texts{
    "",
    "00",
    "7f",
    "c280",
    "dfbf",
    "e0a080",
    "efbfbf",
    "f0908080",
    "f48fbfbf",  // ends of each length
    "ed9fbf",
    "ee8080",
    "efbfbd",  // around surrogates
    "68656c6c6f24776f726c64",
    "68656c6c6fc2a2776f726c64",
    "68656c6c6fe282ac776f726c64",  // one to three octets
    "68656c6c6ff0a4ada2776f726c64",
    "cebae1bdb9cf83cebcceb5",
    "ceba",
    "cebae1bdb9cf83",  // four; Greek
    "efbfb9",
    "efbfba",
    "efbfbb",
    "efbfbc",
    "efbfbe",
    "f09fbfbe",
    "f09fbfbf",
    "f48fbfbe",  // non-characters
};
const std::vector<const char*> invalid_texts{
    "ce",
    "cebae1",
    "cebae1bd",
    "cebae1bdb9cf",
    "cebae1bdb9cf83ce",
    "c2",
    "df",
    "efbf",  // incomplete
    "f0",
    "f090",
    "f09080",
    "cebae1bdb9cf83cebcceb5eda080656469746564",  // incomplete; amid
    "f888808080",
    "fc8480808080",
    "f7bfbfbf",
    "fbbfbfbfbf",
    "fdbfbfbfbfbf",
    "f4908080",
    "f5",  // too high
    "80",
    "bf",
    "80bf",
    "80bf80bf80bf",
    "c220",
    "e020",
    "e0a020",
    "f020",
    "f820",
    "fc20",  // stray, missing
    "c0",
    "e080",
    "f08080",
    "f8808080",
    "fc80808080",
    "f7bfbf",
    "fbbfbfbf",
    "fdbfbfbfbf",  // both
    "fe",
    "ff",
    "fefeffff",  // never an octet
    "c0af",
    "e080af",
    "f08080af",
    "f8808080af",
    "fc80808080af",
    "c1bf",
    "e09fbf",
    "f08fbfbf",  // overlong
    "c080",
    "e08080",
    "f0808080",
    "f880808080",
    "fc8080808080",
    "f887bfbfbf",
    "fc83bfbfbfbf",  // overlong
    "eda080",
    "edadbf",
    "edae80",
    "edafbf",
    "edb080",
    "edbe80",
    "edbfbf",
    "eda080edb080",  // surrogates
    "edadbfedbfbf",
    "edafbfedb080",
};

TEST(Utf8Test, s8_1_lists) {
  for (const char* hex : valid_texts) EXPECT_TRUE(is_valid_utf8(octets(hex))) << hex;
  for (const char* hex : invalid_texts) EXPECT_FALSE(is_valid_utf8(octets(hex))) << hex;
}

TEST(Utf8Test, s8_1_lists_behind_and_before_ascii_of_every_size) {
  for (std::size_t size = 0; size < 300; size += size < 40 ? 1 : 7) {
    const std::string ascii(size, 'a');
    for (const char* hex : valid_texts)
      EXPECT_TRUE(is_valid_utf8(test::to_buffer(ascii) + octets(hex) + ascii));
    for (const char* hex : invalid_texts) {
      EXPECT_FALSE(is_valid_utf8(test::to_buffer(ascii) + octets(hex) + ascii)) << size << " " << hex;
    }
  }
}

TEST(Utf8Test, s8_1_fails_at_the_first_octet_that_cannot_continue) {
  for (const char* hex : invalid_texts) {
    const ByteBuffer text = octets(hex);
    EXPECT_EQ(first_refused(text), dictionary().first_wrong(std::string(as_text(text)))) << hex;
  }
}

TEST(Utf8Test, every_text_of_up_to_three_octets) {
  for (std::uint32_t value = 0; value < 0x1000000; ++value) {
    const ByteBuffer text{static_cast<std::uint8_t>(value >> 16), static_cast<std::uint8_t>(value >> 8),
                          static_cast<std::uint8_t>(value)};
    if (text[0] < 0x80 && text[0] != 0) continue;  // an ASCII octet before two others: one stands for all
    const bool ends_well = is_valid_utf8(text);
    if (ends_well == dictionary().is_valid(std::string(as_text(text)))) continue;
    FAIL() << std::hex << value;
  }
}

TEST(Utf8Test, every_text_of_four_octets_that_begins_with_f) {
  for (unsigned lead = 0xf0; lead <= 0xff; ++lead) {
    for (unsigned second = 0; second < 256; ++second) {
      for (const unsigned third : {0x00u, 0x7fu, 0x80u, 0xbfu, 0xc0u, 0xffu}) {
        for (const unsigned fourth : {0x00u, 0x7fu, 0x80u, 0xbfu, 0xc0u, 0xffu}) {
          const std::string text{static_cast<char>(lead), static_cast<char>(second), static_cast<char>(third),
                                 static_cast<char>(fourth)};
          ASSERT_EQ(is_valid_utf8(as_bytes(text)), dictionary().is_word(text));
        }
      }
    }
  }
}

TEST(Utf8Test, every_code_point) {
  Utf8Validator validator;
  for (std::uint32_t point = 0; point <= 0x10ffff; ++point) {
    const bool surrogate = point >= 0xd800 && point <= 0xdfff;
    ASSERT_EQ(is_valid_utf8(as_bytes(encoded(point))), !surrogate) << std::hex << point;
    if (!surrogate) {
      ASSERT_TRUE(validator.feed(as_bytes(encoded(point))));
    }
  }
  EXPECT_TRUE(validator.complete());
}

TEST(Utf8Test, a_failure_stays_until_reset) {
  Utf8Validator validator;
  EXPECT_FALSE(validator.feed(octets("ff")));
  EXPECT_FALSE(validator.feed(as_bytes("abc")));
  EXPECT_FALSE(validator.feed({}));
  EXPECT_FALSE(validator.complete());
  validator.reset();
  EXPECT_TRUE(validator.complete());
  EXPECT_TRUE(validator.feed(as_bytes("abc")));
}

TEST(Utf8Test, an_open_sequence_is_not_complete) {
  Utf8Validator validator;
  EXPECT_TRUE(validator.feed(octets("f09f")));
  EXPECT_FALSE(validator.complete());
  EXPECT_TRUE(validator.feed(octets("9880")));
  EXPECT_TRUE(validator.complete());
}

}  // namespace
}  // namespace wsrig::ws
