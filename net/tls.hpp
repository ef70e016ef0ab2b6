#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/system/result.hpp>

// OpenSSL's own types, so that its headers stay in tls.cpp and stream.cpp.
struct ssl_st;
struct ssl_ctx_st;

namespace wsrig::net {

struct SslDeleter { void operator()(ssl_st* ssl) const; };
using TlsSession = std::unique_ptr<ssl_st, SslDeleter>;

struct TlsClientOptions {
  std::string server_name;      ///< SNI, and the name that is verified (DNS or IP); empty: the dialled host
  std::string ca_file;          ///< PEM; empty: the system's
  std::string cert_file, key_file;
  bool insecure = false;        ///< do not verify; whoever sets it warns
  std::vector<std::string> alpn{"http/1.1"};
};
struct TlsServerOptions {
  std::string cert_file, key_file;   ///< PEM; both empty: a self-signed certificate is made in memory
  std::string client_ca_file;        ///< ask for and verify a client certificate
  std::vector<std::string> alpn{"http/1.1"};
};

/// TLS ≥ 1.2 with AEAD suites (OpenSSL 3); buffers released while idle.
class TlsContext {
 public:
  static boost::system::result<TlsContext, std::string> client(const TlsClientOptions& options);
  static boost::system::result<TlsContext, std::string> server(const TlsServerOptions& options);

  TlsSession connect(int descriptor, std::string_view host) const;
  TlsSession accept(int descriptor) const;
  /// PEM of the certificate (server), so that tests and users can trust a self-signed one.
  std::string certificate_pem() const;

 private:
  std::shared_ptr<ssl_ctx_st> context_;
  TlsClientOptions client_;
};

}  // namespace wsrig::net
