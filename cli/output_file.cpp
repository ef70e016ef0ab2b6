#include "cli/output_file.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace wsrig::cli {

namespace {

/// What a report takes at least; a disk without it is full.
constexpr off_t room = off_t{64} * 1024;

std::string complaint(const std::string& path, int error) {
  return "cannot write " + path + ": " + std::strerror(error);
}

/// 0, or errno.
int write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

/// Where a name leads to: rename would replace a symbolic link, and not what it stands for.
std::string resolve(const std::string& path) {
  std::error_code missing;
  const auto target = std::filesystem::canonical(path, missing);
  return missing ? path : target.string();
}

std::string temporary_name(const std::string& target) {
  const std::filesystem::path path(target);
  return (path.parent_path() / ("." + path.filename().string() + "." + std::to_string(::getpid()) + ".tmp"))
      .string();
}

bool is_special(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

/// Whether a device takes anything shows only when it is given something (/dev/full); a line end does no
/// harm.
int try_device(int descriptor) {
  struct stat status{};
  const bool is_device =
      ::fstat(descriptor, &status) == 0 && S_ISCHR(status.st_mode) && ::isatty(descriptor) == 0;
  return is_device ? write_all(descriptor, "\n") : 0;
}

/// A file system that cannot set octets aside says so, which is no error.
int reserve(int descriptor) {
  const int error = ::posix_fallocate(descriptor, 0, room);
  return error == EOPNOTSUPP || error == EINVAL ? 0 : error;
}

}  // namespace

boost::system::result<OutputFile, std::string> OutputFile::open(const std::string& path) {
  OutputFile file;
  file.path_ = path;
  if (path == "-") {
    file.descriptor_ = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    return file.descriptor_ < 0 ? boost::system::result<OutputFile, std::string>(complaint(path, errno))
                                : std::move(file);
  }
  if (std::filesystem::is_directory(path)) return complaint(path, EISDIR);
  const bool in_place = is_special(path);
  file.target_ = resolve(path);
  if (!in_place) file.temporary_ = temporary_name(file.target_);
  file.descriptor_ = in_place
                         ? ::open(path.c_str(), O_WRONLY | O_CLOEXEC)
                         : ::open(file.temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file.descriptor_ < 0) {
    const int error = errno;
    file.temporary_.clear();
    return complaint(path, error);
  }
  if (const int error = in_place ? try_device(file.descriptor_) : reserve(file.descriptor_); error != 0) {
    return complaint(path, error);
  }
  return file;
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_(std::move(other.path_)),
      target_(std::move(other.target_)),
      temporary_(std::exchange(other.temporary_, {})),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

OutputFile& OutputFile::operator=(OutputFile&& other) noexcept {
  if (this == &other) return *this;
  discard();
  path_ = std::move(other.path_);
  target_ = std::move(other.target_);
  temporary_ = std::exchange(other.temporary_, {});
  descriptor_ = std::exchange(other.descriptor_, -1);
  return *this;
}

OutputFile::~OutputFile() { discard(); }

void OutputFile::discard() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  if (!temporary_.empty()) ::unlink(std::exchange(temporary_, {}).c_str());
}

std::string OutputFile::write(std::string_view text) {
  int error = write_all(descriptor_, text);
  if (error == 0 && !temporary_.empty()) {
    // What was reserved and is not needed goes back.
    if (::ftruncate(descriptor_, static_cast<off_t>(text.size())) != 0) error = errno;
  }
  if (::close(std::exchange(descriptor_, -1)) != 0 && error == 0) error = errno;
  if (error == 0 && !temporary_.empty()) {
    if (::rename(temporary_.c_str(), target_.c_str()) == 0) {
      temporary_.clear();
    } else {
      error = errno;
    }
  }
  discard();
  return error == 0 ? std::string{} : complaint(path_, error);
}

OutputStream open_stream(const std::string& path) {
  if (path != "-") return OutputStream(std::fopen(path.c_str(), "we"));
  const int copy = ::dup(STDOUT_FILENO);
  return OutputStream(copy < 0 ? nullptr : ::fdopen(copy, "w"));
}

}  // namespace wsrig::cli
