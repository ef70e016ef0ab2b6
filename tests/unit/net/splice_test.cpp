#include <csignal>
#include <gtest/gtest.h>
#include <vector>

#include "tests/unit/net/loopback.hpp"

namespace wsrig::net {
namespace {

/// Two TCP connections on one loop with a relay between them: writer → in, out → reader.
class Splice : public testing::Test, private ChannelHandler {
 protected:
  Splice() {
    std::signal(SIGPIPE, SIG_IGN);
    const auto listener = *Listener::open(
        loop_, *parse_url("tcp://127.0.0.1:0"), {},
        [this](std::unique_ptr<Channel> channel) { accepted_.push_back(std::move(channel)); });
    const Url url = listener->url();
    Dial first(loop_, url, {}, [this](auto result) { writer_ = std::move(*result); });
    run_until(loop_, [this] { return writer_ && accepted_.size() == 1; });
    Dial second(loop_, url, {}, [this](auto result) { out_ = std::move(*result); });
    run_until(loop_, [this] { return out_ && accepted_.size() == 2; });
    in_ = std::move(accepted_[0]);
    reader_ = std::move(accepted_[1]);
    in_->start(*this);
    out_->start(at_out_);
    writer_->start(at_writer_);
    reader_->start(at_reader_);
    for (std::size_t i = 0; i < text_.size(); ++i) text_[i] = static_cast<char>((i * 7919 >> 3) & 0xff);
  }

  bool arrives(std::size_t size) {
    return run_until(loop_, [&] { return at_reader_.received.size() == size; });
  }

  Loop loop_;
  std::vector<std::unique_ptr<Channel>> accepted_;
  std::unique_ptr<Channel> writer_, in_, out_, reader_;
  Recorder at_writer_, at_out_, at_reader_;
  std::string text_ = std::string(3u << 20, '\0');
  std::size_t spliced_ = 0;
  std::size_t largest_kept_ = 0;
  bool eof_ = false;
  bool failed_ = false;

 private:
  void on_data(ws::MutableBytes data) override {
    out_->send(data);
    balance();
  }
  void on_spliced(std::size_t size) override {
    spliced_ += size;
    balance();
  }
  void on_eof() override { eof_ = true; }
  void on_error(error_code) override { failed_ = true; }

  void balance() {
    largest_kept_ = std::max(largest_kept_, out_->pending());
    if (out_->pending() == 0) return;
    in_->pause();
    at_out_.drained_hook = [this] { in_->resume(); };
  }
};

TEST_F(Splice, moves_octets_past_the_handler_and_then_gives_them_to_it) {
  const std::size_t first = 1'000'001;
  in_->splice_to(*out_, first);
  writer_->send(ws::as_bytes(text_));
  ASSERT_TRUE(arrives(text_.size()));
  EXPECT_TRUE(at_reader_.received == text_);
  EXPECT_GT(spliced_, 0u);
  EXPECT_LE(spliced_, first);
  EXPECT_FALSE(in_->is_splicing());
}

TEST_F(Splice, keeps_little_for_a_reader_that_stops_and_loses_nothing) {
  reader_->pause();
  in_->limit_reads(64 * 1024);
  in_->splice_to(*out_, text_.size() * 4);
  for (int i = 0; i < 4; ++i) writer_->send(ws::as_bytes(text_));
  ASSERT_TRUE(run_until(loop_, [&] { return out_->pending() > 0; }));
  reader_->resume();
  ASSERT_TRUE(arrives(4 * text_.size()));
  EXPECT_TRUE(at_reader_.received == text_ + text_ + text_ + text_);
  EXPECT_GT(spliced_, 0u);
  EXPECT_LE(largest_kept_, 64u * 1024);
}

TEST_F(Splice, goes_back_to_reading_when_pieces_are_small) {
  in_->splice_to(*out_, 1u << 20);
  writer_->send(ws::as_bytes("small"));
  ASSERT_TRUE(arrives(5));
  EXPECT_EQ(spliced_, 5u);
  EXPECT_FALSE(in_->is_splicing());
}

TEST_F(Splice, tells_the_end_and_a_reset) {
  in_->splice_to(*out_, 1u << 20);
  writer_->shutdown();
  EXPECT_TRUE(run_until(loop_, [&] { return eof_; }));
  EXPECT_EQ(spliced_, 0u);
}

TEST_F(Splice, outlives_a_reader_that_is_gone) {
  in_->splice_to(*out_, 1u << 30);
  reader_->reset();
  for (int i = 0; i < 4; ++i) writer_->send(ws::as_bytes(text_));
  EXPECT_TRUE(run_until(loop_, [&] { return static_cast<bool>(at_out_.error); }));
}

}  // namespace
}  // namespace wsrig::net
