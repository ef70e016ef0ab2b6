#include "ws/http_head.hpp"

#include <gmock/gmock.h>
#include <ostream>

#include "tests/support/cuts.hpp"
#include "tests/support/octets.hpp"

namespace wsrig::ws {

void PrintTo(HeadAnomaly anomaly, std::ostream* out) { *out << slug(anomaly); }

namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Status = HeadReader::Status;

struct Fed {
  Status status = Status::need_more;
  std::size_t taken = 0;
};
/// Feeds a stream in pieces until the reader wants no more.
Fed feed(HeadReader& reader, std::string_view stream, const test::Pieces& pieces) {
  Fed fed;
  std::size_t at = 0;
  for (const std::size_t piece : pieces) {
    std::size_t taken = 0;
    fed.status = reader.feed(as_bytes(stream.substr(at, piece)), taken);
    fed.taken += taken;
    at += piece;
    if (fed.status != Status::need_more) break;
  }
  return fed;
}

TEST(HttpHead, s3_request_line) {
  const HttpHead head("GET /chat?a=b HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(head.start_line(), "GET /chat?a=b HTTP/1.1");
  EXPECT_EQ(head.method(), "GET");
  EXPECT_EQ(head.target(), "/chat?a=b");
  EXPECT_EQ(head.version(), "HTTP/1.1");
  EXPECT_EQ(head.version_number(), 11);
  EXPECT_EQ(head.status(), 0);
  EXPECT_THAT(head.anomalies(), IsEmpty());
}

TEST(HttpHead, s4_status_line) {
  const HttpHead head("HTTP/1.1 101 Switching Protocols\r\n\r\n");
  EXPECT_EQ(head.version_number(), 11);
  EXPECT_EQ(head.status(), 101);
  EXPECT_EQ(head.reason(), "Switching Protocols");
  EXPECT_EQ(head.method(), "");
  EXPECT_THAT(head.anomalies(), IsEmpty());
}

TEST(HttpHead, s4_an_empty_reason_keeps_its_blank) {
  EXPECT_THAT(HttpHead("HTTP/1.1 101 \r\n\r\n").anomalies(), IsEmpty());
  const HttpHead without("HTTP/1.1 101\r\n\r\n");
  EXPECT_EQ(without.status(), 101);
  EXPECT_THAT(without.anomalies(), ElementsAre(HeadAnomaly::bad_start_line));
}

struct BadStartLine {
  const char* name;
  std::string_view line;
};
std::ostream& operator<<(std::ostream& out, const BadStartLine& row) { return out << row.name; }
class BadStartLines : public testing::TestWithParam<BadStartLine> {};
INSTANTIATE_TEST_SUITE_P(
    HttpHead, BadStartLines,
    testing::Values(
        BadStartLine{"one_word", "GET"}, BadStartLine{"http_0_9", "GET /"},
        BadStartLine{"two_blanks", "GET  / HTTP/1.1"}, BadStartLine{"tab", "GET\t/\tHTTP/1.1"},
        BadStartLine{"blank_in_target", "GET /a b HTTP/1.1"}, BadStartLine{"blank_behind", "GET / HTTP/1.1 "},
        BadStartLine{"blank_before", " GET / HTTP/1.1"}, BadStartLine{"lower_case_http", "GET / http/1.1"},
        BadStartLine{"two_digit_version", "GET / HTTP/1.10"}, BadStartLine{"no_digit", "GET / HTTP/1.x"},
        BadStartLine{"method_no_token", "G(T / HTTP/1.1"},
        BadStartLine{"nul_in_target", std::string_view("GET /\0 HTTP/1.1", 15)},
        BadStartLine{"short_status", "HTTP/1.1 10 x"}, BadStartLine{"long_status", "HTTP/1.1 1010 x"},
        BadStartLine{"no_status", "HTTP/1.1"}, BadStartLine{"version_alone", "HTTP/1.1 "},
        BadStartLine{"status_word", "HTTP/1.1 abc x"}, BadStartLine{"tls", "\x16\x03\x01"},
        BadStartLine{"control_in_reason", "HTTP/1.1 101 a\x07"}),
    [](const auto& row) { return std::string(row.param.name); });
TEST_P(BadStartLines, are_an_anomaly) {
  const HttpHead head(std::string(GetParam().line) + "\r\nHost: x\r\n\r\n");
  EXPECT_THAT(head.anomalies(), testing::Contains(HeadAnomaly::bad_start_line));
  EXPECT_EQ(head.start_line(), GetParam().line);
  EXPECT_EQ(head.find("host"), "x");
}

TEST(HttpHead, s5_fields_keep_order_case_and_duplicates) {
  const HttpHead head("GET / HTTP/1.1\r\nB: 1\r\na:2\r\nb: \t 3 \t\r\nEmpty:\r\n\r\n");
  ASSERT_EQ(head.fields().size(), 4u);
  EXPECT_EQ(head.fields()[0].name, "B");
  EXPECT_EQ(head.fields()[2].name, "b");
  EXPECT_THAT(head.all("b"), ElementsAre("1", "3"));
  EXPECT_EQ(head.count("B"), 2u);
  EXPECT_EQ(head.find("b"), "1");
  EXPECT_EQ(head.find("A"), "2");
  EXPECT_EQ(head.find("EMPTY"), "");
  EXPECT_EQ(head.find("c"), std::nullopt);
  EXPECT_EQ(head.joined("b"), "1, 3");
  EXPECT_EQ(head.joined("empty"), "");
  EXPECT_EQ(head.joined("c"), "");
}

struct AnomalyRow {
  const char* name;
  std::string_view bytes;
  std::vector<HeadAnomaly> expected;
};
std::ostream& operator<<(std::ostream& out, const AnomalyRow& row) { return out << row.name; }
class Anomalies : public testing::TestWithParam<AnomalyRow> {};
INSTANTIATE_TEST_SUITE_P(
    HttpHead, Anomalies,
    testing::Values(
        AnomalyRow{"none", "GET / HTTP/1.1\r\nA: \tx\xff y\r\n\r\n", {}},
        AnomalyRow{"s2_2_bare_lf_in_start_line", "GET / HTTP/1.1\nA: 1\r\n\r\n", {HeadAnomaly::bare_lf}},
        AnomalyRow{"s2_2_bare_lf_in_field", "GET / HTTP/1.1\r\nA: 1\n\r\n", {HeadAnomaly::bare_lf}},
        AnomalyRow{"s2_2_bare_lf_at_the_end", "GET / HTTP/1.1\r\nA: 1\r\n\n", {HeadAnomaly::bare_lf}},
        AnomalyRow{"s2_2_bare_lf_without_fields", "GET / HTTP/1.1\r\n\n", {HeadAnomaly::bare_lf}},
        AnomalyRow{"s2_2_bare_cr_in_value", "GET / HTTP/1.1\r\nA: 1\rB: 2\r\n\r\n", {HeadAnomaly::bare_cr}},
        AnomalyRow{"s2_2_cr_cr_lf", "GET / HTTP/1.1\r\nA: 1\r\r\n\r\n", {HeadAnomaly::bare_cr}},
        AnomalyRow{"s5_2_fold", "GET / HTTP/1.1\r\nA: 1\r\n 2\r\n\r\n", {HeadAnomaly::obs_fold}},
        AnomalyRow{"s5_2_fold_by_tab", "GET / HTTP/1.1\r\nA: 1\r\n\t2\r\n\r\n", {HeadAnomaly::obs_fold}},
        AnomalyRow{
            "s5_1_blank_before_colon", "GET / HTTP/1.1\r\nA : 1\r\n\r\n", {HeadAnomaly::blank_before_colon}},
        AnomalyRow{
            "s2_2_blank_before_first", "GET / HTTP/1.1\r\n A: 1\r\n\r\n", {HeadAnomaly::blank_before_first}},
        AnomalyRow{"s5_no_colon", "GET / HTTP/1.1\r\nA 1\r\n\r\n", {HeadAnomaly::no_colon}},
        AnomalyRow{"s5_fold_of_no_field",
                   "GET / HTTP/1.1\r\nA: 1\r\njunk\r\n 2\r\n\r\n",
                   {HeadAnomaly::no_colon, HeadAnomaly::obs_fold}},
        AnomalyRow{"s5_1_blank_in_name", "GET / HTTP/1.1\r\nA B: 1\r\n\r\n", {HeadAnomaly::bad_field_name}},
        AnomalyRow{"s5_1_empty_name", "GET / HTTP/1.1\r\n: 1\r\n\r\n", {HeadAnomaly::bad_field_name}},
        AnomalyRow{"s5_1_utf8_name", "GET / HTTP/1.1\r\n\xc3\xa9: 1\r\n\r\n", {HeadAnomaly::bad_field_name}},
        AnomalyRow{"s5_5_nul",
                   std::string_view("GET / HTTP/1.1\r\nA: \0\r\n\r\n", 24),
                   {HeadAnomaly::control_character}},
        AnomalyRow{"s5_5_del", "GET / HTTP/1.1\r\nA: \x7f\r\n\r\n", {HeadAnomaly::control_character}},
        AnomalyRow{"s5_5_control_in_a_fold",
                   "GET / HTTP/1.1\r\nA: 1\r\n \x01\r\n\r\n",
                   {HeadAnomaly::obs_fold, HeadAnomaly::control_character}},
        AnomalyRow{
            "each_kind_once", "GET / HTTP/1.1\nA\nB\n\n", {HeadAnomaly::bare_lf, HeadAnomaly::no_colon}}),
    [](const auto& row) { return std::string(row.param.name); });
TEST_P(Anomalies, are_told_and_the_bytes_kept) {
  const HttpHead head{std::string(GetParam().bytes)};
  EXPECT_EQ(head.anomalies(), GetParam().expected);
  EXPECT_EQ(head.bytes(), GetParam().bytes);
}

TEST(HttpHead, every_anomaly_has_its_words) {
  for (int i = 0; i <= static_cast<int>(HeadAnomaly::bad_start_line); ++i) {
    const auto anomaly = static_cast<HeadAnomaly>(i);
    EXPECT_NE(describe(anomaly), "");
    EXPECT_TRUE(section(anomaly).starts_with("RFC 91")) << slug(anomaly);
  }
  EXPECT_EQ(slug(HeadAnomaly::bare_lf), "bare-lf");
  EXPECT_EQ(slug(HeadAnomaly::bad_start_line), "start-line-malformed");
}

TEST(HttpHead, s5_2_a_folded_value_still_holds_its_fold) {
  const HttpHead head("GET / HTTP/1.1\r\nA: 1\r\n\t2 \r\n 3\r\nB:\r\n 4\r\n\r\n");
  EXPECT_EQ(head.find("a"), "1\r\n\t2 \r\n 3");
  EXPECT_EQ(head.find("b"), "4");
}

TEST(HttpHead, s5_1_a_name_loses_the_blank_before_its_colon) {
  EXPECT_EQ(HttpHead("GET / HTTP/1.1\r\nHost\t: x\r\n\r\n").find("host"), "x");
}

TEST(HttpHead, s2_2_one_empty_line_before_a_request_is_ignored) {
  const HttpHead head("\r\nGET / HTTP/1.1\r\nA: 1\r\n\r\n");
  EXPECT_EQ(head.method(), "GET");
  EXPECT_EQ(head.find("a"), "1");
  EXPECT_THAT(head.anomalies(), IsEmpty());
  EXPECT_THAT(HttpHead("\r\nHTTP/1.1 101 x\r\n\r\n").anomalies(), ElementsAre(HeadAnomaly::bad_start_line));
}

TEST(HttpHead, is_total) {
  for (const std::string_view bytes :
       {"", "\n", "\r\n\r\n", ":", "GET / HTTP/1.1", "GET / HTTP/1.1\r\nA: 1", " \r\n"}) {
    EXPECT_EQ(HttpHead(std::string(bytes)).bytes(), bytes);
  }
  EXPECT_EQ(HttpHead("GET / HTTP/1.1\r\nA: 1").find("a"), "1");
}

TEST(HttpHead, ends_at_its_empty_line) {
  EXPECT_EQ(HttpHead("GET / HTTP/1.1\r\n\r\nA: 1\r\n\r\n").count("a"), 0u);
}

TEST(HttpHead, views_outlive_the_head_they_were_copied_or_moved_from) {
  auto original =
      std::make_unique<HttpHead>("G / HTTP/1.1\n\n");  // short enough to live inside a std::string
  const HttpHead copy = *original;
  HttpHead moved = std::move(*original);
  original.reset();
  EXPECT_EQ(copy.target(), "/");
  EXPECT_EQ(moved.method(), "G");
  moved = copy;
  EXPECT_EQ(moved.version(), "HTTP/1.1");
}

constexpr std::string_view small_head = "GET / HTTP/1.1\r\nHost: x\r\nA: 1\r\n\r\n";

TEST(HeadReader, gives_the_same_head_however_the_stream_is_cut) {
  const std::string stream = std::string(small_head) + "\x81\x05Hello";
  for (const test::Pieces& pieces : test::every_cut(stream.size())) {
    HeadReader reader;
    const Fed fed = feed(reader, stream, pieces);
    EXPECT_EQ(fed.status, Status::complete);
    EXPECT_EQ(fed.taken, small_head.size());
    EXPECT_EQ(reader.take().bytes(), small_head);
  }
  HeadReader reader;
  EXPECT_EQ(feed(reader, stream, test::octet_by_octet(stream.size())).taken, small_head.size());
}

TEST(HeadReader, needs_more_until_the_last_octet) {
  HeadReader reader;
  EXPECT_EQ(feed(reader, small_head, test::octet_by_octet(small_head.size() - 1)).status, Status::need_more);
  EXPECT_EQ(reader.partial(), small_head.substr(0, small_head.size() - 1));
}

TEST(HeadReader, s2_2_any_mix_of_line_ends) {
  for (const std::string_view end : {"\r\n\r\n", "\n\n", "\r\n\n", "\n\r\n"}) {
    const std::string head = "GET / HTTP/1.1\r\nHost: x" + std::string(end);
    HeadReader reader;
    const Fed fed = feed(reader, head + "\n\n", test::octet_by_octet(head.size() + 2));
    EXPECT_EQ(fed.status, Status::complete);
    EXPECT_EQ(fed.taken, head.size());
  }
}

TEST(HeadReader, a_line_of_cr_or_blanks_does_not_end_the_head) {
  for (const std::string_view bytes :
       {"GET / HTTP/1.1\r\n\r\r\n", "GET / HTTP/1.1\r\n \r\n", "GET / HTTP/1.1\r\n\r"}) {
    HeadReader reader;
    EXPECT_EQ(feed(reader, bytes, test::whole(bytes.size())).status, Status::need_more) << bytes;
  }
}

TEST(HeadReader, s2_2_one_empty_line_comes_before_a_request_two_are_a_head) {
  HeadReader reader;
  const std::string_view stream = "\r\nGET / HTTP/1.1\r\n\r\n";
  EXPECT_EQ(feed(reader, stream, test::octet_by_octet(stream.size())).taken, stream.size());
  EXPECT_EQ(reader.take().method(), "GET");
  EXPECT_EQ(feed(reader, "\r\n\r\nGET", test::whole(7)).taken, 4u);
  EXPECT_THAT(reader.take().anomalies(), ElementsAre(HeadAnomaly::bad_start_line));
}

TEST(HeadReader, limits_octets_exactly) {
  for (const test::Pieces& pieces : test::every_cut(small_head.size())) {
    HeadReader enough(small_head.size());
    EXPECT_EQ(feed(enough, small_head, pieces).status, Status::complete);
    HeadReader small(small_head.size() - 1);
    const Fed fed = feed(small, small_head, pieces);
    EXPECT_EQ(fed.status, Status::too_long);
    EXPECT_EQ(fed.taken, small_head.size() - 1);
  }
}

TEST(HeadReader, limits_fields_exactly) {
  HeadReader enough(1024, 2);
  EXPECT_EQ(feed(enough, small_head, test::whole(small_head.size())).status, Status::complete);
  HeadReader small(1024, 1);
  EXPECT_EQ(feed(small, small_head, test::whole(small_head.size())).status, Status::too_many_fields);
}

TEST(HeadReader, a_verdict_stays_until_the_head_is_taken) {
  HeadReader reader(4);
  EXPECT_EQ(feed(reader, "GET / ", test::whole(6)).status, Status::too_long);
  const Fed again = feed(reader, "x", test::whole(1));
  EXPECT_EQ(again.status, Status::too_long);
  EXPECT_EQ(again.taken, 0u);
  EXPECT_EQ(reader.take().bytes(), "GET ");
  EXPECT_EQ(feed(reader, "a\n\n", test::whole(3)).status, Status::complete);
}

TEST(HeadReader, reads_one_head_after_the_other) {
  const std::string stream = std::string(small_head) + "HTTP/1.1 101 x\r\n\r\n";
  HeadReader reader;
  const Fed first = feed(reader, stream, test::whole(stream.size()));
  EXPECT_EQ(reader.take().method(), "GET");
  const std::string_view rest = std::string_view(stream).substr(first.taken);
  EXPECT_EQ(feed(reader, rest, test::whole(rest.size())).status, Status::complete);
  EXPECT_EQ(reader.take().status(), 101);
}

TEST(HttpHead, rfc9110_s15_2_interim_responses) {
  for (const auto& [status, is_interim] : {std::pair{"100", true},
                                           {"101", false},
                                           {"103", true},
                                           {"199", true},
                                           {"200", false},
                                           {"099", false}}) {
    EXPECT_EQ(HttpHead("HTTP/1.1 " + std::string(status) + " x\r\n\r\n").is_interim(), is_interim) << status;
  }
  EXPECT_FALSE(HttpHead("GET / HTTP/1.1\r\n\r\n").is_interim());
}

TEST(HeadReader, takes_a_huge_head_octet_by_octet_in_linear_time) {
  std::string stream = "GET / HTTP/1.1\r\n";
  stream += "A: " + std::string(4u << 20, '"') + "\r\n\r\n";
  HeadReader reader(stream.size());
  EXPECT_EQ(feed(reader, stream, test::octet_by_octet(stream.size())).status, Status::complete);
  EXPECT_EQ(reader.take().find("a")->size(), 4u << 20);
}

TEST(HttpSyntax, s5_6_2_token) {
  EXPECT_TRUE(is_token("permessage-deflate"));
  EXPECT_TRUE(is_token("!#$%&'*+-.^_`|~09azAZ"));
  for (const std::string_view text :
       {"", "a b", "a,b", "a;b", "a=b", "\"a\"", "a/b", "a\x7f", "\xc3\xa9", "a\t", "(a)"}) {
    EXPECT_FALSE(is_token(text)) << text;
  }
}

TEST(HttpSyntax, equal_ignoring_case_is_for_ascii) {
  EXPECT_TRUE(equal_ignoring_case("WebSocket", "wEBsOCKET"));
  EXPECT_FALSE(equal_ignoring_case("websocket", "websocke"));
  EXPECT_FALSE(equal_ignoring_case("[", "{"));
  EXPECT_FALSE(equal_ignoring_case("\xc9", "\xe9"));
}

TEST(HttpSyntax, s5_6_1_list) {
  EXPECT_THAT(split_list("a, b\t,c"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(split_list(",, a ,,"), ElementsAre("a"));
  EXPECT_THAT(split_list(""), IsEmpty());
  EXPECT_THAT(split_list(" , "), IsEmpty());
  EXPECT_THAT(split_list(R"(a; x="1,2", b)"), ElementsAre(R"(a; x="1,2")", "b"));
  EXPECT_THAT(split_list(R"("a\",b", c)"), ElementsAre(R"("a\",b")", "c"));
  EXPECT_THAT(split_list(R"(a, "b,c)"), ElementsAre("a", R"("b,c)"));
  EXPECT_THAT(split_list("\"\\"), ElementsAre("\"\\"));
  EXPECT_TRUE(list_has_token("keep-alive, UPGRADE", "upgrade"));
  EXPECT_FALSE(list_has_token("keep-alive, upgrades", "upgrade"));
  EXPECT_FALSE(list_has_token("\"upgrade\"", "upgrade"));
}

}  // namespace
}  // namespace wsrig::ws
