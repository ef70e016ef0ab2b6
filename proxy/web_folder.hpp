#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/system/result.hpp>

#include "net/socket.hpp"
#include "ws/handshake.hpp"
#include "ws/http_head.hpp"

namespace wsrig::proxy {

/// An open file whose octets are the body of an answer.
struct WebFile {
  net::Descriptor file;
  std::uint64_t size = 0;
};

/// An answer to an ordinary request: a head, and the file behind it.
struct WebReply {
  ws::ResponseHead head;
  std::optional<WebFile> file;  ///< none for HEAD, and for any other answer than 200
};

/// A folder that is served to ordinary HTTP requests. Nothing outside of it is reached: not by dot segments
/// or encoded slashes, and not by links. Folders are not listed; `index.html` stands for its folder.
class WebFolder {
 public:
  /// An error text when it is no folder.
  static boost::system::result<std::shared_ptr<const WebFolder>, std::string> open(const std::string& path);

  /// Answers a request (RFC 9110): GET and HEAD, with ETag and Last-Modified, and 304 for the conditions on
  /// them. `path` is the part of the request's path that stands for a file, octets as they came.
  WebReply answer(const ws::HttpHead& request, std::string_view path) const;

 private:
  explicit WebFolder(std::string path) : path_(std::move(path)) {}

  std::string path_;
};

/// The media type of a file, by its name.
std::string_view media_type(std::string_view name);

}  // namespace wsrig::proxy
