#include "pcap/spool.hpp"

#include <algorithm>
#include <utility>

namespace wsrig::pcap {

void Spool::append(std::uint64_t key, std::string_view text) {
  texts_[key].held += text;
  held_ += text.size();
  if (held_ > limit_) spill();
}

void Spool::take(std::uint64_t key, Sink& sink) {
  const auto found = texts_.find(key);
  if (found == texts_.end()) return;
  for (const Extent& extent : found->second.stored) copy(extent, sink);
  sink.write(found->second.held);
  held_ -= found->second.held.size();
  texts_.erase(found);
}

void Spool::spill() {
  if (!file_) file_.reset(std::tmpfile());
  const bool is_stored =
      file_ && std::ranges::all_of(texts_, [this](auto& entry) { return store(entry.second); });
  if (!is_stored) limit_ = SIZE_MAX;  // no file, or no more room in it
}

bool Spool::store(Text& text) {
  const std::string& held = text.held;
  if (held.empty()) return true;
  if (::fseeko(file_.get(), file_size_, SEEK_SET) != 0) return false;
  if (std::fwrite(held.data(), 1, held.size(), file_.get()) != held.size()) return false;
  if (std::fflush(file_.get()) != 0) return false;
  text.stored.push_back({.offset = file_size_, .size = held.size()});
  file_size_ += static_cast<std::int64_t>(held.size());
  held_ -= held.size();
  text.held = {};
  return true;
}

void Spool::copy(const Extent& extent, Sink& sink) {
  constexpr std::size_t piece = std::size_t{64} * 1024;
  std::string octets;
  bool is_read = ::fseeko(file_.get(), extent.offset, SEEK_SET) == 0;
  for (std::size_t left = extent.size; is_read && left > 0; left -= octets.size()) {
    octets.resize(std::min(left, piece));
    is_read = std::fread(octets.data(), 1, octets.size(), file_.get()) == octets.size();
    if (is_read) sink.write(octets);
  }
  if (!is_read) sink.fail();
}

}  // namespace wsrig::pcap
