#include "pcap/hpack_reader.hpp"

#include <algorithm>
#include <new>
#include <nghttp2/nghttp2.h>

namespace wsrig::pcap {

namespace {

/// No header list is longer; what is would be kept in memory.
constexpr std::size_t longest_list = std::size_t{256} * 1024;
/// A peer may announce any size of table; what it uses is bounded here.
constexpr std::uint32_t largest_table = 1 << 20;

}  // namespace

struct HpackReader::State {
  nghttp2_hd_inflater* inflater = nullptr;

  State() {
    if (nghttp2_hd_inflate_new(&inflater) != 0) throw std::bad_alloc();
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { nghttp2_hd_inflate_del(inflater); }
};

HpackReader::HpackReader() : state_(std::make_unique<State>()) {}
HpackReader::~HpackReader() = default;
HpackReader::HpackReader(HpackReader&&) noexcept = default;
HpackReader& HpackReader::operator=(HpackReader&&) noexcept = default;

std::optional<HpackReader::Fields> HpackReader::read(ws::Bytes block) {
  Fields fields;
  std::size_t size = 0;
  for (;;) {
    nghttp2_nv field;
    int flags = 0;
    const auto taken =
        nghttp2_hd_inflate_hd2(state_->inflater, &field, &flags, block.data(), block.size(), 1);
    if (taken < 0) return {};
    block = block.subspan(static_cast<std::size_t>(taken));
    if ((flags & NGHTTP2_HD_INFLATE_EMIT) != 0) {
      size += field.namelen + field.valuelen;
      if (size > longest_list) return {};
      fields.emplace_back(ws::as_text({field.name, field.namelen}),
                          ws::as_text({field.value, field.valuelen}));
    }
    if ((flags & NGHTTP2_HD_INFLATE_FINAL) != 0) break;
    if ((flags & NGHTTP2_HD_INFLATE_EMIT) == 0 && block.empty()) break;
  }
  nghttp2_hd_inflate_end_headers(state_->inflater);
  return fields;
}

void HpackReader::set_table_size(std::uint32_t octets) {
  nghttp2_hd_inflate_change_table_size(state_->inflater, std::min(octets, largest_table));
}

}  // namespace wsrig::pcap
