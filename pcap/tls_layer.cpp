#include "pcap/tls_layer.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "capture/big_endian.hpp"
#include "pcap/detector.hpp"

namespace wsrig::pcap {

namespace {

// RFC 8446 §B.1, §B.3
constexpr std::uint8_t type_change_cipher_spec = 20, type_alert = 21, type_handshake = 22,
                       type_application = 23;
constexpr std::uint8_t message_client_hello = 1, message_server_hello = 2, message_encrypted_extensions = 8,
                       message_finished = 20, message_key_update = 24;
constexpr std::size_t header_size = 5, message_header_size = 4;
constexpr std::size_t longest_body = (std::size_t{1} << 14) + 2048;
/// Of handshake messages: certificates are long, but not longer.
constexpr std::size_t longest_handshake = std::size_t{256} << 10;
constexpr std::uint64_t smallest_record = 22;  // with its header and a tag
/// Of ClientHellos in a connection: a second one after a HelloRetryRequest, and TLS in a tunnel within TLS.
constexpr std::size_t most_sessions = 8;
/// Records that cannot be read before any other could: the keys are wrong.
constexpr int most_refused = 4;
/// Octets of early data; servers take less (RFC 8446 §4.2.10).
constexpr std::size_t most_early = std::size_t{64} << 10;
/// What is tried after a loss.
constexpr std::uint64_t most_lost_records = 4096;

bool is_record_header(ws::Bytes octets) {
  return octets.size() >= header_size && octets[0] >= type_change_cipher_spec &&
         octets[0] <= type_application && octets[1] == 3 && octets[2] <= 4 &&
         capture::be16(octets, 3) <= longest_body && capture::be16(octets, 3) > 0;
}

std::string version_name(std::uint16_t version) {
  return version > 0x0300 && version < 0x0306 ? fmt::format("TLSv1.{}", version - 0x0301)
                                              : std::string("SSL");
}

}  // namespace

TlsLayer::TlsLayer(Context& context, Slot& slot) : context_(context), slot_(slot) {
  inner_.become(std::make_unique<Detector>(context_, inner_, Positions{}, true));
}

TlsLayer::~TlsLayer() = default;

void TlsLayer::data(Side from, ws::Bytes octets, const Origin& origin) {
  while (!octets.empty() && !given_up_) {
    Half& here = half(from);
    if (here.lost) {
      octets = find_record(here, octets);
      if (octets.empty()) return;
    }
    octets =
        octets.subspan(here.damaged > 0 ? take_damaged(from, octets, origin) : take(from, octets, origin));
  }
}

/// Where a record may begin: most likely where a segment does.
ws::Bytes TlsLayer::find_record(Half& half, ws::Bytes octets) {
  for (std::size_t at = 0; at + header_size <= octets.size(); ++at) {
    const ws::Bytes rest = octets.subspan(at);
    if (!is_record_header(rest)) continue;
    const std::size_t size = header_size + capture::be16(rest, 3);
    if (rest.size() >= size + header_size && !is_record_header(rest.subspan(size))) continue;
    half.lost = false;
    return rest;
  }
  half.uncertain += octets.size() / smallest_record + 1;
  return {};
}

/// Takes octets up to the end of a record, which is read where it lies if it is there whole.
std::size_t TlsLayer::take(Side from, ws::Bytes octets, const Origin& origin) {
  ws::ByteBuffer& record = half(from).record;
  if (record.empty() && octets.size() >= header_size) {
    const std::size_t size = header_size + capture::be16(octets, 3);
    if (is_record_header(octets) && octets.size() >= size) {
      on_record(from, octets.first(size), origin);
      return size;
    }
  }
  const std::size_t wanted =
      record.size() < header_size ? header_size : header_size + capture::be16(record, 3);
  const std::size_t taken = std::min(wanted - record.size(), octets.size());
  ws::append(record, octets.first(taken));
  if (record.size() < wanted) return taken;
  if (!is_record_header(record)) {
    half(from).lost = true;
    record.clear();
    if (!client_hello_ && !server_hello_) given_up_ = true;
    if (given_up_) slot_.ignore();
    return taken;
  }
  if (record.size() == header_size + capture::be16(record, 3)) {
    const ws::ByteBuffer whole = std::exchange(record, {});
    on_record(from, whole, origin);
  }
  return taken;
}

std::size_t TlsLayer::take_damaged(Side from, ws::Bytes octets, const Origin& origin) {
  Half& here = half(from);
  const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(here.damaged, octets.size()));
  here.damaged -= taken;
  if (here.damaged == 0) on_damaged(from, origin);
  return taken;
}

void TlsLayer::on_record(Side from, ws::Bytes record, const Origin& origin) {
  const TlsRecord read{record[0], capture::be16(record, 1), record.subspan(header_size)};
  Half& here = half(from);
  if (read.type == type_application && from == client_ && client_hello_ && !server_hello_) {
    return hold_early(record, origin);
  }
  // RFC 8446 §5: a change_cipher_spec of TLS 1.3 says nothing; other types than application_data are plain.
  if (is_tls13() && read.type != type_application) return on_plain(from, read, origin);
  if (here.encrypted || read.type == type_application) return on_encrypted(from, read, origin);
  on_plain(from, read, origin);
}

/// RFC 8446 §2.3: early data is read once it is known that the server takes it.
void TlsLayer::hold_early(ws::Bytes record, const Origin& origin) {
  if (early_size_ + record.size() > most_early) return;
  early_size_ += record.size();
  early_.push_back({{record.begin(), record.end()}, origin});
}

void TlsLayer::on_early_accepted() {
  early_accepted_ = true;
  for (const Early& early : std::exchange(early_, {})) on_record(client_, early.record, early.origin);
}

void TlsLayer::report_damage(Side from, const Origin& origin) {
  Connection* connection = context_.last_connection();
  if (connection == nullptr) return;
  const ws::Role sender = connection->client == from ? ws::Role::client : ws::Role::server;
  context_.journal.anomaly(*connection, kind_of(Fault::tls_record_damaged), sender, origin, 0);
}

void TlsLayer::on_plain(Side from, const TlsRecord& record, const Origin& origin) {
  if (record.type == type_handshake) on_handshake(from, record.body, origin);
  if (record.type == type_alert) on_alert(from, record.body, origin);
  if (record.type == type_change_cipher_spec && !is_tls13()) {
    half(from).encrypted = true;
    half(from).handshake.clear();
  }
}

void TlsLayer::on_encrypted(Side from, TlsRecord record, const Origin& origin) {
  if (!has_keys()) return give_up(origin);
  Half& here = half(from);
  const std::uint64_t size = record.body.size();
  const bool may_be_application = record.type == type_application;
  if (prepare(from) && decrypt_somehow(from, record)) {
    decrypted_ = true;
    return on_content(from, record.type, plaintext_, origin);
  }
  if (!decrypted_ && ++refused_ == most_refused) return give_up(origin);
  if (here.uncertain > 0) {
    here.lost = true;  // it only looked like a record
  } else if (may_be_application && here.application) {
    if (decrypted_) report_damage(from, origin);
    inner_.hole(from, here.cipher->plaintext_size(size).value_or(unknown_size), origin);
    ++here.sequence;
  }
}

bool TlsLayer::has_keys() {
  if (secrets_ == nullptr && client_hello_) secrets_ = context_.keys.find(client_hello_->random);
  return secrets_ != nullptr && suite_ != nullptr && server_hello_->version >= 0x0303;
}

const ws::ByteBuffer& TlsLayer::secret_of(Side side, TlsSecret of_client, TlsSecret of_server) const {
  return (*secrets_)[static_cast<std::size_t>(side == client_ ? of_client : of_server)];
}

/// Makes the first cipher of a direction; false where its secret is not known.
bool TlsLayer::prepare(Side from) {
  Half& here = half(from);
  if (here.cipher) return true;
  if (is_tls13()) {
    const auto& secret =
        secret_of(from, TlsSecret::client_handshake_traffic, TlsSecret::server_handshake_traffic);
    if (!secret.empty()) use_secret(here, secret, false);
    // Whoever has only the secrets of the application data reads that.
    const auto& traffic = secret_of(from, TlsSecret::client_traffic, TlsSecret::server_traffic);
    if (secret.empty() && !traffic.empty()) use_secret(here, traffic, true);
    return here.cipher.has_value();
  }
  const auto& master = secret_of(from, TlsSecret::master, TlsSecret::master);
  if (master.empty()) return false;
  here.cipher.emplace(
      *suite_, server_hello_->version, server_hello_->encrypt_then_mac,
      derive_tls12(*suite_, master, client_hello_->random, server_hello_->random, from == client_));
  here.application = true;
  return true;
}

void TlsLayer::use_secret(Half& half, ws::ByteBuffer secret, bool application) {
  half.cipher.emplace(*suite_, server_hello_->version, false, derive_tls13(*suite_, secret));
  half.secret = std::move(secret);
  half.application = application;
  half.sequence = 0;
}

bool TlsLayer::decrypt(Half& half, TlsRecord& record, std::uint64_t sequence) {
  if (!half.cipher->decrypt(record, sequence, plaintext_)) return false;
  half.sequence = sequence + 1;
  half.uncertain = 0;
  return true;
}

/// With the next number; or behind a loss, with later keys or a later number.
bool TlsLayer::decrypt_somehow(Side from, TlsRecord& record) {
  Half& here = half(from);
  if (decrypt(here, record, here.sequence)) return true;
  const std::uint64_t most = std::min(here.uncertain, most_lost_records);
  for (std::uint64_t lost = 1; lost <= most; ++lost) {
    if (decrypt(here, record, here.sequence + lost)) return true;
  }
  if (!is_tls13()) return false;
  if (!here.application) return decrypt_with_later(from, record);
  return here.uncertain > 0 && decrypt_with(here, record, next_traffic_secret(*suite_, here.secret), true);
}

/// The keys of the handshake are in use, but they are not those of this record.
bool TlsLayer::decrypt_with_later(Side from, TlsRecord& record) {
  Half& here = half(from);
  const auto& traffic = secret_of(from, TlsSecret::client_traffic, TlsSecret::server_traffic);
  if (decrypt_with(here, record, traffic, true)) return true;
  if (from != client_) return false;
  // RFC 8446 §2.3: before its Finished a client may send early data, which has keys of its own.
  const auto& early = (*secrets_)[static_cast<std::size_t>(TlsSecret::client_early_traffic)];
  const auto& handshake = (*secrets_)[static_cast<std::size_t>(TlsSecret::client_handshake_traffic)];
  return (early_accepted_ && decrypt_with(here, record, early, false)) ||
         decrypt_with(here, record, handshake, false);
}

bool TlsLayer::decrypt_with(Half& half, TlsRecord& record, const ws::ByteBuffer& secret, bool application) {
  if (secret.empty()) return false;
  Half other;
  other.uncertain = half.uncertain;
  use_secret(other, secret, application);
  for (std::uint64_t lost = 0; lost <= std::min(other.uncertain, most_lost_records); ++lost) {
    if (!decrypt(other, record, lost)) continue;
    half.cipher = std::move(other.cipher);
    half.secret = std::move(other.secret);
    half.sequence = other.sequence;
    half.application = application;
    half.uncertain = 0;
    return true;
  }
  return false;
}

void TlsLayer::on_content(Side from, std::uint8_t type, ws::Bytes content, const Origin& origin) {
  if (type == type_handshake) on_handshake(from, content, origin);
  if (type == type_alert) on_alert(from, content, origin);
  if (type == type_application) inner_.data(from, content, origin);
}

void TlsLayer::on_handshake(Side from, ws::Bytes octets, const Origin& origin) {
  ws::ByteBuffer& buffer = half(from).handshake;
  ws::append(buffer, octets);
  std::size_t at = 0;
  while (buffer.size() - at >= message_header_size) {
    const std::size_t size = capture::be32(buffer, at) & 0xffffff;
    if (buffer.size() - at < message_header_size + size) break;
    on_message(from, buffer[at], ws::Bytes(buffer).subspan(at + message_header_size, size), origin);
    at += message_header_size + size;
  }
  buffer.erase(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(at));
  if (buffer.size() > longest_handshake) buffer.clear();
}

void TlsLayer::on_message(Side from, std::uint8_t type, ws::Bytes body, const Origin& origin) {
  Half& here = half(from);
  switch (type) {
    case message_client_hello: return on_client_hello(from, body, origin);
    case message_server_hello: return on_server_hello(from, body);
    case message_encrypted_extensions: return on_encrypted_extensions(read_encrypted_extensions(body));
    case message_finished: {
      context_.transport.tls_done = origin;
      if (!is_tls13() || here.application) return;
      const auto& traffic = secret_of(from, TlsSecret::client_traffic, TlsSecret::server_traffic);
      if (!traffic.empty()) use_secret(here, traffic, true);
      return;
    }
    case message_key_update:
      if (is_tls13() && here.application) use_secret(here, next_traffic_secret(*suite_, here.secret), true);
      return;
    default: return;
  }
}

void TlsLayer::on_encrypted_extensions(const EncryptedExtensions& extensions) {
  if (!extensions.alpn.empty()) context_.transport.alpn = extensions.alpn;
  if (extensions.early_data) on_early_accepted();
}

void TlsLayer::on_client_hello(Side from, ws::Bytes body, const Origin& origin) {
  client_hello_ = read_client_hello(body);
  if (!client_hello_) return;
  client_ = from;
  if (!context_.transport.tls_start) context_.transport.tls_start = origin;
  context_.transport.sni = client_hello_->sni;
  auto& sessions = context_.transport.tls_sessions;
  if (sessions.size() < most_sessions) sessions.push_back(client_hello_->random);
  std::string& alpn = context_.transport.alpn;
  alpn.clear();
  for (const std::string& protocol : client_hello_->alpn) alpn += (alpn.empty() ? "" : ",") + protocol;
}

void TlsLayer::on_server_hello(Side from, ws::Bytes body) {
  server_hello_ = read_server_hello(body);
  if (!server_hello_ || server_hello_->is_retry) return server_hello_.reset();
  if (!client_hello_) client_ = other(from);
  suite_ = find_suite(server_hello_->cipher);
  if (!server_hello_->alpn.empty()) context_.transport.alpn = server_hello_->alpn;
  context_.transport.tls = version_name(server_hello_->version) + " " +
                           (suite_ != nullptr ? std::string(suite_->name)
                                              : fmt::format("cipher suite {:04x}", server_hello_->cipher));
}

void TlsLayer::on_alert(Side from, ws::Bytes alert, const Origin& origin) {
  if (alert.size() != 2) return;
  context_.transport.side(from).alert = AlertSeen{alert[0] == 2, alert[1], origin};
}

/// Without keys, or with wrong ones: that there is something is all that can be told.
void TlsLayer::give_up(const Origin& origin) {
  Connection& connection = context_.new_connection();
  connection.kind = ConnectionKind::encrypted;
  connection.client = client_;
  connection.answered = origin;
  context_.journal.begin(connection);
  given_up_ = true;
  slot_.ignore();
}

void TlsLayer::hole(Side from, std::uint64_t size, const Origin& origin) {
  Half& here = half(from);
  const bool has_header = here.record.size() >= header_size;
  const std::uint64_t whole = has_header ? header_size + std::uint64_t{capture::be16(here.record, 3)} : 0;
  std::uint64_t left = here.damaged;
  if (has_header) {
    left = whole - here.record.size();
    here.damaged_record = {here.record[0], capture::be16(here.record, 1), {}};
    here.damaged_size = whole - header_size;
    here.record.clear();
  }
  if (left > 0 && size <= left) {
    here.damaged = left - size;
    if (here.damaged == 0) on_damaged(from, origin);
    return;
  }
  here.record.clear();
  here.damaged = 0;
  here.handshake.clear();
  here.uncertain += (size == unknown_size ? 0 : size / smallest_record) + 2;
  if (!here.lost && here.application) inner_.hole(from, unknown_size, origin);
  here.lost = true;
}

/// A record that has a hole: its number is gone, and its content, of which at least the size may be known.
void TlsLayer::on_damaged(Side from, const Origin& origin) {
  Half& here = half(from);
  here.handshake.clear();
  if (!here.cipher) return;
  ++here.sequence;
  if (here.damaged_record.type != type_application || !here.application) return;
  inner_.hole(from, here.cipher->plaintext_size(here.damaged_size).value_or(unknown_size), origin);
}

void TlsLayer::end(Side from, StreamEnd how, const Origin& origin) {
  if (!decrypted_ && refused_ > 0 && !given_up_) return give_up(origin);
  inner_.end(from, how, origin);
}

}  // namespace wsrig::pcap
