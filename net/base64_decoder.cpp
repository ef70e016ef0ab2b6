#include "net/base64_decoder.hpp"

namespace wsrig::net {

namespace {

int value_of(std::uint8_t octet) {
  if (octet >= 'A' && octet <= 'Z') return octet - 'A';
  if (octet >= 'a' && octet <= 'z') return octet - 'a' + 26;
  if (octet >= '0' && octet <= '9') return octet - '0' + 52;
  if (octet == '+') return 62;
  return octet == '/' ? 63 : -1;
}

}  // namespace

bool Base64Decoder::feed(ws::Bytes text, ws::ByteBuffer& out) {
  for (const std::uint8_t octet : text) {
    const int value = value_of(octet);
    const bool is_padding = octet == '=' && count_ >= 2;
    if (padded_ || (!is_padding && (value < 0 || padding_ > 0))) return false;
    group_ = group_ << 6 | static_cast<std::uint32_t>(is_padding ? 0 : value);
    padding_ = static_cast<std::uint8_t>(padding_ + (is_padding ? 1 : 0));
    if (++count_ == 4) take_group(out);
  }
  return true;
}

void Base64Decoder::take_group(ws::ByteBuffer& out) {
  for (unsigned i = 0; i < 3U - padding_; ++i) {
    out.push_back(static_cast<std::uint8_t>(group_ >> (16 - 8 * i)));
  }
  padded_ = padding_ > 0;
  count_ = 0;
  padding_ = 0;
  group_ = 0;
}

}  // namespace wsrig::net
