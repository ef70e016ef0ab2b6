#include "pcap/text_pieces.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "ws/utf8.hpp"

namespace wsrig::pcap {
namespace {

std::vector<std::string> pieces_of(std::string_view text) {
  std::vector<std::string> pieces;
  while (!text.empty()) pieces.emplace_back(take_piece(text));
  return pieces;
}

std::string joined(const std::vector<std::string>& pieces) {
  std::string text;
  for (const std::string& piece : pieces) text += piece;
  return text;
}

TEST(TextPieces, short_texts_are_one) {
  EXPECT_THAT(pieces_of(""), testing::IsEmpty());
  EXPECT_THAT(pieces_of("Hello"), testing::ElementsAre("Hello"));
  EXPECT_EQ(pieces_of(std::string(49'152, 'x')).size(), 1);
  EXPECT_EQ(pieces_of(std::string(49'153, 'x')).size(), 2);
}

TEST(TextPieces, are_cut_between_characters) {
  for (const std::string_view character : {"é", "€", "😀"}) {
    for (std::size_t before = 0; before < 4; ++before) {
      std::string text(before, 'x');
      while (text.size() < 200'000) text += character;
      const auto pieces = pieces_of(text);
      EXPECT_EQ(joined(pieces), text);
      EXPECT_EQ(pieces.size(), 5);
      for (const std::string& piece : pieces) {
        ws::Utf8Validator utf8;
        EXPECT_TRUE(utf8.feed(ws::as_bytes(piece)) && utf8.complete()) << character << " behind " << before;
      }
    }
  }
}

TEST(TextPieces, what_is_no_utf8_is_cut_anywhere) {
  const std::string text(100'000, '\x80');
  EXPECT_EQ(joined(pieces_of(text)), text);
  EXPECT_EQ(pieces_of(text).size(), 3);
}

}  // namespace
}  // namespace wsrig::pcap
