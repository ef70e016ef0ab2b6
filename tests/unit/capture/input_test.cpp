#include "capture/input.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <gtest/gtest.h>
#include <string>
#include <thread>
#include <unistd.h>
#include <zlib.h>

#include "capture/reader.hpp"
#include "tests/support/capture_file.hpp"
#include "tests/support/conversation.hpp"

namespace wsrig::capture {
namespace {

/// A file that goes with it.
class TemporaryFile {
 public:
  explicit TemporaryFile(ws::Bytes octets) {
    const int file = mkstemp(name_.data());
    EXPECT_EQ(write(file, octets.data(), octets.size()), static_cast<ssize_t>(octets.size()));
    ::close(file);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() { std::remove(name_.c_str()); }
  const std::string& name() const { return name_; }

 private:
  std::string name_ = testing::TempDir() + "capture_input_XXXXXX";
};

ws::ByteBuffer gzipped(ws::Bytes octets) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
  ws::ByteBuffer out(deflateBound(&stream, octets.size()));
  stream.next_in = const_cast<Bytef*>(octets.data());
  stream.avail_in = static_cast<uInt>(octets.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

ws::ByteBuffer read_all(Input& input, std::size_t step) {
  ws::ByteBuffer all;
  for (ws::Bytes some = input.peek(step); !some.empty(); some = input.peek(step)) {
    ws::append(all, some);
    input.take(some.size());
  }
  return all;
}

ws::ByteBuffer pattern(std::size_t size) {
  ws::ByteBuffer octets(size);
  for (std::size_t i = 0; i < size; ++i) octets[i] = static_cast<std::uint8_t>(i * i >> 8);
  return octets;
}

TEST(Input, maps_a_file_and_releases_its_pages_without_losing_them) {
  const ws::ByteBuffer octets = pattern(40'000'000);
  const TemporaryFile file(octets);
  const auto input = open_input(file.name()).value();
  EXPECT_TRUE(input->octets_persist());
  EXPECT_EQ(input->size(), octets.size());
  const ws::Bytes first = input->peek(16);
  EXPECT_EQ(read_all(*input, 65'536), octets);
  EXPECT_EQ(input->position(), octets.size());
  EXPECT_TRUE(std::equal(first.begin(), first.end(), octets.begin()));
}

TEST(Input, reads_a_pipe_with_windows_larger_than_what_comes_at_once) {
  const ws::ByteBuffer octets = pattern(5'000'000);
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  std::thread writer([&] {
    for (std::size_t at = 0; at < octets.size();) {
      at += static_cast<std::size_t>(
          write(ends[1], octets.data() + at, std::min<std::size_t>(7'777, octets.size() - at)));
    }
    ::close(ends[1]);
  });
  const auto input = open_input("/dev/fd/" + std::to_string(ends[0])).value();
  EXPECT_FALSE(input->octets_persist());
  EXPECT_EQ(input->peek(3'000'000).size(), 3'000'000u);
  EXPECT_EQ(input->position(), 0u);
  EXPECT_EQ(read_all(*input, 1'234), octets);
  writer.join();
  ::close(ends[0]);
}

TEST(Input, skips_what_is_there_and_tells_where_it_is_not) {
  const ws::ByteBuffer octets = pattern(200'000);
  const auto input = memory_input(octets);
  EXPECT_TRUE(input->skip(199'999));
  EXPECT_EQ(input->position(), 199'999u);
  EXPECT_FALSE(input->skip(2));
}

TEST(Input, fails_with_the_error_of_the_system) {
  EXPECT_EQ(open_input("/nowhere/at/all").error(), boost::system::errc::no_such_file_or_directory);
  EXPECT_EQ(open_input("/tmp").error(), boost::system::errc::is_a_directory);
}

TEST(GzipInput, inflates_all_members_and_leaves_what_is_none) {
  const ws::ByteBuffer octets = pattern(3'000'000);
  ws::ByteBuffer file = gzipped(ws::Bytes(octets).first(1'000'000));
  ws::append(file, gzipped(ws::Bytes(octets).subspan(1'000'000)));
  ws::append(file, test::octets("00 00 00 00"));
  const TemporaryFile stored(file);
  const auto input = open_input(stored.name()).value();
  EXPECT_EQ(read_all(*input, 10'000), octets);
  EXPECT_FALSE(input->problem());
}

TEST(GzipInput, gives_what_stands_before_a_cut) {
  const ws::ByteBuffer octets = pattern(100'000);
  const ws::ByteBuffer file = gzipped(octets);
  for (const std::size_t size : {std::size_t{2}, std::size_t{10}, file.size() / 2, file.size() - 1}) {
    const auto input = gzip_input(memory_input(ws::Bytes(file).first(size)));
    const ws::ByteBuffer got = read_all(*input, 1'000);
    EXPECT_TRUE(std::equal(got.begin(), got.end(), octets.begin())) << size;
    ASSERT_TRUE(input->problem()) << size;
    EXPECT_EQ(input->problem()->severity, Problem::Severity::cut_tail) << size;
  }
}

TEST(GzipInput, tells_damage_with_the_offset_in_what_it_inflates_to) {
  ws::ByteBuffer file = gzipped(ws::ByteBuffer(100'000, 7));
  file[file.size() - 8] ^= 1;  // the checksum
  const auto input = gzip_input(memory_input(file));
  EXPECT_EQ(read_all(*input, 1'000).size(), 100'000u);
  ASSERT_TRUE(input->problem());
  EXPECT_EQ(input->problem()->severity, Problem::Severity::damage);
  EXPECT_EQ(input->problem()->offset, 100'000u);
}

TEST(OpenCapture, reads_the_same_from_a_file_a_gzip_file_and_memory) {
  test::Conversation talk;
  talk.open().client("hello").close();
  const ws::ByteBuffer file = test::as_pcapng(talk.packets());
  const TemporaryFile plain(file);
  const TemporaryFile packed(gzipped(file));
  const auto expected = test::KeptCapture::of(read_capture(file)).packets;
  EXPECT_EQ(expected.size(), talk.packets().size());
  EXPECT_EQ(test::KeptCapture::of(open_capture(plain.name()).value()).packets, expected);
  EXPECT_EQ(test::KeptCapture::of(open_capture(packed.name()).value()).packets, expected);
}

TEST(OpenCapture, tells_what_a_foreign_file_is) {
  const auto what = [](std::string_view text) {
    return test::KeptCapture::of(read_capture(ws::as_bytes(text))).what();
  };
  EXPECT_EQ(what(""), "at offset 0: the file is empty");
  EXPECT_EQ(what("GET / HTTP/1.1"), "at offset 0: neither pcap nor pcapng: it begins with 47 45 54 20");
  EXPECT_EQ(what("\x0a"), "at offset 0: neither pcap nor pcapng: it begins with 0a");
  EXPECT_EQ(what("\x28\xb5\x2f\xfd...."), "at offset 0: a zstd file: inflate it first");
  EXPECT_EQ(what("\x1f\x8b"), "at offset 0: the gzip stream ends early");
}

TEST(OpenInput, a_file_that_becomes_shorter_is_told_of) {
  const TemporaryFile file(pattern(1 << 20));
  auto input = open_input(file.name());
  ASSERT_TRUE(input);
  EXPECT_EQ((*input)->peek(10).size(), 10u);
  ASSERT_EQ(truncate(file.name().c_str(), 5000), 0);
  const ws::ByteBuffer all = read_all(**input, 100);
  EXPECT_LT(all.size(), 20000u) << "it goes on with zeros, but not for long";
  ASSERT_TRUE((*input)->problem());
  EXPECT_EQ(describe(*(*input)->problem()), "at offset 5000: the file became shorter while it was read");
}

}  // namespace
}  // namespace wsrig::capture
