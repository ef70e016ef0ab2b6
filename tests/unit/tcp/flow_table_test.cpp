#include "pcap/tcp/flow_table.hpp"

#include <gmock/gmock.h>

#include "tests/support/damage.hpp"
#include "tests/support/followed.hpp"

namespace wsrig::test {
namespace {

using testing::ElementsAre;
using Sender = Conversation::Sender;

TEST(FlowTable, follows_both_directions_from_SYN_to_FIN) {
  Conversation talk;
  talk.open().client("ping").server("pong").client("bye").close();
  const Recorder seen = Recorder::of(talk.packets());
  ASSERT_EQ(seen.flows.size(), 1u);
  const FollowedFlow& flow = *seen.flows[0];
  EXPECT_EQ(flow.forward(), "pingbye");
  EXPECT_EQ(flow.backward(), "pong");
  EXPECT_THAT(flow.events, ElementsAre("> SYN", "< SYN-ACK", "> handshake done", "> FIN", "< FIN"));
  EXPECT_THAT(flow.streams[0].ends, ElementsAre("FIN"));
  EXPECT_THAT(flow.streams[1].ends, ElementsAre("FIN"));
  EXPECT_EQ(flow.closed, 1);
  EXPECT_EQ(seen.counters.connections, 1u);
  EXPECT_EQ(seen.counters.mid_stream, 0u);
}

}  // namespace
}  // namespace wsrig::test
