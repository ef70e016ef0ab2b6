#include "capture/mapped_input.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace wsrig::capture {
namespace {

/// Of a regular file; 0 for anything else.
std::size_t file_size(int descriptor) {
  struct stat status{};
  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) return 0;
  return static_cast<std::size_t>(status.st_size);
}

class MappedInput final : public Input {
 public:
  MappedInput(int descriptor, ws::MutableBytes mapping, std::size_t offset)
      : descriptor_(descriptor), mapping_(mapping) {
    cursor_ = mapping.data() + offset;
    end_ = mapping.data() + mapping.size();
    offset_of_end_ = mapping.size();
    release_ = mapping.data() + release_step;
    ::madvise(mapping.data(), mapping.size(), MADV_SEQUENTIAL);
  }
  MappedInput(const MappedInput&) = delete;
  MappedInput& operator=(const MappedInput&) = delete;
  ~MappedInput() override;

  std::uint64_t size() const override { return mapping_.size(); }
  bool octets_persist() const override { return true; }
  std::optional<Problem> problem() const override {
    const std::size_t now = file_size(descriptor_);
    if (now >= mapping_.size()) return std::nullopt;
    return Problem{Problem::Severity::damage, now, "the file became shorter while it was read"};
  }

  /// Called by the signal's handler: puts zeros in the place of pages that the file has no more, where the
  /// address is one of them.
  bool patch(const void* address) {
    const auto* const missing = static_cast<const std::uint8_t*>(address);
    if (missing < mapping_.data() || missing >= mapping_.data() + mapping_.size()) return false;
    const auto page = static_cast<std::size_t>(::getpagesize());
    const std::size_t from = static_cast<std::size_t>(missing - mapping_.data()) / page * page;
    is_cut_ = true;
    release_ = mapping_.data();  // take() is to ask at once
    return ::mmap(mapping_.data() + from, mapping_.size() - from, PROT_READ,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED;
  }

 private:
  static constexpr std::size_t release_step = std::size_t{16} << 20;

  void refill(std::size_t) override {}
  void release_behind() override {
    if (is_cut_) return stop();
    const auto passed = static_cast<std::size_t>(cursor_ - mapping_.data());
    const std::size_t whole = passed / release_step * release_step;
    ::madvise(mapping_.data() + released_, whole - released_, MADV_DONTNEED);
    released_ = whole;
    release_ = mapping_.data() + whole + release_step;
  }
  /// Zeros are no packets.
  void stop() {
    offset_of_end_ = position();
    end_ = cursor_;
  }

  int descriptor_;
  ws::MutableBytes mapping_;
  std::size_t released_ = 0;
  std::atomic<bool> is_cut_ = false;
};

/// Whom the signal's handler asks. Two are mapped where a capture is read a second time.
std::array<std::atomic<MappedInput*>, 8> mapped;

/// SIGBUS that is not about a mapped capture does what it does without us.
void on_bus_error(int signal, siginfo_t* info, void*) {
  for (const auto& input : mapped) {
    MappedInput* const one = input;
    if (one != nullptr && one->patch(info->si_addr)) return;
  }
  std::signal(signal, SIG_DFL);
}

void watch(MappedInput* input) {
  struct sigaction action{};
  action.sa_sigaction = on_bus_error;
  action.sa_flags = SA_SIGINFO;
  ::sigaction(SIGBUS, &action, nullptr);
  for (auto& slot : mapped) {
    MappedInput* none = nullptr;
    if (slot.compare_exchange_strong(none, input)) return;
  }
}

MappedInput::~MappedInput() {
  for (auto& slot : mapped) {
    MappedInput* self = this;
    slot.compare_exchange_strong(self, nullptr);
  }
  ::munmap(mapping_.data(), mapping_.size());
  if (descriptor_ > STDIN_FILENO) ::close(descriptor_);
}

}  // namespace

std::unique_ptr<Input> map_input(int descriptor) {
  const std::size_t size = file_size(descriptor);
  const off_t offset = ::lseek(descriptor, 0, SEEK_CUR);
  if (offset < 0 || static_cast<std::size_t>(offset) >= size) return nullptr;
  const bool room =
      std::ranges::find(mapped, nullptr, [](const auto& slot) { return slot.load(); }) != mapped.end();
  void* const start = room ? ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0) : MAP_FAILED;
  if (start == MAP_FAILED) return nullptr;
  auto input =
      std::make_unique<MappedInput>(descriptor, ws::MutableBytes(static_cast<std::uint8_t*>(start), size),
                                    static_cast<std::size_t>(offset));
  watch(input.get());
  return input;
}

}  // namespace wsrig::capture
