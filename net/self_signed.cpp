#include "net/self_signed.hpp"

#include <cstdint>
#include <memory>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace wsrig::net {

namespace {

struct KeyDeleter {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct CertificateDeleter {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
struct ExtensionDeleter {
  void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
};
using Key = std::unique_ptr<EVP_PKEY, KeyDeleter>;
using Certificate = std::unique_ptr<X509, CertificateDeleter>;

constexpr long day = 24L * 60 * 60;
constexpr long x509_version_3 = 2;  // counted from 0

bool add_extension(X509& certificate, int id, const char* value) {
  const std::unique_ptr<X509_EXTENSION, ExtensionDeleter> extension(
      X509V3_EXT_conf_nid(nullptr, nullptr, id, value));
  return extension && X509_add_ext(&certificate, extension.get(), -1) == 1;
}

// A serial number of its own for each, or browsers take two of them for a forgery of one.
bool set_random_serial(X509& certificate) {
  std::uint32_t serial = 0;
  if (RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) != 1) return false;
  return ASN1_INTEGER_set_uint64(X509_get_serialNumber(&certificate), serial) == 1;
}

bool set_names(X509& certificate) {
  X509_NAME* name = X509_get_subject_name(&certificate);
  const auto* common_name = reinterpret_cast<const unsigned char*>("localhost");
  return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common_name, -1, -1, 0) == 1 &&
         X509_set_issuer_name(&certificate, name) == 1 &&
         add_extension(certificate, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1") &&
         add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
}

Certificate sign_for_localhost(EVP_PKEY& key) {
  Certificate certificate(X509_new());
  const bool made = certificate && X509_set_version(certificate.get(), x509_version_3) == 1 &&
                    set_random_serial(*certificate) &&
                    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -day) != nullptr &&
                    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 365 * day) != nullptr &&
                    X509_set_pubkey(certificate.get(), &key) == 1 && set_names(*certificate) &&
                    X509_sign(certificate.get(), &key, EVP_sha256()) != 0;
  return made ? std::move(certificate) : nullptr;
}

}  // namespace

bool use_self_signed_certificate(ssl_ctx_st& context) {
  const Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  if (!key) return false;
  const Certificate certificate = sign_for_localhost(*key);
  return certificate && SSL_CTX_use_certificate(&context, certificate.get()) == 1 &&
         SSL_CTX_use_PrivateKey(&context, key.get()) == 1;
}

}  // namespace wsrig::net
