#include "capture/packet_filter.hpp"

#include <map>
#include <optional>
#include <pcap/pcap.h>

namespace wsrig::capture {
namespace {

constexpr int snap_length = 262144;

/// libpcap's own number of a link type, which for raw IP is not that of files.
int data_link(LinkType link) {
  const bool is_raw = link == LinkType::raw || link == LinkType::raw_bsd || link == LinkType::raw_openbsd;
  return is_raw ? DLT_RAW : static_cast<int>(link);
}

/// A filter as libpcap has compiled it for a link type.
class Program {
 public:
  Program(const std::string& expression, LinkType link) {
    pcap_t* const handle = pcap_open_dead(data_link(link), snap_length);
    if (!handle) return;
    is_compiled_ = pcap_compile(handle, &program_, expression.c_str(), 1, PCAP_NETMASK_UNKNOWN) == 0;
    if (!is_compiled_) error_ = pcap_geterr(handle);
    pcap_close(handle);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() {
    if (is_compiled_) pcap_freecode(&program_);
  }

  bool is_compiled() const { return is_compiled_; }
  const std::string& error() const { return error_; }
  bool matches(const Packet& packet) const {
    if (!is_compiled_) return false;
    pcap_pkthdr header{};
    header.caplen = static_cast<bpf_u_int32>(packet.octets.size());
    header.len = packet.original_length;
    return pcap_offline_filter(&program_, &header, packet.octets.data()) != 0;
  }

 private:
  bpf_program program_{};
  bool is_compiled_ = false;
  std::string error_;
};

}  // namespace

struct PacketFilter::Programs {
  std::string expression;
  std::map<LinkType, Program> by_link{};

  const Program& of(LinkType link) { return by_link.try_emplace(link, expression, link).first->second; }
};

PacketFilter::PacketFilter(std::unique_ptr<Programs> programs) : programs_(std::move(programs)) {}
PacketFilter::PacketFilter(PacketFilter&&) noexcept = default;
PacketFilter& PacketFilter::operator=(PacketFilter&&) noexcept = default;
PacketFilter::~PacketFilter() = default;

diag::Result<PacketFilter> PacketFilter::compile(const std::string& expression) {
  auto programs = std::make_unique<Programs>(Programs{expression});
  // For Ethernet every word of the language has a meaning.
  const Program& program = programs->of(LinkType::ethernet);
  if (!program.is_compiled()) {
    return diag::Diagnostic{.message =
                                "the filter '" + expression + "' is not understood: " + program.error()};
  }
  return PacketFilter(std::move(programs));
}

bool PacketFilter::matches(const Packet& packet) { return programs_->of(packet.link).matches(packet); }

}  // namespace wsrig::capture
