#include "loadgen/mix.hpp"

#include <fmt/format.h>

#include "loadgen/text_scan.hpp"

namespace wsrig::loadgen {
namespace {

constexpr std::size_t longest_control_payload = 125;  // RFC 6455 §5.5
constexpr std::uint64_t most_weight = 1'000'000;

std::string_view name(MixEntry::Kind kind) {
  switch (kind) {
    case MixEntry::Kind::text: return "text";
    case MixEntry::Kind::binary: return "binary";
    case MixEntry::Kind::ping: return "ping";
    case MixEntry::Kind::close: return "close";
  }
  return "";
}

/// "frag=4KiB" or "cut=100B"
std::optional<diag::Diagnostic> read_attribute(std::string_view word, MixEntry& entry) {
  const auto equals = word.find('=');
  const auto attribute = word.substr(0, equals);
  const auto value = equals == std::string_view::npos ? std::string_view() : word.substr(equals + 1);
  if (attribute == "frag") {
    const auto fragmentation = parse_fragmentation(value);
    if (!fragmentation) return fragmentation.error();
    entry.fragmentation = *fragmentation;
    return std::nullopt;
  }
  const auto cut = attribute == "cut" ? ws::parse_size(value) : std::nullopt;
  if (!cut || *cut == 0) return mistake(fmt::format("'{}' is neither frag=… nor cut=SIZE", word));
  entry.cut = static_cast<std::size_t>(*cut);
  return std::nullopt;
}

std::vector<std::string_view> words_of(std::string_view text) {
  auto words = split_outside_parentheses(text, ' ');
  std::erase_if(words, [](std::string_view word) { return word.empty(); });
  return words;
}

std::optional<diag::Diagnostic> read_word(std::string_view word, MixEntry& entry) {
  const bool is_attribute = word.starts_with("frag") || word.starts_with("cut");
  if (is_attribute) return read_attribute(word, entry);
  const auto sizes = parse_size_distribution(word);
  if (!sizes) return sizes.error();
  entry.sizes = *sizes;
  return std::nullopt;
}

}  // namespace

std::string MixEntry::label() const {
  if (kind == Kind::close) return "close";
  if (payload) return fmt::format("{} of its own", name(kind));
  return fmt::format("{} {}", name(kind), sizes.text);
}

Mix::Mix(std::vector<MixEntry> entries, Order order) : entries_(std::move(entries)), order_(order) {
  for (const MixEntry& entry : entries_) {
    weights_ += entry.weight;
    has_own_payloads_ = has_own_payloads_ || entry.payload;
  }
}

std::size_t Mix::draw(ws::Random& random) const {
  std::uint64_t place = random.next_below(weights_);
  std::size_t index = 0;
  while (place >= entries_[index].weight) place -= entries_[index++].weight;
  return index;
}

std::vector<std::string> Mix::labels() const {
  if (order_ == Order::in_turn) return {"replay"};
  std::vector<std::string> labels;
  for (const MixEntry& entry : entries_) labels.push_back(entry.label());
  return labels;
}

std::optional<MixEntry::Kind> parse_message_kind(std::string_view word) {
  using enum MixEntry::Kind;
  for (const auto kind : {text, binary, ping, close}) {
    if (name(kind) == word) return kind;
  }
  return std::nullopt;
}

std::optional<diag::Diagnostic> check(const MixEntry& entry) {
  if (entry.weight == 0) return mistake("a weight of 0 is never drawn");
  const bool has_payload = entry.kind != MixEntry::Kind::close && !entry.payload;
  if (has_payload && entry.sizes.text.empty()) return mistake("a message needs a size, such as 128B");
  if (entry.kind != MixEntry::Kind::ping) return std::nullopt;
  if (entry.sizes.most > longest_control_payload) {
    return mistake("a ping holds at most 125 octets (RFC 6455 §5.5)");
  }
  if (entry.fragmentation != Fragmentation{}) return mistake("a ping is never fragmented (RFC 6455 §5.5)");
  return std::nullopt;
}

diag::Result<MixEntry> parse_mix_entry(std::string_view text) {
  auto words = words_of(text);
  MixEntry entry{.sizes = {}};
  std::size_t next = 0;
  if (const auto weight = words.empty() ? std::nullopt : ws::parse_number(words[0], most_weight)) {
    entry.weight = static_cast<std::uint32_t>(*weight);
    ++next;
  }
  const auto kind = next < words.size() ? parse_message_kind(words[next]) : std::nullopt;
  if (!kind) {
    return mistake(fmt::format("'{}' is not a kind of message", text),
                   "write it as 'text 128B' or '80 binary uniform(64B, 1KiB) frag=100B'");
  }
  entry.kind = *kind;
  for (++next; next < words.size(); ++next) {
    if (auto wrong = read_word(words[next], entry)) return *wrong;
  }
  if (auto wrong = check(entry)) return *wrong;
  return entry;
}

}  // namespace wsrig::loadgen
