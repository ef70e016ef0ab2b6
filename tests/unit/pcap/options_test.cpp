#include "pcap/options.hpp"

#include <gmock/gmock.h>

namespace wsrig::pcap {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

diag::Result<Config> read(const std::vector<std::string>& arguments) {
  const auto values = cli::parse(command(), arguments, [](const std::string&) { return std::nullopt; });
  return values ? read_options(*values) : diag::Result<Config>(values.error());
}

TEST(Options, a_file_alone_is_summed_up) {
  const Config config = read({"a.pcap"}).value();
  EXPECT_EQ(config.view, View::summary);
  EXPECT_EQ(config.file, "a.pcap");
}

TEST(Options, the_view_stands_before_or_behind_the_file) {
  for (const auto& words : {std::vector<std::string>{"why", "3", "a.pcap"}, {"a.pcap", "why", "3"}}) {
    const Config config = read(words).value();
    EXPECT_EQ(config.view, View::why);
    EXPECT_EQ(config.file, "a.pcap");
    EXPECT_EQ(config.connection, 3u);
    EXPECT_THAT(config.filter.streams, ElementsAre(3u));
  }
  EXPECT_FALSE(read({"a.pcap", "why"}).value().connection);
  EXPECT_EQ(read({"list", "-"}).value().file, "-");
}

TEST(Options, opcodes_have_names_and_numbers) {
  EXPECT_THAT(read({"a", "--opcode", "ping", "--opcode", "3"}).value().filter.opcodes,
              ElementsAre(ws::Opcode::ping, static_cast<ws::Opcode>(3)));
}

struct Mistake {
  std::vector<std::string> arguments;
  const char* message;
};

TEST(Options, mistakes_are_told) {
  const Mistake mistakes[] = {
      {{}, "a capture file is needed"},
      {{"a.pcap", "follow"}, "follow needs the number of a connection"},
      {{"a.pcap", "b.pcap"}, "unexpected 'b.pcap'"},
      {{"a.pcap", "list", "--jsonl"}, "more than one view"},
      {{"a.pcap", "--har", "--jsonl"}, "more than one view"},
      {{"a.pcap", "--fail-on", "text-not-utf"}, "unknown anomaly 'text-not-utf'"},
      {{"a.pcap", "--opcode", "16"}, "unknown kind of frame '16'"},
      {{"a.pcap", "--stream", "x"}, "'x' is not the number of a connection"},
      {{"-", "--write", "b.pcapng"}, "it needs a file"},
      {{"a.pcap", "--interface", "lo"}, "a capture file is needed, or --interface"},
      {{"a.pcap", "--payload", "12"}, "--payload"},
  };
  for (const Mistake& mistake : mistakes) {
    const auto config = read(mistake.arguments);
    ASSERT_FALSE(config) << mistake.message;
    EXPECT_THAT(config.error().message, HasSubstr(mistake.message));
  }
}

TEST(Options, handshake_findings_can_be_named) {
  EXPECT_THAT(read({"a", "--fail-on", "handshake:accept-wrong", "--fail-on", "any"}).value().fail_on,
              ElementsAre("handshake:accept-wrong", "any"));
}

}  // namespace
}  // namespace wsrig::pcap
