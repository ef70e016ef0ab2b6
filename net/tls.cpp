#include "net/tls.hpp"

#include <cerrno>
#include <cstdint>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <utility>

#include "net/self_signed.hpp"
#include "net/socket.hpp"

namespace wsrig::net {

using boost::system::error_code;

namespace {

// The base class has no virtual destructor by design: categories are never deleted.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"
// Positive values: OpenSSL's packed code. Negative: the result of a certificate's verification.
class TlsCategory final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "tls"; }
  std::string message(int value) const override {
    if (value < 0) return X509_verify_cert_error_string(-value);
    const char* reason = ERR_reason_error_string(static_cast<unsigned long>(value));
    return reason != nullptr ? reason : "TLS failed";
  }
};
#pragma GCC diagnostic pop

// ---- a BIO like OpenSSL's for sockets, but for SIGPIPE: that one writes with write(2) ----

int descriptor_of(BIO* bio) { return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio))); }

int write_socket(BIO* bio, const char* data, int size) {
  BIO_clear_retry_flags(bio);
  const auto written = ::send(descriptor_of(bio), data, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  if (written < 0 && errno == EAGAIN) BIO_set_retry_write(bio);
  return static_cast<int>(written);
}

int read_socket(BIO* bio, char* data, int size) {
  BIO_clear_retry_flags(bio);
  const auto received = ::recv(descriptor_of(bio), data, static_cast<std::size_t>(size), 0);
  if (received < 0 && errno == EAGAIN) BIO_set_retry_read(bio);
  if (received == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return static_cast<int>(received);
}

long control_socket(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

struct MethodDeleter {
  void operator()(BIO_METHOD* method) const { BIO_meth_free(method); }
};

BIO_METHOD* make_socket_method() {
  BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket without SIGPIPE");
  BIO_meth_set_write(method, write_socket);
  BIO_meth_set_read(method, read_socket);
  BIO_meth_set_ctrl(method, control_socket);
  return method;
}

void attach(ssl_st& session, int descriptor) {
  static const std::unique_ptr<BIO_METHOD, MethodDeleter> method(make_socket_method());
  BIO* bio = BIO_new(method.get());
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(descriptor)));
  BIO_set_init(bio, 1);
  SSL_set_bio(&session, bio, bio);
}

// ---- contexts ----

using SharedContext = std::shared_ptr<SSL_CTX>;

/// What the callbacks of a context refer to. It lives as long as the context itself, which sessions keep
/// beyond the TlsContext that made them.
struct ContextData {
  std::vector<unsigned char> alpn;    ///< each name behind its length (RFC 7301 §3.1)
  std::vector<SharedContext> others;  ///< of a server: with its further certificates
};

void free_data(void*, void* data, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<ContextData*>(data);
}

int data_index() {
  static const int index =
      CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_SSL_CTX, 0, nullptr, nullptr, nullptr, free_data);
  return index;
}

SharedContext make_context(const SSL_METHOD* method) {
  SharedContext context(SSL_CTX_new(method), SSL_CTX_free);
  SSL_CTX_set_ex_data(context.get(), data_index(), new ContextData);
  return context;
}

ContextData& data_of(const SSL_CTX& context) {
  return *static_cast<ContextData*>(SSL_CTX_get_ex_data(&context, data_index()));
}

std::vector<unsigned char> encode_alpn(const std::vector<std::string>& names) {
  std::vector<unsigned char> encoded;
  for (const std::string& name : names) {
    encoded.push_back(static_cast<unsigned char>(name.size()));
    encoded.insert(encoded.end(), name.begin(), name.end());
  }
  return encoded;
}

// No name in common: go on without ALPN, as most servers do, rather than fail.
int select_alpn(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
                unsigned int in_size, void* argument) {
  const auto& ours = static_cast<const ContextData*>(argument)->alpn;
  unsigned char* chosen = nullptr;
  const int status = SSL_select_next_proto(&chosen, out_size, ours.data(),
                                           static_cast<unsigned int>(ours.size()), in, in_size);
  *out = chosen;
  return status == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

void set_common(SSL_CTX& context) {
  SSL_CTX_set_min_proto_version(&context, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(&context, "ECDHE+AESGCM:ECDHE+CHACHA20");  // of TLS 1.2; those of 1.3 are all AEAD
  SSL_CTX_set_options(&context, SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(&context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                 SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(&context, 1);  // else each record costs two reads: its header and its body
}

std::string failure(std::string_view what, const std::string& file) {
  std::string text(what);
  if (!file.empty()) text += " '" + file + "'";
  return text + ": " + take_tls_error(nullptr).message();
}

/// Loads a certificate chain and its key; an empty string when that went well.
std::string load_identity(SSL_CTX& context, const std::string& cert_file, const std::string& key_file) {
  if (SSL_CTX_use_certificate_chain_file(&context, cert_file.c_str()) != 1) {
    return failure("cannot use the certificate", cert_file);
  }
  const std::string& key = key_file.empty() ? cert_file : key_file;
  if (SSL_CTX_use_PrivateKey_file(&context, key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return failure("cannot use the private key", key);
  }
  return {};
}

std::string load_trust(SSL_CTX& context, const std::string& ca_file) {
  if (ca_file.empty()) {
    return SSL_CTX_set_default_verify_paths(&context) == 1 ? "" : failure("cannot load the system's CAs", {});
  }
  return SSL_CTX_load_verify_file(&context, ca_file.c_str()) == 1
             ? ""
             : failure("cannot use the CA file", ca_file);
}

std::string configure_client(SSL_CTX& context, const TlsClientOptions& options) {
  set_common(context);
  SSL_CTX_set_verify(&context, options.insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nullptr);
  const auto alpn = encode_alpn(options.alpn);
  SSL_CTX_set_alpn_protos(&context, alpn.data(), static_cast<unsigned int>(alpn.size()));
  if (std::string error = load_trust(context, options.ca_file); !error.empty()) return error;
  return options.cert_file.empty() ? "" : load_identity(context, options.cert_file, options.key_file);
}

std::string ask_for_certificate(SSL_CTX& context, const TlsServerOptions& options) {
  const int must = options.client_cert_optional ? 0 : SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
  SSL_CTX_set_verify(&context, SSL_VERIFY_PEER | must, nullptr);
  SSL_CTX_set_client_CA_list(&context, SSL_load_client_CA_file(options.client_ca_file.c_str()));
  return load_trust(context, options.client_ca_file);
}

// ---- the certificate that the client asks for (RFC 6066 §3) ----

bool has_name(const SSL_CTX& context, std::string_view name, unsigned flags) {
  return X509_check_host(SSL_CTX_get0_certificate(&context), name.data(), name.size(), flags, nullptr) == 1;
}

SSL_CTX* find_context(SSL_CTX& first, std::string_view name) {
  for (const unsigned flags : {unsigned{X509_CHECK_FLAG_NO_WILDCARDS}, 0u}) {
    if (has_name(first, name, flags)) return &first;
    for (const SharedContext& other : data_of(first).others) {
      if (has_name(*other, name, flags)) return other.get();
    }
  }
  return &first;
}

int choose_certificate(SSL* session, int*, void*) {
  const char* const name = SSL_get_servername(session, TLSEXT_NAMETYPE_host_name);
  if (name == nullptr) return SSL_TLSEXT_ERR_NOACK;
  SSL_set_SSL_CTX(session, find_context(*SSL_get_SSL_CTX(session), name));
  return SSL_TLSEXT_ERR_OK;
}

std::string configure_server(SSL_CTX& context, const TlsServerOptions& options, const TlsIdentity* identity) {
  set_common(context);
  // Nobody resumes sessions here, and a ticket that a client never reads turns its close into a reset.
  SSL_CTX_set_num_tickets(&context, 0);
  SSL_CTX_set_session_cache_mode(&context, SSL_SESS_CACHE_OFF);
  data_of(context).alpn = encode_alpn(options.alpn);
  SSL_CTX_set_alpn_select_cb(&context, select_alpn, &data_of(context));
  if (!options.client_ca_file.empty()) {
    if (std::string error = ask_for_certificate(context, options); !error.empty()) return error;
  }
  if (identity != nullptr) return load_identity(context, identity->cert_file, identity->key_file);
  return use_self_signed_certificate(context) ? "" : failure("cannot make a certificate", {});
}

// RFC 6066 §3: an address is no server name; RFC 6125: it is compared with the certificate's IP entries.
void expect_server(ssl_st& session, const std::string& name) {
  SocketAddress address;
  if (parse_address(name, 0, address)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(&session), name.c_str());
  } else {
    SSL_ctrl(&session, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             const_cast<char*>(name.c_str()));
    SSL_set1_host(&session, name.c_str());
  }
}

}  // namespace

void SslDeleter::operator()(ssl_st* ssl) const { SSL_free(ssl); }

const boost::system::error_category& tls_category() {
  static const TlsCategory category;
  return category;
}

error_code tls_truncated() {
  return {static_cast<int>(ERR_PACK(ERR_LIB_SSL, 0, SSL_R_UNEXPECTED_EOF_WHILE_READING)), tls_category()};
}

error_code take_tls_error(const ssl_st* session) {
  const unsigned long packed = ERR_get_error();
  ERR_clear_error();
  if (session != nullptr && ERR_GET_REASON(packed) == SSL_R_CERTIFICATE_VERIFY_FAILED) {
    return {-static_cast<int>(SSL_get_verify_result(session)), tls_category()};
  }
  if (ERR_SYSTEM_ERROR(packed)) return {ERR_GET_REASON(packed), boost::system::system_category()};
  return {static_cast<int>(packed), tls_category()};
}

boost::system::result<TlsContext, std::string> TlsContext::client(const TlsClientOptions& options) {
  TlsContext made;
  made.context_ = make_context(TLS_client_method());
  if (std::string error = configure_client(*made.context_, options); !error.empty()) return error;
  made.server_name_ = options.server_name;
  return made;
}

boost::system::result<TlsContext, std::string> TlsContext::server(const TlsServerOptions& options) {
  TlsContext made;
  made.context_ = make_context(TLS_server_method());
  SSL_CTX& context = *made.context_;
  const auto& identities = options.identities;
  const TlsIdentity* const first = identities.empty() ? nullptr : &identities.front();
  if (std::string error = configure_server(context, options, first); !error.empty()) return error;
  for (std::size_t i = 1; i < identities.size(); ++i) {
    const SharedContext& other = data_of(context).others.emplace_back(make_context(TLS_server_method()));
    if (std::string error = configure_server(*other, options, &identities[i]); !error.empty()) return error;
  }
  // Without the macro for this, which casts in the old style.
  SSL_CTX_callback_ctrl(&context, SSL_CTRL_SET_TLSEXT_SERVERNAME_CB,
                        reinterpret_cast<void (*)()>(choose_certificate));
  return made;
}

TlsSession TlsContext::connect(int descriptor, std::string_view host) const {
  TlsSession session(SSL_new(context_.get()));
  attach(*session, descriptor);
  SSL_set_connect_state(session.get());
  expect_server(*session, server_name_.empty() ? std::string(host) : server_name_);
  return session;
}

TlsSession TlsContext::accept(int descriptor) const {
  TlsSession session(SSL_new(context_.get()));
  attach(*session, descriptor);
  SSL_set_accept_state(session.get());
  return session;
}

std::string TlsContext::certificate_pem() const {
  X509* certificate = SSL_CTX_get0_certificate(context_.get());
  if (certificate == nullptr) return {};
  BIO* memory = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(memory, certificate);
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory, &text);
  std::string pem(text, static_cast<std::size_t>(size));
  BIO_free(memory);
  return pem;
}

}  // namespace wsrig::net
