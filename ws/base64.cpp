#include "ws/base64.hpp"

#include <openssl/evp.h>

namespace wsrig::ws {

std::string base64(Bytes octets) {
  std::string text((octets.size() + 2) / 3 * 4 + 1, '\0');  // EVP_EncodeBlock ends it with a NUL
  ::EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), octets.data(),
                    static_cast<int>(octets.size()));
  text.pop_back();
  return text;
}

}  // namespace wsrig::ws
