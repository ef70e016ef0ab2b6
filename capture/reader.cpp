#include "capture/reader.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "capture/pcap_reader.hpp"
#include "capture/pcapng_reader.hpp"

namespace wsrig::capture {
namespace {

/// What is no capture: no packets, and a problem.
class ForeignFile final : public PacketSource {
 public:
  explicit ForeignFile(Problem problem) { problem_ = std::move(problem); }
  const Packet* next() override { return nullptr; }
};

/// What people give instead of a capture, by how it begins.
struct Known {
  std::string_view beginning;
  std::string_view name;
};
constexpr std::array known{
    Known{"\x28\xb5\x2f\xfd", "a zstd file: inflate it first"},
    Known{"\x04\x22\x4d\x18", "an lz4 file: inflate it first"},
    Known{"\xfd\x37zXZ", "an xz file: inflate it first"},
    Known{"BZh", "a bzip2 file: inflate it first"},
    Known{"PK\x03\x04", "a zip file"},
    Known{"snoop", "a snoop file, not pcap or pcapng"},
    Known{"\x1f\x8b", "a gzip file inside of a gzip file"},
};

std::string foreign(ws::Bytes beginning) {
  const std::string_view text = ws::as_text(beginning);
  for (const Known& candidate : known)
    if (text.starts_with(candidate.beginning)) return std::string(candidate.name);
  if (text.empty()) return "the file is empty";
  std::string octets;
  for (const std::uint8_t octet : beginning.first(std::min<std::size_t>(beginning.size(), 4)))
    octets += fmt::format(" {:02x}", octet);
  return fmt::format("neither pcap nor pcapng: it begins with{}", octets);
}

}  // namespace

std::unique_ptr<PacketSource> read_capture(std::unique_ptr<Input> input) {
  const ws::Bytes beginning = input->peek(8);
  if (PcapngReader::recognizes(beginning)) return std::make_unique<PcapngReader>(std::move(input));
  if (PcapReader::recognizes(beginning)) return std::make_unique<PcapReader>(std::move(input));
  if (beginning.empty() && input->problem()) return std::make_unique<ForeignFile>(*input->problem());
  return std::make_unique<ForeignFile>(Problem{Problem::Severity::damage, 0, foreign(beginning)});
}

std::unique_ptr<PacketSource> read_capture(ws::Bytes file) {
  std::unique_ptr<Input> input = memory_input(file);
  if (is_gzip(file)) input = gzip_input(std::move(input));
  return read_capture(std::move(input));
}

boost::system::result<std::unique_ptr<PacketSource>> open_capture(const std::string& path) {
  auto input = open_input(path);
  if (!input) return input.error();
  return read_capture(std::move(*input));
}

}  // namespace wsrig::capture
