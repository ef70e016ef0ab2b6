#include <algorithm>
#include <array>
#include <utility>

#include "proxy/web_folder.hpp"

namespace wsrig::proxy {

std::string_view media_type(std::string_view name) {
  using Type = std::pair<std::string_view, std::string_view>;
  static constexpr std::array<Type, 34> types{{{"html", "text/html; charset=utf-8"},
                                               {"htm", "text/html; charset=utf-8"},
                                               {"css", "text/css; charset=utf-8"},
                                               {"js", "text/javascript; charset=utf-8"},
                                               {"mjs", "text/javascript; charset=utf-8"},
                                               {"json", "application/json"},
                                               {"map", "application/json"},
                                               {"webmanifest", "application/manifest+json"},
                                               {"wasm", "application/wasm"},
                                               {"txt", "text/plain; charset=utf-8"},
                                               {"md", "text/markdown; charset=utf-8"},
                                               {"csv", "text/csv; charset=utf-8"},
                                               {"xml", "application/xml"},
                                               {"pdf", "application/pdf"},
                                               {"svg", "image/svg+xml"},
                                               {"png", "image/png"},
                                               {"jpg", "image/jpeg"},
                                               {"jpeg", "image/jpeg"},
                                               {"gif", "image/gif"},
                                               {"webp", "image/webp"},
                                               {"avif", "image/avif"},
                                               {"ico", "image/x-icon"},
                                               {"woff", "font/woff"},
                                               {"woff2", "font/woff2"},
                                               {"ttf", "font/ttf"},
                                               {"otf", "font/otf"},
                                               {"mp3", "audio/mpeg"},
                                               {"oga", "audio/ogg"},
                                               {"ogg", "audio/ogg"},
                                               {"wav", "audio/wav"},
                                               {"mp4", "video/mp4"},
                                               {"webm", "video/webm"},
                                               {"zip", "application/zip"},
                                               {"gz", "application/gzip"}}};
  const auto dot = name.rfind('.');
  const std::string_view ending = dot == std::string_view::npos ? "" : name.substr(dot + 1);
  const auto found = std::ranges::find_if(
      types, [&](const Type& type) { return ws::equal_ignoring_case(type.first, ending); });
  return found == types.end() ? "application/octet-stream" : found->second;
}

}  // namespace wsrig::proxy
