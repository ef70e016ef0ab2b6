#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

// OpenSSL's own types, so that its headers stay in tls.cpp and stream.cpp.
struct ssl_st;
struct ssl_ctx_st;

namespace wsrig::net {

struct SslDeleter {
  void operator()(ssl_st* ssl) const;
};
using TlsSession = std::unique_ptr<ssl_st, SslDeleter>;

/// Failures of TLS; `message()` is OpenSSL's own text, or why a certificate was refused.
const boost::system::error_category& tls_category();
/// The peer's FIN came without close_notify: data may have been cut off (RFC 8446 §6.1).
boost::system::error_code tls_truncated();
/// What OpenSSL put last into this thread's error queue, which is emptied. For a handshake that failed
/// because of the peer's certificate, the reason why it was refused.
boost::system::error_code take_tls_error(const ssl_st* session);

struct TlsClientOptions {
  std::string server_name;  ///< SNI, and the name that is verified (DNS or IP); empty: the dialled host
  std::string ca_file;      ///< PEM; empty: the system's
  std::string cert_file, key_file;
  bool insecure = false;  ///< do not verify; whoever sets it warns
  std::vector<std::string> alpn{"http/1.1"};
};
/// A certificate chain and its private key, PEM.
struct TlsIdentity {
  std::string cert_file;
  std::string key_file;  ///< empty: in the same file
};
struct TlsServerOptions {
  /// The first one with the name that the client asks for (SNI) is shown, an exact name before a wildcard;
  /// without any such, the first. None at all: a self-signed certificate is made in memory.
  std::vector<TlsIdentity> identities{};
  std::string client_ca_file{};       ///< ask for a client's certificate, and verify it
  bool client_cert_optional = false;  ///< a client without one is let in
  std::vector<std::string> alpn{"http/1.1"};
};

/// TLS ≥ 1.2 with AEAD suites (OpenSSL 3); buffers released while idle. Making one fails with one line that
/// names the file that is at fault.
class TlsContext {
 public:
  static boost::system::result<TlsContext, std::string> client(const TlsClientOptions& options);
  static boost::system::result<TlsContext, std::string> server(const TlsServerOptions& options);

  /// A session on a connected socket, before its handshake; `host` is what was dialled (a name or an
  /// address).
  TlsSession connect(int descriptor, std::string_view host) const;
  TlsSession accept(int descriptor) const;
  /// PEM of the certificate (server), so that tests and users can trust a self-signed one.
  std::string certificate_pem() const;

 private:
  std::shared_ptr<ssl_ctx_st> context_;
  std::string server_name_;
};

}  // namespace wsrig::net
