#pragma once

// OpenSSL's own type, so that its headers stay in .cpp files.
struct ssl_ctx_st;

namespace wsrig::net {

/// Gives a server context a new P-256 key and a certificate for localhost, 127.0.0.1 and ::1 that is signed
/// with it: for tests, where trust comes from certificate_pem() or is waived. False when OpenSSL fails.
bool use_self_signed_certificate(ssl_ctx_st& context);

}  // namespace wsrig::net
