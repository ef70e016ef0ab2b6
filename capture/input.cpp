#include "capture/input.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "capture/buffered_input.hpp"
#include "capture/mapped_input.hpp"

namespace wsrig::capture {
namespace {

using boost::system::error_code;

/// A descriptor that is closed with it; standard input is left open.
class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (value_ > STDIN_FILENO) ::close(value_);
  }
  int get() const { return value_; }
  void release() { value_ = -1; }

 private:
  int value_;
};

class MemoryInput final : public Input {
 public:
  explicit MemoryInput(ws::Bytes octets) {
    cursor_ = octets.data();
    end_ = octets.data() + octets.size();
    offset_of_end_ = octets.size();
  }
  std::uint64_t size() const override { return offset_of_end_; }
  bool octets_persist() const override { return true; }

 private:
  void refill(std::size_t) override {}
};

class StreamInput final : public BufferedInput {
 public:
  explicit StreamInput(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}
  std::optional<Problem> problem() const override { return problem_; }

 private:
  std::size_t read_some(ws::MutableBytes room) override {
    ssize_t got = 0;
    do {
      got = ::read(descriptor_.get(), room.data(), room.size());
    } while (got < 0 && errno == EINTR);
    if (got >= 0) return static_cast<std::size_t>(got);
    problem_ = Problem{Problem::Severity::damage, offset_of_end_, std::generic_category().message(errno)};
    return 0;
  }

  Descriptor descriptor_;
  std::optional<Problem> problem_;
};

error_code last_error() { return {errno, boost::system::system_category()}; }

}  // namespace

bool Input::skip(std::uint64_t size) {
  constexpr std::uint64_t step = std::uint64_t{64} * 1024;
  while (size > 0) {
    const std::size_t shown = peek(static_cast<std::size_t>(std::min(size, step))).size();
    if (shown == 0) return false;
    take(shown);
    size -= shown;
  }
  return true;
}

void BufferedInput::refill(std::size_t size) {
  std::size_t filled = available();
  if (buffer_.empty()) buffer_.resize(initial_size);
  if (filled > 0) std::copy_n(cursor_, filled, buffer_.begin());
  while (filled < size) {
    if (filled == buffer_.size()) buffer_.resize(buffer_.size() * 2);
    const std::size_t got = read_some(ws::MutableBytes(buffer_).subspan(filled));
    if (got == 0) break;
    filled += got;
    offset_of_end_ += got;
  }
  cursor_ = buffer_.data();
  end_ = buffer_.data() + filled;
}

std::unique_ptr<Input> memory_input(ws::Bytes octets) { return std::make_unique<MemoryInput>(octets); }

boost::system::result<std::unique_ptr<Input>> open_input(const std::string& path) {
  Descriptor descriptor(path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (descriptor.get() < 0) return last_error();
  struct stat status{};
  if (::fstat(descriptor.get(), &status) == 0 && S_ISDIR(status.st_mode))
    return error_code(EISDIR, boost::system::system_category());
  std::unique_ptr<Input> input = map_input(descriptor.get());
  if (input) {
    descriptor.release();
  } else {
    input = std::make_unique<StreamInput>(std::move(descriptor));
  }
  if (is_gzip(input->peek(2))) return gzip_input(std::move(input));
  return input;
}

}  // namespace wsrig::capture
