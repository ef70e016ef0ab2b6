#include "proxy/mask_keys.hpp"

#include <cerrno>
#include <sys/random.h>

#include <boost/system/system_error.hpp>

namespace wsrig::proxy {

ws::MaskKey RandomMaskKeys::next() {
  if (used_ == keys_.size()) {
    // So few octets come at once and whole (getrandom(2)).
    if (::getrandom(keys_.data(), sizeof keys_, 0) != static_cast<ssize_t>(sizeof keys_)) {
      throw boost::system::system_error(errno, boost::system::system_category(), "getrandom");
    }
    used_ = 0;
  }
  return keys_[used_++];
}

}  // namespace wsrig::proxy
