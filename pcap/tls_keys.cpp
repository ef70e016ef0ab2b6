#include "pcap/tls_keys.hpp"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <optional>
#include <utility>

namespace wsrig::pcap {

namespace {

struct Label {
  std::string_view text;
  TlsSecret secret;
};
constexpr std::array<Label, tls_secret_count> labels{{
    {"CLIENT_RANDOM", TlsSecret::master},
    {"CLIENT_EARLY_TRAFFIC_SECRET", TlsSecret::client_early_traffic},
    {"CLIENT_HANDSHAKE_TRAFFIC_SECRET", TlsSecret::client_handshake_traffic},
    {"SERVER_HANDSHAKE_TRAFFIC_SECRET", TlsSecret::server_handshake_traffic},
    {"CLIENT_TRAFFIC_SECRET_0", TlsSecret::client_traffic},
    {"SERVER_TRAFFIC_SECRET_0", TlsSecret::server_traffic},
}};
/// The longest is a master secret of 48 octets; hashes have at most 64.
constexpr std::size_t longest_secret = 64;

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<ws::ByteBuffer> octets_of(std::string_view hex) {
  if (hex.empty() || hex.size() % 2 != 0 || hex.size() > 2 * longest_secret) return {};
  ws::ByteBuffer out;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = digit(hex[i]), low = digit(hex[i + 1]);
    if (high < 0 || low < 0) return {};
    out.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
  return out;
}

std::string hex(ws::Bytes octets) { return fmt::format("{:02x}", fmt::join(octets, "")); }

std::string_view take_word(std::string_view& line) {
  const auto space = line.find(' ');
  const std::string_view word = line.substr(0, space);
  line.remove_prefix(space == std::string_view::npos ? line.size() : space + 1);
  return word;
}

}  // namespace

/// Drawn at random by the client: any eight octets of it will do.
std::size_t TlsKeyLog::Hash::operator()(const Random& random) const {
  std::size_t value = 0;
  std::memcpy(&value, random.data() + random.size() - sizeof value, sizeof value);
  return value;
}

std::size_t TlsKeyLog::add(std::string_view text) {
  std::size_t taken = 0;
  while (!text.empty()) {
    const auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (add_line(line)) ++taken;
  }
  return taken;
}

bool TlsKeyLog::add_line(std::string_view line) {
  const std::string_view name = take_word(line);
  const auto label = std::ranges::find(labels, name, &Label::text);
  if (label == labels.end()) return false;
  const auto client_random = octets_of(take_word(line));
  auto secret = octets_of(line);
  Random random{};
  if (!client_random || !secret || client_random->size() != random.size()) return false;
  std::ranges::copy(*client_random, random.begin());
  sessions_[random][static_cast<std::size_t>(label->secret)] = std::move(*secret);
  return true;
}

std::string TlsKeyLog::lines(const Random& client_random) const {
  const Secrets* secrets = find(client_random);
  std::string out;
  for (const Label& label : labels) {
    if (secrets == nullptr) break;
    const ws::ByteBuffer& secret = (*secrets)[static_cast<std::size_t>(label.secret)];
    if (!secret.empty()) out += fmt::format("{} {} {}\n", label.text, hex(client_random), hex(secret));
  }
  return out;
}

const TlsKeyLog::Secrets* TlsKeyLog::find(const Random& client_random) const {
  const auto found = sessions_.find(client_random);
  return found == sessions_.end() ? nullptr : &found->second;
}

}  // namespace wsrig::pcap
