#include "net/base64_decoder.hpp"

#include <gtest/gtest.h>
#include <string_view>

namespace wsrig::net {
namespace {

struct Row {
  std::string_view text;
  std::string_view octets;
  bool is_valid;
  bool is_complete;
};

constexpr Row rows[] = {
    // RFC 4648 §10
    {"", "", true, true},
    {"Zg==", "f", true, true},
    {"Zm8=", "fo", true, true},
    {"Zm9vYmFy", "foobar", true, true},
    {"+/+/", "\xfb\xff\xbf", true, true},
    {"Zm9", "", true, false},
    {"Z", "", true, false},
    {"Zg==Zg==", "f", false, true},
    {"Zg=x", "", false, false},
    {"=Zg=", "", false, true},
    {"Z===", "", false, false},
    {"Zm 9", "", false, false},
    {"Zm9v\n", "foo", false, true},
    {"-_-_", "", false, true},
};

TEST(Base64Decoder, decodes_whatever_the_cut) {
  for (const Row& row : rows) {
    for (std::size_t size = 1; size <= row.text.size() + 1; ++size) {
      Base64Decoder decoder;
      ws::ByteBuffer out;
      bool is_valid = true;
      for (std::size_t at = 0; at < row.text.size() && is_valid; at += size) {
        is_valid = decoder.feed(ws::as_bytes(row.text.substr(at, size)), out);
      }
      EXPECT_EQ(is_valid, row.is_valid) << row.text;
      EXPECT_EQ(ws::as_text(out), row.octets) << row.text;
      if (!row.is_valid) continue;
      EXPECT_EQ(decoder.is_complete(), row.is_complete) << row.text;
    }
  }
}

TEST(Base64Decoder, begins_anew_for_the_next_message) {
  Base64Decoder decoder;
  ws::ByteBuffer out;
  EXPECT_TRUE(decoder.feed(ws::as_bytes("Zg=="), out));
  decoder.reset();
  EXPECT_TRUE(decoder.feed(ws::as_bytes("Zg=="), out));
  EXPECT_EQ(ws::as_text(out), "ff");
}

}  // namespace
}  // namespace wsrig::net
