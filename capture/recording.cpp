#include "capture/recording.hpp"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace wsrig::capture {
namespace {

using boost::system::error_code;

error_code last_error() { return {errno, boost::system::system_category()}; }

/// A file that is open for writing.
class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { ::close(descriptor_); }

  error_code write(ws::Bytes octets) const {
    while (!octets.empty()) {
      const ssize_t written = ::write(descriptor_, octets.data(), octets.size());
      if (written >= 0) {
        octets = octets.subspan(static_cast<std::size_t>(written));
      } else if (errno != EINTR) {
        return last_error();
      }
    }
    return {};
  }

 private:
  int descriptor_;
};

}  // namespace

Recording::Recording(std::string_view program, Write write)
    : write_(std::move(write)),
      writer_(pending_, program),
      interface_(writer_.add_interface(LinkType::ethernet, program)) {
  flush();
}

boost::system::result<std::unique_ptr<Recording>> Recording::create(const std::string& path,
                                                                    std::string_view program) {
  constexpr mode_t readable_by_all = 0644;
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, readable_by_all);
  if (descriptor < 0) return last_error();
  const auto file = std::make_shared<File>(descriptor);
  auto recording =
      std::make_unique<Recording>(program, [file](ws::Bytes octets) { return file->write(octets); });
  if (recording->failure_) return recording->failure_;
  return recording;
}

std::unique_ptr<Recording> Recording::in_memory(ws::ByteBuffer& file, std::size_t most,
                                                std::string_view program) {
  return std::make_unique<Recording>(program, [&file, most](ws::Bytes octets) -> error_code {
    if (octets.size() > most - file.size()) return make_error_code(boost::system::errc::no_buffer_space);
    ws::append(file, octets);
    return {};
  });
}

TcpSynthesis Recording::connection(const IpEndpoint& client, const IpEndpoint& server) {
  // Far apart, so that a port that is used again is told from a repetition.
  constexpr std::uint32_t step = 0x01000193;
  const std::uint32_t initial = ++connections_ * step;
  return TcpSynthesis({.client = client, .server = server, .client_isn = initial, .server_isn = ~initial},
                      [this](Timestamp time, ws::Bytes frame) {
                        writer_.write(interface_, time, frame, static_cast<std::uint32_t>(frame.size()));
                        flush();
                      });
}

void Recording::flush() {
  if (!failure_) {
    failure_ = write_(pending_);
    if (failure_ && failure_handler_) failure_handler_(failure_);
  }
  pending_.clear();
}

}  // namespace wsrig::capture
