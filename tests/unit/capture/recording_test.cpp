#include "capture/recording.hpp"

#include <gtest/gtest.h>

#include "capture/reader.hpp"
#include "tests/support/capture_file.hpp"
#include "tests/support/conversation.hpp"

namespace wsrig::capture {
namespace {

using Sender = TcpSynthesis::Sender;
using test::KeptCapture;

constexpr std::size_t plenty = std::size_t{1024} * 1024;

TEST(Recording, holds_the_packets_of_all_its_connections) {
  ws::ByteBuffer file;
  const auto recording = Recording::in_memory(file, plenty, "test");
  TcpSynthesis first = recording->connection(test::endpoint_v4(1, 1000), test::endpoint_v4(2, 80));
  TcpSynthesis second = recording->connection(test::endpoint_v4(1, 1001), test::endpoint_v4(2, 80));
  first.open(Timestamp(1));
  second.open(Timestamp(2));
  first.send(Sender::client, ws::as_bytes("hello"), Timestamp(3));
  const KeptCapture kept = KeptCapture::of(read_capture(file));
  EXPECT_EQ(kept.what(), "");
  ASSERT_EQ(kept.packets.size(), 3u + 3u + 2u);
  EXPECT_EQ(kept.packets[3].time, Timestamp(2));
}

TEST(Recording, gives_a_port_that_is_used_again_other_sequence_numbers) {
  ws::ByteBuffer file;
  const auto recording = Recording::in_memory(file, plenty, "test");
  TcpSynthesis first = recording->connection(test::endpoint_v4(1, 1000), test::endpoint_v4(2, 80));
  TcpSynthesis second = recording->connection(test::endpoint_v4(1, 1000), test::endpoint_v4(2, 80));
  EXPECT_NE(first.next_sequence(Sender::client), second.next_sequence(Sender::client));
  EXPECT_NE(first.next_sequence(Sender::server), second.next_sequence(Sender::server));
}

TEST(Recording, stops_at_a_packet_where_there_is_no_room) {
  ws::ByteBuffer file;
  const auto recording = Recording::in_memory(file, 1000, "test");
  int failures = 0;
  recording->on_failure([&](boost::system::error_code error) {
    ++failures;
    EXPECT_EQ(error, boost::system::errc::no_buffer_space);
  });
  TcpSynthesis connection = recording->connection(test::endpoint_v4(1, 1000), test::endpoint_v4(2, 80));
  for (int i = 0; i < 20; ++i) connection.send(Sender::client, ws::ByteBuffer(100), Timestamp(i));
  EXPECT_LE(file.size(), 1000u);
  EXPECT_EQ(KeptCapture::of(read_capture(file)).what(), "");
  EXPECT_EQ(failures, 1);
}

TEST(Recording, tells_why_a_file_cannot_be_made) {
  EXPECT_EQ(Recording::create("/nowhere/at/all", "test").error(),
            boost::system::errc::no_such_file_or_directory);
  EXPECT_EQ(Recording::create("/dev/full", "test").error(), boost::system::errc::no_space_on_device);
}

}  // namespace
}  // namespace wsrig::capture
