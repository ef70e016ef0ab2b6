#include <zlib.h>

#include "capture/buffered_input.hpp"

namespace wsrig::capture {
namespace {

constexpr std::size_t piece_size = std::size_t{256} * 1024;
constexpr int gzip_only = 16 + MAX_WBITS;

class GzipInput final : public BufferedInput {
 public:
  explicit GzipInput(std::unique_ptr<Input> compressed) : compressed_(std::move(compressed)) {
    if (inflateInit2(&stream_, gzip_only) != Z_OK) throw std::bad_alloc();
  }
  GzipInput(const GzipInput&) = delete;
  GzipInput& operator=(const GzipInput&) = delete;
  ~GzipInput() override { inflateEnd(&stream_); }

  std::optional<Problem> problem() const override { return problem_; }

 private:
  std::size_t read_some(ws::MutableBytes room) override;
  /// Inflates one piece; how many octets of it were used is taken from the compressed input.
  int inflate_some(ws::Bytes piece);
  /// Behind a member: goes on with the next one, or ends where there is none (RFC 1952 §2.2).
  void next_member();
  void fail(Problem::Severity severity, std::string what) {
    ended_ = true;
    if (compressed_->problem()) what = compressed_->problem()->what;
    problem_ = Problem{severity, produced_, std::move(what)};
  }

  std::unique_ptr<Input> compressed_;
  z_stream stream_{};
  std::optional<Problem> problem_;
  std::uint64_t produced_ = 0;  ///< octets, of all members
  bool ended_ = false;
};

std::size_t GzipInput::read_some(ws::MutableBytes room) {
  stream_.next_out = room.data();
  stream_.avail_out = static_cast<uInt>(std::min(room.size(), piece_size));
  const uInt wanted = stream_.avail_out;
  while (!ended_ && stream_.avail_out == wanted) {
    const ws::Bytes piece = compressed_->peek(piece_size);
    if (piece.empty()) {
      fail(Problem::Severity::cut_tail, "the gzip stream ends early");
      break;
    }
    const int result = inflate_some(piece);
    if (result == Z_STREAM_END) {
      next_member();
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      fail(Problem::Severity::damage, "the gzip stream is damaged");
    }
  }
  return wanted - stream_.avail_out;
}

int GzipInput::inflate_some(ws::Bytes piece) {
  stream_.next_in = const_cast<Bytef*>(piece.data());  // zlib without ZLIB_CONST; it only reads
  stream_.avail_in = static_cast<uInt>(piece.size());
  const uInt room = stream_.avail_out;
  const int result = inflate(&stream_, Z_NO_FLUSH);
  produced_ += room - stream_.avail_out;
  compressed_->take(piece.size() - stream_.avail_in);
  return result;
}

void GzipInput::next_member() {
  if (is_gzip(compressed_->peek(2))) {
    inflateReset(&stream_);
  } else {
    ended_ = true;  // what gzip itself calls trailing garbage
  }
}

}  // namespace

bool is_gzip(ws::Bytes beginning) {
  return beginning.size() >= 2 && beginning[0] == 0x1f && beginning[1] == 0x8b;
}

std::unique_ptr<Input> gzip_input(std::unique_ptr<Input> compressed) {
  return std::make_unique<GzipInput>(std::move(compressed));
}

}  // namespace wsrig::capture
