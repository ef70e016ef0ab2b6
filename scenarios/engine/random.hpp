#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "ws/bytes.hpp"
#include "ws/masker.hpp"

namespace wsrig::engine {

/// Repeatable random octets (SplitMix64), keyed by run seed, case and connection: a rerun sends the same
/// bytes whatever the order of the cases. Not for secrets: the keys of a tester need to vary, not to be
/// unguessable.
class Random final : public ws::MaskKeySource {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  Random(std::uint64_t seed, std::string_view case_id, std::string_view connection) : state_(seed) {
    mix(case_id);
    mix(connection);
  }

  std::uint64_t next_word() {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t word = state_;
    word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9U;
    word = (word ^ (word >> 27)) * 0x94d049bb133111ebU;
    return word ^ (word >> 31);
  }

  void fill(ws::MutableBytes out) {
    for (std::size_t offset = 0; offset < out.size(); offset += sizeof(std::uint64_t)) {
      const std::uint64_t word = next_word();
      const std::size_t rest = out.size() - offset;
      std::memcpy(out.data() + offset, &word, rest < sizeof word ? rest : sizeof word);
    }
  }

  ws::MaskKey next() override {
    ws::MaskKey key{};
    fill(key);
    return key;
  }

 private:
  void mix(std::string_view text) {
    for (const char letter : text) {
      state_ = (state_ ^ static_cast<unsigned char>(letter)) * 0x100000001b3U;
    }
    state_ = next_word();
  }

  std::uint64_t state_;
};

}  // namespace wsrig::engine
