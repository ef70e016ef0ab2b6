#include "ws/body_reader.hpp"

#include <gtest/gtest.h>
#include <string>

namespace wsrig::ws {
namespace {

std::optional<BodyReader> of_request(const std::string& fields) {
  return BodyReader::of_request(HttpHead("POST / HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n"));
}

std::optional<BodyReader> of_response(const std::string& status, const std::string& fields,
                                      std::string_view method = "GET") {
  return BodyReader::of_response(HttpHead("HTTP/1.1 " + status + "\r\n" + fields + "\r\n"), method);
}

/// How many octets of `data` belong to the body, fed in pieces of `size`.
std::size_t feed(BodyReader& reader, std::string_view data, std::size_t size) {
  std::size_t taken = 0;
  while (!data.empty()) {
    const std::string_view piece = data.substr(0, size);
    const std::size_t of_piece = reader.feed(as_bytes(piece));
    taken += of_piece;
    if (of_piece < piece.size()) return taken;
    data.remove_prefix(piece.size());
  }
  return taken;
}

TEST(BodyReader, finds_the_end_whatever_the_cut) {
  const std::string next = "GET /next HTTP/1.1\r\n";
  struct Row {
    std::string fields, body;
  };
  const Row rows[] = {
      {"Content-Length: 5\r\n", "hello"},
      {"Content-Length: 0\r\n", ""},
      {"", ""},
      {"Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n"},
      {"transfer-encoding: CHUNKED\r\n", "00a;x=\"y\"\r\n0123456789\r\nA \r\n0123456789\r\n000\r\n\r\n"},
      {"Transfer-Encoding: chunked\r\n", "1\r\n0\r\n0\r\nTrailer: x\r\nOther: y\r\n\r\n"},
  };
  for (const Row& row : rows) {
    const std::string data = row.body + next;
    for (std::size_t size = 1; size <= data.size(); ++size) {
      auto reader = of_request(row.fields);
      ASSERT_TRUE(reader) << row.fields;
      EXPECT_EQ(feed(*reader, data, size), row.body.size()) << row.fields;
      EXPECT_TRUE(reader->is_complete());
      EXPECT_FALSE(reader->is_broken());
    }
  }
}

TEST(BodyReader, s6_3_refuses_what_can_be_read_in_two_ways) {
  for (const char* fields :
       {"Content-Length: 5\r\nContent-Length: 5\r\n", "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: 5, 5\r\n", "Content-Length: +5\r\n", "Content-Length: -1\r\n",
        "Content-Length: 0x5\r\n", "Content-Length: \r\n", "Content-Length: 18446744073709551616\r\n",
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: identity\r\n", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"}) {
    EXPECT_FALSE(of_request(fields)) << fields;
  }
  EXPECT_FALSE(BodyReader::of_request(HttpHead("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n")));
}

TEST(BodyReader, s7_1_notices_a_chunked_coding_that_is_not_followed) {
  for (const char* body : {"x", "\r\n", "5\nhello\r\n", "5\r\nhelloX", "5\r\nhello\rX", "0\r\n\rX",
                           "0\r\nA: b\n", "5;x\n", "1234567890abcdef0\r\n", "0\r\n\nX"}) {
    auto reader = of_request("Transfer-Encoding: chunked\r\n");
    feed(*reader, body, 100);
    EXPECT_TRUE(reader->is_broken()) << body;
  }
}

TEST(BodyReader, s6_3_answers_without_a_body) {
  for (const char* status : {"101 Switching Protocols", "204 No Content", "304 Not Modified"}) {
    EXPECT_TRUE(of_response(status, "Content-Length: 5\r\n")->is_complete()) << status;
  }
  EXPECT_TRUE(of_response("200 OK", "Content-Length: 5\r\n", "HEAD")->is_complete());
}

TEST(BodyReader, s6_3_an_answer_without_a_length_ends_with_the_connection) {
  auto reader = of_response("200 OK", "");
  EXPECT_TRUE(reader->ends_with_connection());
  EXPECT_EQ(feed(*reader, "anything", 3), 8U);
  EXPECT_FALSE(reader->is_complete());
}

}  // namespace
}  // namespace wsrig::ws
