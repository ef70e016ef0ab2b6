#include <gtest/gtest.h>
#include <ostream>

#include "ws/handshake.hpp"

namespace wsrig::ws {
namespace {

std::vector<ExtensionOffer> offers(std::string_view value) {
  std::string error;
  return parse_extensions(value, error).value();
}

struct Choice {
  const char* name;
  std::string_view offered;
  std::string_view response;  ///< empty: declined
  DeflatePolicy policy = {};
};
std::ostream& operator<<(std::ostream& out, const Choice& row) { return out << row.name; }
class Choices : public testing::TestWithParam<Choice> {};
TEST_P(Choices, of_a_server) {
  const auto choice = choose_deflate(offers(GetParam().offered), GetParam().policy);
  EXPECT_EQ(choice ? choice->response : "", GetParam().response);
}
const auto row_name = [](const auto& row) { return std::string(row.param.name); };

INSTANTIATE_TEST_SUITE_P(
    S7_1, Choices,
    testing::Values(
        Choice{"plain", "permessage-deflate", "permessage-deflate"},
        Choice{"another_extension", "foo, permessage-deflate-x", ""},
        Choice{"unknown_parameter", "permessage-deflate; foo", ""},
        Choice{"name_in_another_case", "permessage-deflate; Server_No_Context_Takeover", ""},
        Choice{"flag_twice", "permessage-deflate; client_no_context_takeover; client_no_context_takeover",
               ""},
        Choice{"bits_twice", "permessage-deflate; server_max_window_bits=10; server_max_window_bits=10", ""},
        Choice{"client_bits_twice", "permessage-deflate; client_max_window_bits; client_max_window_bits=10",
               ""},
        Choice{"s5_the_next_offer",
               "permessage-deflate; foo, bar, permessage-deflate; server_max_window_bits=9",
               "permessage-deflate; server_max_window_bits=9"},
        Choice{"s5_the_first_offer", "permessage-deflate; server_no_context_takeover, permessage-deflate",
               "permessage-deflate; server_no_context_takeover"}),
    row_name);

INSTANTIATE_TEST_SUITE_P(
    S7_1_1, Choices,
    testing::Values(Choice{"server_asked", "permessage-deflate; server_no_context_takeover",
                           "permessage-deflate; server_no_context_takeover"},
                    Choice{"server_by_itself",
                           "permessage-deflate",
                           "permessage-deflate; server_no_context_takeover",
                           {.server_no_context_takeover = true}},
                    Choice{"client_hint", "permessage-deflate; client_no_context_takeover",
                           "permessage-deflate; client_no_context_takeover"},
                    Choice{"client_told",
                           "permessage-deflate",
                           "permessage-deflate; client_no_context_takeover",
                           {.client_no_context_takeover = true}},
                    Choice{"server_flag_with_value", "permessage-deflate; server_no_context_takeover=1", ""},
                    Choice{"client_flag_with_value", "permessage-deflate; client_no_context_takeover=true",
                           ""}),
    row_name);

INSTANTIATE_TEST_SUITE_P(
    S7_1_2_1_server_max_window_bits, Choices,
    testing::Values(Choice{"of_8", "permessage-deflate; server_max_window_bits=8",
                           "permessage-deflate; server_max_window_bits=8"},
                    Choice{"of_15", "permessage-deflate; server_max_window_bits=15",
                           "permessage-deflate; server_max_window_bits=15"},
                    Choice{"quoted", "permessage-deflate; server_max_window_bits=\"10\"",
                           "permessage-deflate; server_max_window_bits=10"},
                    Choice{"smaller_by_policy",
                           "permessage-deflate; server_max_window_bits=12",
                           "permessage-deflate; server_max_window_bits=9",
                           {.server_max_window_bits = 9}},
                    Choice{"smaller_by_offer",
                           "permessage-deflate; server_max_window_bits=9",
                           "permessage-deflate; server_max_window_bits=9",
                           {.server_max_window_bits = 12}},
                    Choice{"unasked",
                           "permessage-deflate",
                           "permessage-deflate; server_max_window_bits=12",
                           {.server_max_window_bits = 12}},
                    Choice{"without_value", "permessage-deflate; server_max_window_bits", ""},
                    Choice{"of_7", "permessage-deflate; server_max_window_bits=7", ""},
                    Choice{"of_16", "permessage-deflate; server_max_window_bits=16", ""},
                    Choice{"of_08", "permessage-deflate; server_max_window_bits=08", ""},
                    Choice{"of_015", "permessage-deflate; server_max_window_bits=015", ""},
                    Choice{"of_minus_1", "permessage-deflate; server_max_window_bits=-1", ""},
                    Choice{"of_plus_9", "permessage-deflate; server_max_window_bits=+9", ""},
                    Choice{"of_abc", "permessage-deflate; server_max_window_bits=abc", ""},
                    Choice{"of_266", "permessage-deflate; server_max_window_bits=266", ""},
                    Choice{"of_many_digits",
                           "permessage-deflate; server_max_window_bits=18446744073709551625", ""}),
    row_name);

INSTANTIATE_TEST_SUITE_P(
    S7_1_2_2_client_max_window_bits, Choices,
    testing::Values(
        Choice{"without_value", "permessage-deflate; client_max_window_bits", "permessage-deflate"},
        Choice{"asked_for",
               "permessage-deflate; client_max_window_bits",
               "permessage-deflate; client_max_window_bits=10",
               {.client_max_window_bits = 10}},
        Choice{"hint",
               "permessage-deflate; client_max_window_bits=9",
               "permessage-deflate; client_max_window_bits=9",
               {.client_max_window_bits = 10}},
        Choice{"not_offered", "permessage-deflate", "permessage-deflate", {.client_max_window_bits = 10}},
        Choice{"of_7", "permessage-deflate; client_max_window_bits=7", ""},
        Choice{"of_16", "permessage-deflate; client_max_window_bits=16", ""},
        Choice{"of_08", "permessage-deflate; client_max_window_bits=08", ""},
        Choice{"quoted", "permessage-deflate; client_max_window_bits=\"8\"",
               "permessage-deflate; client_max_window_bits=8"}),
    row_name);

TEST(ChooseDeflate, the_parameters_are_those_of_the_response) {
  const auto list = offers("permessage-deflate; client_no_context_takeover; client_max_window_bits=11");
  const DeflateChoice choice =
      choose_deflate(list, {.server_no_context_takeover = true, .server_max_window_bits = 12}).value();
  EXPECT_EQ(choice.params, (DeflateParams{.server_no_context_takeover = true,
                                          .client_no_context_takeover = true,
                                          .server_max_window_bits = 12,
                                          .client_max_window_bits = 11}));
  DeflateMistake mistake;
  EXPECT_EQ(accept_deflate(offers(choice.response).front(), list.front(), mistake), choice.params)
      << mistake.text;
}

struct Answer {
  const char* name;
  std::string_view offered;
  std::string_view response;
  std::optional<DeflateParams> agreed;
  std::string_view error = "";
};
std::ostream& operator<<(std::ostream& out, const Answer& row) { return out << row.name; }
class Answers : public testing::TestWithParam<Answer> {};
TEST_P(Answers, to_a_client) {
  DeflateMistake mistake;
  const auto params =
      accept_deflate(offers(GetParam().response).front(), offers(GetParam().offered).front(), mistake);
  EXPECT_EQ(params, GetParam().agreed);
  EXPECT_EQ(params ? "" : std::string(mistake.section) + " " + mistake.text, GetParam().error);
}

constexpr std::string_view plain = "permessage-deflate";
INSTANTIATE_TEST_SUITE_P(
    S7_1, Answers,
    testing::Values(
        Answer{"plain", plain, plain, DeflateParams{}},
        Answer{"s7_1_1_1_unasked", plain, "permessage-deflate; server_no_context_takeover",
               DeflateParams{.server_no_context_takeover = true}},
        Answer{"s7_1_1_1_not_answered",
               "permessage-deflate; server_no_context_takeover",
               plain,
               {},
               "RFC 7692 §7.1.1.1 server_no_context_takeover was asked for and is missing"},
        Answer{"s7_1_1_2_told", plain, "permessage-deflate; client_no_context_takeover",
               DeflateParams{.client_no_context_takeover = true}},
        Answer{"s7_1_1_2_hint_holds", "permessage-deflate; client_no_context_takeover", plain,
               DeflateParams{.client_no_context_takeover = true}},
        Answer{"s7_1_2_1_unasked", plain, "permessage-deflate; server_max_window_bits=10",
               DeflateParams{.server_max_window_bits = 10}},
        Answer{"s7_1_2_1_smaller", "permessage-deflate; server_max_window_bits=12",
               "permessage-deflate; server_max_window_bits=8", DeflateParams{.server_max_window_bits = 8}},
        Answer{"s7_1_2_1_larger",
               "permessage-deflate; server_max_window_bits=10",
               "permessage-deflate; server_max_window_bits=11",
               {},
               "RFC 7692 §7.1.2.1 server_max_window_bits is larger than asked for"},
        Answer{"s7_1_2_1_not_answered",
               "permessage-deflate; server_max_window_bits=15",
               plain,
               {},
               "RFC 7692 §7.1.2.1 server_max_window_bits was asked for and is missing"},
        Answer{"s7_1_2_2_told", "permessage-deflate; client_max_window_bits",
               "permessage-deflate; client_max_window_bits=9", DeflateParams{.client_max_window_bits = 9}},
        Answer{"s7_1_2_2_larger_than_the_hint", "permessage-deflate; client_max_window_bits=10",
               "permessage-deflate; client_max_window_bits=12", DeflateParams{.client_max_window_bits = 10}},
        Answer{"s7_1_2_2_hint_holds", "permessage-deflate; client_max_window_bits=10", plain,
               DeflateParams{.client_max_window_bits = 10}},
        Answer{"s7_1_2_2_not_offered",
               plain,
               "permessage-deflate; client_max_window_bits=15",
               {},
               "RFC 7692 §7.1.2.2 client_max_window_bits was not offered"},
        Answer{"s7_1_2_2_without_value",
               "permessage-deflate; client_max_window_bits",
               "permessage-deflate; client_max_window_bits",
               {},
               "RFC 7692 §7.1.2.2 client_max_window_bits needs a value in a response"},
        Answer{"unknown",
               plain,
               "permessage-deflate; foo=1",
               {},
               "RFC 7692 §7 unknown, repeated or invalid parameter foo"},
        Answer{"repeated",
               plain,
               "permessage-deflate; server_max_window_bits=9; server_max_window_bits=9",
               {},
               "RFC 7692 §7 unknown, repeated or invalid parameter server_max_window_bits"},
        Answer{"invalid",
               plain,
               "permessage-deflate; server_max_window_bits=16",
               {},
               "RFC 7692 §7 unknown, repeated or invalid parameter server_max_window_bits"},
        Answer{"flag_with_value",
               plain,
               "permessage-deflate; client_no_context_takeover=0",
               {},
               "RFC 7692 §7 unknown, repeated or invalid parameter client_no_context_takeover"}),
    row_name);

}  // namespace
}  // namespace wsrig::ws
