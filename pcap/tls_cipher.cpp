#include "pcap/tls_cipher.hpp"

#include <algorithm>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdexcept>
#include <utility>

namespace wsrig::pcap {

namespace {

constexpr std::uint16_t tls13 = 0x0304;
constexpr std::size_t tag_size = 16, block_size = 16, nonce_size = 12;
constexpr std::size_t explicit_nonce_size = 8;  // RFC 5288 §3
constexpr std::size_t fixed_iv_size = 4;

using enum TlsMode;
constexpr TlsSuite suites[] = {
    {0x1301, "TLS_AES_128_GCM_SHA256", gcm, 16, 0, 256},
    {0x1302, "TLS_AES_256_GCM_SHA384", gcm, 32, 0, 384},
    {0x1303, "TLS_CHACHA20_POLY1305_SHA256", chacha20_poly1305, 32, 0, 256},
    {0x002f, "TLS_RSA_WITH_AES_128_CBC_SHA", cbc, 16, 20, 256},
    {0x0035, "TLS_RSA_WITH_AES_256_CBC_SHA", cbc, 32, 20, 256},
    {0x003c, "TLS_RSA_WITH_AES_128_CBC_SHA256", cbc, 16, 32, 256},
    {0x003d, "TLS_RSA_WITH_AES_256_CBC_SHA256", cbc, 32, 32, 256},
    {0x009c, "TLS_RSA_WITH_AES_128_GCM_SHA256", gcm, 16, 0, 256},
    {0x009d, "TLS_RSA_WITH_AES_256_GCM_SHA384", gcm, 32, 0, 384},
    {0x0033, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA", cbc, 16, 20, 256},
    {0x0039, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA", cbc, 32, 20, 256},
    {0x0067, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256", cbc, 16, 32, 256},
    {0x006b, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256", cbc, 32, 32, 256},
    {0x009e, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", gcm, 16, 0, 256},
    {0x009f, "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384", gcm, 32, 0, 384},
    {0xc009, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", cbc, 16, 20, 256},
    {0xc00a, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", cbc, 32, 20, 256},
    {0xc013, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", cbc, 16, 20, 256},
    {0xc014, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", cbc, 32, 20, 256},
    {0xc023, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256", cbc, 16, 32, 256},
    {0xc024, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384", cbc, 32, 48, 384},
    {0xc027, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256", cbc, 16, 32, 256},
    {0xc028, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384", cbc, 32, 48, 384},
    {0xc02b, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", gcm, 16, 0, 256},
    {0xc02c, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", gcm, 32, 0, 384},
    {0xc02f, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", gcm, 16, 0, 256},
    {0xc030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", gcm, 32, 0, 384},
    {0xcca8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", chacha20_poly1305, 32, 0, 256},
    {0xcca9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", chacha20_poly1305, 32, 0, 256},
    {0xccaa, "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256", chacha20_poly1305, 32, 0, 256},
};

const EVP_MD* digest(const TlsSuite& suite) { return suite.hash == 384 ? EVP_sha384() : EVP_sha256(); }

ws::ByteBuffer hmac(const EVP_MD* hash, ws::Bytes key, ws::Bytes text) {
  ws::ByteBuffer out(static_cast<std::size_t>(EVP_MD_get_size(hash)));
  unsigned int size = 0;
  HMAC(hash, key.data(), static_cast<int>(key.size()), text.data(), text.size(), out.data(), &size);
  return out;
}

/// RFC 5246 §5: P_hash.
ws::ByteBuffer expand_tls12(const EVP_MD* hash, ws::Bytes secret, ws::Bytes seed, std::size_t size) {
  ws::ByteBuffer out;
  ws::ByteBuffer a(seed.begin(), seed.end());
  while (out.size() < size) {
    a = hmac(hash, secret, a);
    ws::ByteBuffer text = a;
    ws::append(text, seed);
    ws::append(out, hmac(hash, secret, text));
  }
  out.resize(size);
  return out;
}

/// RFC 8446 §7.1: HKDF-Expand-Label with an empty context (RFC 5869 §2.3).
ws::ByteBuffer expand_label(const EVP_MD* hash, ws::Bytes secret, std::string_view label, std::size_t size) {
  ws::ByteBuffer info{static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size),
                      static_cast<std::uint8_t>(6 + label.size())};
  ws::append(info, "tls13 ");
  ws::append(info, label);
  info.push_back(0);
  ws::ByteBuffer out, block;
  for (std::uint8_t i = 1; out.size() < size; ++i) {
    ws::append(block, info);
    block.push_back(i);
    block = hmac(hash, secret, block);
    ws::append(out, block);
  }
  out.resize(size);
  return out;
}

const EVP_MD* mac_digest(const TlsSuite& suite) {
  return suite.mac == 20 ? EVP_sha1() : suite.mac == 32 ? EVP_sha256() : EVP_sha384();
}

const EVP_CIPHER* cipher_of(const TlsSuite& suite) {
  switch (suite.mode) {
    case cbc: return suite.key == 16 ? EVP_aes_128_cbc() : EVP_aes_256_cbc();
    case gcm: return suite.key == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm();
    case chacha20_poly1305: return EVP_chacha20_poly1305();
  }
  return nullptr;
}

/// The last octets of `iv`, as many as a number has, with that number XORed in (RFC 8446 §5.3, RFC 7905 §2).
std::array<std::uint8_t, nonce_size> numbered(ws::Bytes iv, std::uint64_t sequence) {
  std::array<std::uint8_t, nonce_size> nonce{};
  std::ranges::copy(iv, nonce.begin());
  for (std::size_t i = 0; i < 8; ++i) {
    nonce[nonce_size - 1 - i] ^= static_cast<std::uint8_t>(sequence >> (8 * i));
  }
  return nonce;
}

/// RFC 5246 §6.2.3.3: what is authenticated besides.
ws::ByteBuffer additional_data12(const TlsRecord& record, std::uint64_t sequence, std::size_t size) {
  ws::ByteBuffer out;
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(sequence >> shift));
  for (const std::size_t octet : {std::size_t{record.type}, std::size_t{record.version} >> 8,
                                  std::size_t{record.version}, size >> 8, size}) {
    out.push_back(static_cast<std::uint8_t>(octet));
  }
  return out;
}

/// RFC 8446 §5.2: the record's header.
ws::ByteBuffer additional_data13(const TlsRecord& record) {
  const std::size_t size = record.body.size();
  return {record.type, static_cast<std::uint8_t>(record.version >> 8),
          static_cast<std::uint8_t>(record.version), static_cast<std::uint8_t>(size >> 8),
          static_cast<std::uint8_t>(size)};
}

}  // namespace

const TlsSuite* find_suite(std::uint16_t id) {
  const auto* suite = std::ranges::find(suites, id, &TlsSuite::id);
  return suite == std::end(suites) ? nullptr : suite;
}

TlsKeys derive_tls12(const TlsSuite& suite, ws::Bytes master, ws::Bytes client_random,
                     ws::Bytes server_random, bool of_client) {
  ws::ByteBuffer seed;
  ws::append(seed, "key expansion");
  ws::append(seed, server_random);
  ws::append(seed, client_random);
  const std::size_t iv_size = suite.mode == gcm ? fixed_iv_size : suite.mode == cbc ? 0 : nonce_size;
  const std::size_t mac_size = suite.mac, key_size = suite.key;
  const std::size_t side = of_client ? 0 : 1;
  const ws::ByteBuffer block = expand_tls12(digest(suite), master, seed, 2 * (mac_size + key_size + iv_size));
  // Both MAC keys, then both keys, then both IVs.
  const ws::Bytes mac = ws::Bytes(block).subspan(side * mac_size, mac_size);
  const ws::Bytes key = ws::Bytes(block).subspan(2 * mac_size + side * key_size, key_size);
  const ws::Bytes iv = ws::Bytes(block).subspan(2 * (mac_size + key_size) + side * iv_size, iv_size);
  return {{key.begin(), key.end()}, {iv.begin(), iv.end()}, {mac.begin(), mac.end()}};
}

TlsKeys derive_tls13(const TlsSuite& suite, ws::Bytes traffic_secret) {
  return {expand_label(digest(suite), traffic_secret, "key", suite.key),
          expand_label(digest(suite), traffic_secret, "iv", nonce_size),
          {}};
}

ws::ByteBuffer next_traffic_secret(const TlsSuite& suite, ws::Bytes traffic_secret) {
  return expand_label(digest(suite), traffic_secret, "traffic upd", traffic_secret.size());
}

struct TlsCipher::State {
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();

  State() {
    if (context == nullptr) throw std::bad_alloc();
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { EVP_CIPHER_CTX_free(context); }
};

TlsCipher::TlsCipher(const TlsSuite& suite, std::uint16_t version, bool encrypt_then_mac, const TlsKeys& keys)
    : suite_(&suite),
      version_(version),
      encrypt_then_mac_(encrypt_then_mac),
      iv_(keys.iv),
      mac_key_(keys.mac),
      state_(std::make_unique<State>()) {
  if (EVP_DecryptInit_ex(state_->context, cipher_of(suite), nullptr, keys.key.data(), nullptr) != 1) {
    throw std::runtime_error("OpenSSL refuses a cipher");
  }
}
TlsCipher::~TlsCipher() = default;
TlsCipher::TlsCipher(TlsCipher&&) noexcept = default;
TlsCipher& TlsCipher::operator=(TlsCipher&&) noexcept = default;

bool TlsCipher::decrypt(TlsRecord& record, std::uint64_t sequence, ws::ByteBuffer& out) {
  out.clear();
  return suite_->mode == cbc ? decrypt_cbc(record, sequence, out) : decrypt_aead(record, sequence, out);
}

bool TlsCipher::decrypt_aead(TlsRecord& record, std::uint64_t sequence, ws::ByteBuffer& out) {
  const bool is13 = version_ == tls13;
  const std::size_t explicit_size = !is13 && suite_->mode == gcm ? explicit_nonce_size : 0;
  if (record.body.size() < explicit_size + tag_size) return false;
  std::array<std::uint8_t, nonce_size> nonce = numbered(iv_, explicit_size == 0 ? sequence : 0);
  std::ranges::copy(record.body.first(explicit_size), nonce.begin() + fixed_iv_size);
  const ws::Bytes sealed = record.body.subspan(explicit_size, record.body.size() - explicit_size - tag_size);
  const ws::Bytes tag = record.body.last(tag_size);
  const ws::ByteBuffer additional =
      is13 ? additional_data13(record) : additional_data12(record, sequence, sealed.size());
  out.resize(sealed.size() + block_size);
  int size = 0, rest = 0;
  EVP_CIPHER_CTX* context = state_->context;
  const bool good =
      EVP_DecryptInit_ex(context, nullptr, nullptr, nullptr, nonce.data()) == 1 &&
      EVP_DecryptUpdate(context, nullptr, &size, additional.data(), static_cast<int>(additional.size())) ==
          1 &&
      EVP_DecryptUpdate(context, out.data(), &size, sealed.data(), static_cast<int>(sealed.size())) == 1 &&
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, tag_size, const_cast<std::uint8_t*>(tag.data())) ==
          1 &&
      EVP_DecryptFinal_ex(context, out.data() + size, &rest) == 1;
  out.resize(good ? sealed.size() : 0);
  if (!good || !is13) return good;
  // RFC 8446 §5.4: the type stands behind the content, zeros behind the type.
  while (!out.empty() && out.back() == 0) out.pop_back();
  if (out.empty()) return false;
  record.type = out.back();
  out.pop_back();
  return true;
}

/// RFC 5246 §6.2.3.1, RFC 7366 §3: the MAC is over a header with the length of what it protects, and over
/// that.
bool TlsCipher::is_mac_of(const TlsRecord& record, std::uint64_t sequence, ws::Bytes content,
                          ws::Bytes mac) const {
  ws::ByteBuffer text = additional_data12(record, sequence, content.size());
  ws::append(text, content);
  return std::ranges::equal(hmac(mac_digest(*suite_), mac_key_, text), mac);
}

bool TlsCipher::decrypt_cbc(const TlsRecord& record, std::uint64_t sequence, ws::ByteBuffer& out) {
  ws::Bytes body = record.body;
  if (encrypt_then_mac_) {
    if (body.size() < suite_->mac) return false;
    const ws::Bytes mac = body.last(suite_->mac);
    body = body.first(body.size() - suite_->mac);
    if (!is_mac_of(record, sequence, body, mac)) return false;
  }
  if (body.size() < 2 * block_size || body.size() % block_size != 0) return false;
  const ws::Bytes iv = body.first(block_size);
  const ws::Bytes sealed = body.subspan(block_size);
  out.resize(sealed.size() + block_size);
  int size = 0;
  EVP_CIPHER_CTX* context = state_->context;
  const bool good =
      EVP_DecryptInit_ex(context, nullptr, nullptr, nullptr, iv.data()) == 1 &&
      EVP_CIPHER_CTX_set_padding(context, 0) == 1 &&
      EVP_DecryptUpdate(context, out.data(), &size, sealed.data(), static_cast<int>(sealed.size())) == 1;
  if (!good) return false;
  out.resize(sealed.size());
  // RFC 5246 §6.2.3.2: the last octet tells how many octets of padding stand before it, each with that value.
  const std::size_t padding = out.back() + std::size_t{1};
  const std::size_t mac_size = encrypt_then_mac_ ? 0 : suite_->mac;
  if (padding + mac_size > out.size()) return false;
  const auto first = out.end() - static_cast<std::ptrdiff_t>(padding);
  if (!std::all_of(first, out.end(), [&](std::uint8_t octet) { return octet == padding - 1; })) return false;
  out.resize(out.size() - padding);
  const ws::Bytes content = ws::Bytes(out).first(out.size() - mac_size);
  if (!encrypt_then_mac_ && !is_mac_of(record, sequence, content, ws::Bytes(out).last(mac_size)))
    return false;
  out.resize(content.size());
  return true;
}

std::optional<std::uint64_t> TlsCipher::plaintext_size(std::uint64_t record_size) const {
  if (suite_->mode == cbc) return {};
  // TLS 1.3 pads where it is asked to, which hardly anybody does.
  const std::size_t overhead = tag_size + (version_ == tls13     ? 1
                                           : suite_->mode == gcm ? explicit_nonce_size
                                                                 : 0);
  return record_size < overhead ? 0 : record_size - overhead;
}

}  // namespace wsrig::pcap
