#include "capture/live.hpp"

#include <array>
#include <atomic>
#include <fmt/format.h>
#include <pcap/pcap.h>

namespace wsrig::capture {
namespace {

constexpr int buffer_size = 16 * 1024 * 1024;
constexpr int wake_up_milliseconds = 100;

struct Close {
  void operator()(pcap_t* handle) const { pcap_close(handle); }
};
using Handle = std::unique_ptr<pcap_t, Close>;

/// As a file's header would name it: libpcap has a number of its own for raw IP.
LinkType link_type(pcap_t* handle) {
  const int link = pcap_datalink(handle);
  return link == DLT_RAW ? LinkType::raw : static_cast<LinkType>(link);
}

class PcapLiveSource final : public LiveSource {
 public:
  PcapLiveSource(Handle handle, bool has_nanoseconds)
      : handle_(std::move(handle)), has_nanoseconds_(has_nanoseconds) {
    packet_.link = link_type(handle_.get());
  }

  const Packet* next() override;
  void stop() override {
    is_stopped_.store(true, std::memory_order_relaxed);
    pcap_breakloop(handle_.get());  // wakes who waits for packets; safe in a signal handler
  }
  std::uint64_t dropped() const override {
    pcap_stat statistics{};
    return pcap_stats(handle_.get(), &statistics) == 0 ? statistics.ps_drop : 0;
  }

 private:
  Handle handle_;
  bool has_nanoseconds_;
  std::atomic<bool> is_stopped_ = false;
  Packet packet_;
};

const Packet* PcapLiveSource::next() {
  while (!is_stopped_.load(std::memory_order_relaxed)) {
    pcap_pkthdr* header = nullptr;
    const u_char* data = nullptr;
    const int result = pcap_next_ex(handle_.get(), &header, &data);
    if (result == 0 || result == PCAP_ERROR_BREAK) continue;  // nothing came for a while, or stop()
    if (result < 0) {
      problem_ = Problem{Problem::Severity::damage, packet_.number, pcap_geterr(handle_.get())};
      return nullptr;
    }
    ++packet_.number;
    packet_.time = std::chrono::seconds(header->ts.tv_sec) +
                   Timestamp(std::int64_t{header->ts.tv_usec} * (has_nanoseconds_ ? 1 : 1000));
    packet_.octets = {data, header->caplen};
    packet_.original_length = header->len;
    return &packet_;
  }
  return nullptr;
}

diag::Diagnostic cannot(const LiveOptions& options, const std::string& why) {
  return {.message = fmt::format("cannot capture on '{}': {}", options.interface, why)};
}

/// The reason in libpcap's words, which for a lack of permission are in the handle's error text.
std::string reason(pcap_t* handle, int status) {
  const std::string text = pcap_geterr(handle);
  return text.empty() ? pcap_statustostr(status) : text;
}

}  // namespace

diag::Result<std::unique_ptr<LiveSource>> open_live(const LiveOptions& options) {
  std::array<char, PCAP_ERRBUF_SIZE> error{};
  Handle handle(pcap_create(options.interface.c_str(), error.data()));
  if (!handle) return cannot(options, error.data());
  pcap_set_snaplen(handle.get(), static_cast<int>(options.snap_length));
  pcap_set_timeout(handle.get(), wake_up_milliseconds);
  pcap_set_buffer_size(handle.get(), buffer_size);
  const bool has_nanoseconds = pcap_set_tstamp_precision(handle.get(), PCAP_TSTAMP_PRECISION_NANO) == 0;
  if (const int status = pcap_activate(handle.get()); status < 0)
    return cannot(options, reason(handle.get(), status));
  bpf_program program{};
  if (pcap_compile(handle.get(), &program, options.filter.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0)
    return cannot(options, pcap_geterr(handle.get()));
  const bool is_filtered = pcap_setfilter(handle.get(), &program) == 0;
  pcap_freecode(&program);
  if (!is_filtered) return cannot(options, pcap_geterr(handle.get()));
  return std::unique_ptr<LiveSource>(std::make_unique<PcapLiveSource>(std::move(handle), has_nanoseconds));
}

}  // namespace wsrig::capture
