#include "ws/handshake.hpp"

#include <fmt/format.h>
#include <memory>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include "ws/base64.hpp"
#include "ws/handshake_judge.hpp"

namespace wsrig::ws {
namespace {

constexpr std::string_view key_guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

struct DigestFree {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

std::string join(const std::vector<std::string>& elements) {
  return fmt::format("{}", fmt::join(elements, ", "));
}

}  // namespace

std::string shown(std::string_view value) {
  constexpr std::size_t limit = 80;
  std::string text = "'";
  for (const char c : value.substr(0, limit)) {
    if (c >= 0x20 && c < 0x7f && c != '\\' && c != '\'') {
      text += c;
    } else {
      text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  return text + (value.size() > limit ? "…'" : "'");
}

std::string make_key(const std::array<std::uint8_t, 16>& nonce) { return base64(nonce); }

std::string accept_for(std::string_view key) {
  // SHA1() would look for the algorithm and make a context each time, which takes longer than the digest.
  static EVP_MD* const sha1 = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  thread_local const std::unique_ptr<EVP_MD_CTX, DigestFree> context(EVP_MD_CTX_new());
  std::array<std::uint8_t, SHA_DIGEST_LENGTH> digest;
  EVP_DigestInit_ex2(context.get(), sha1, nullptr);
  EVP_DigestUpdate(context.get(), key.data(), key.size());
  EVP_DigestUpdate(context.get(), key_guid.data(), key_guid.size());
  EVP_DigestFinal_ex(context.get(), digest.data(), nullptr);
  return base64(digest);
}

std::string build_request(const ClientRequest& request) {
  std::string text;
  text.reserve(256);  // what most take
  text.append("GET ").append(request.target).append(" HTTP/1.1\r\nHost: ").append(request.host);
  text.append("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ").append(request.key);
  text.append("\r\nSec-WebSocket-Version: 13\r\n");
  const auto add = [&](std::string_view name, std::string_view value) {
    text.append(name).append(": ").append(value).append("\r\n");
  };
  if (!request.subprotocols.empty()) add("Sec-WebSocket-Protocol", join(request.subprotocols));
  if (!request.extensions.empty()) add("Sec-WebSocket-Extensions", request.extensions);
  for (const auto& [name, value] : request.headers) add(name, value);
  text.append("\r\n");
  return text;
}

std::string ResponseHead::print() const {
  std::string text = fmt::format("HTTP/1.1 {} {}\r\n", status, reason);
  bool has_length = status < 200 || status == 204 || status == 304;  // RFC 9110 §8.6
  for (const auto& [name, value] : fields) {
    text += fmt::format("{}: {}\r\n", name, value);
    has_length = has_length || equal_ignoring_case(name, "Content-Length");
  }
  if (!has_length) text += fmt::format("Content-Length: {}\r\n", body.size());
  return text + "\r\n" + body;
}

ResponseHead build_response(const RequestVerdict& verdict) {
  ResponseHead response;
  response.fields = {
      {"Upgrade", "websocket"}, {"Connection", "Upgrade"}, {"Sec-WebSocket-Accept", accept_for(verdict.key)}};
  const std::string& subprotocol = verdict.agreement.subprotocol;
  if (!subprotocol.empty()) response.fields.emplace_back("Sec-WebSocket-Protocol", subprotocol);
  if (!verdict.extension_response.empty()) {
    response.fields.emplace_back("Sec-WebSocket-Extensions", verdict.extension_response);
  }
  return response;
}

ResponseHead build_refusal(int status, std::string_view body) {
  ResponseHead response{status, std::string(reason_phrase(status)), {}, std::string(body)};
  const auto add = [&](std::string_view name, std::string_view value) {
    response.fields.emplace_back(name, value);
  };
  if (status == 426) add("Upgrade", "websocket");                          // RFC 9110 §15.5.22
  add("Connection", status == 426 ? "Upgrade, close" : "close");           // RFC 9110 §7.8
  if (status == 400 || status == 426) add("Sec-WebSocket-Version", "13");  // RFC 6455 §4.4
  if (status == 405) add("Allow", "GET");                                  // RFC 9110 §15.5.6
  if (status == 503) add("Retry-After", "5");                              // RFC 9110 §15.6.4
  if (!body.empty()) add("Content-Type", "text/plain; charset=utf-8");
  return response;
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 101: return "Switching Protocols";
    case 200: return "OK";
    case 301: return "Moved Permanently";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 426: return "Upgrade Required";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    default: return "";
  }
}

}  // namespace wsrig::ws
